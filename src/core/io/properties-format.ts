const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

/**
 * Keys and values of a Java `.properties` text: `key=value`, `key: value` or `key value`; `#` and `!` begin comments, a
 * backslash at the end of a line joins the next one, `\uXXXX` and `\t \n \r \f` are characters. White space is a blank, a tab or
 * a form feed, as in Java: any other belongs to the text.
 */
export function parseProperties(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of logicalLines(text)) {
    // Key: everything up to the first separator that no backslash stands before.
    const [, key = '', value = ''] =
      /^((?:\\.|[^\\=: \t\f])*)(?:[ \t\f]*[=:][ \t\f]*|[ \t\f]+|$)(.*)$/s.exec(line) ?? []
    values.set(unescape(key), unescape(value))
  }
  return values
}

function logicalLines(text: string): string[] {
  const lines: string[] = []
  /** Of a line that is not at its end. */
  let parts: string[] = []
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.replace(/^[ \t\f]+/, '')
    if (parts.length === 0 && (line === '' || /^[#!]/.test(line))) continue
    const isContinued = backslashesAtEnd(line) % 2 === 1
    parts.push(isContinued ? line.slice(0, -1) : line)
    if (isContinued) continue
    lines.push(parts.join(''))
    parts = []
  }
  return parts.length === 0 ? lines : [...lines, parts.join('')]
}

function backslashesAtEnd(line: string): number {
  let start = line.length
  while (start > 0 && line[start - 1] === '\\') start -= 1
  return line.length - start
}

function unescape(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_match, code: string | undefined, character: string) =>
    code === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
