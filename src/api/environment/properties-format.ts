const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

/**
 * Keys and values of a Java `.properties` text: `key=value`, `key: value` or `key value`; `#` and `!` begin comments, a
 * backslash at the end of a line joins the next one, `\uXXXX` and `\t \n \r \f` are characters.
 */
export function parseProperties(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of logicalLines(text)) {
    // Key: everything up to the first separator that no backslash stands before.
    const [, key = '', value = ''] = /^((?:\\.|[^\\=:\s])*)(?:\s*[=:]\s*|\s+|$)(.*)$/s.exec(line) ?? []
    values.set(unescape(key), unescape(value))
  }
  return values
}

function logicalLines(text: string): string[] {
  const lines: string[] = []
  let joined: string | undefined
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.trimStart()
    if (joined === undefined && (line === '' || /^[#!]/.test(line))) continue
    const whole = (joined ?? '') + line
    const [backslashes = ''] = /\\*$/.exec(whole) ?? []
    joined = backslashes.length % 2 === 1 ? whole.slice(0, -1) : undefined
    if (joined === undefined) lines.push(whole)
  }
  return joined === undefined ? lines : [...lines, joined]
}

function unescape(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_match, code: string | undefined, character: string) =>
    code === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
