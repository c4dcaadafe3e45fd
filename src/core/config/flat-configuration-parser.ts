export interface ParsedEntry {
  readonly key: string
  readonly value: string
  readonly line: number
}

export interface ParsedFile {
  readonly entries: readonly ParsedEntry[]
  readonly warnings: readonly string[]
}

/**
 * `flink-conf.yaml` by Flink's own rules: one `key: value` a line, everything after `#` is comment, quotes belong to
 * the value, lines that are no pair are skipped with a warning.
 */
export function parseFlatConfiguration(text: string): ParsedFile {
  const entries: ParsedEntry[] = []
  const warnings: string[] = []
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.split('#', 1).join('').trim()
    if (line === '') continue
    const separator = line.indexOf(': ')
    const key = line.slice(0, separator).trim()
    const value = line.slice(separator + 2).trim()
    if (separator > 0 && key !== '' && value !== '') entries.push({ key, value, line: index + 1 })
    else warnings.push(`line ${index + 1} is skipped, it is not "key: value" (${whatIsMissing(line)})`)
  }
  return { entries, warnings }
}

function whatIsMissing(line: string): string {
  if (/^\S+:$/.test(line)) return 'is the value missing?'
  return line.includes(':') ? 'is the space after the colon missing?' : 'is the colon missing?'
}
