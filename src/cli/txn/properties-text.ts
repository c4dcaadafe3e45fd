/** The lines of a file of Java's properties: `key=value`, comments with # and !, a backslash at the end of a line that goes on. */
export function propertiesInText(text: string): readonly (readonly [key: string, value: string])[] {
  const whole = text.replaceAll(/\\\r?\n[ \t]*/g, '')
  return whole.split(/\r?\n/).flatMap((line) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!')) return []
    const [, key = '', value = ''] = /^((?:\\.|[^\\=:\s])+)\s*[=:\s]?\s*(.*)$/.exec(trimmed) ?? []
    return [[unescaped(key), unescaped(value)] as const]
  })
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, letter: string | undefined) =>
    code === undefined ? (ESCAPES[letter ?? ''] ?? letter ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
