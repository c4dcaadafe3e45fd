import { ValueFormatError } from './value-format-error.js'

interface Token {
  readonly kind: 'delimiter' | 'quoted' | 'unquoted'
  readonly text: string
  readonly position: number
}

/** Items between delimiters, trimmed; '…' and "…" protect delimiters, a doubled quote stands for itself (Flink's rules). */
export function splitEscaped(text: string, delimiter: string): string[] {
  const tokens = tokenize(text, delimiter)
  const items: string[] = []
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]
    if (token.kind === 'delimiter') {
      if (next?.kind === 'delimiter') items.push('')
    } else if (token.kind === 'quoted' && next !== undefined && next.kind !== 'delimiter') {
      throw new ValueFormatError(`Could not split string. Illegal quoting at position: ${next.position - 1}.`)
    } else {
      items.push(token.text)
    }
  }
  return items
}

/** The text so that splitEscaped gives it back as one item: in single quotes where it has to be. */
export function escapeWithSingleQuote(text: string, ...delimiters: readonly string[]): string {
  const isPlain = text !== '' && text === text.trim() && !/['"]/.test(text)
  if (isPlain && !delimiters.some((delimiter) => text.includes(delimiter))) return text
  return `'${text.replaceAll("'", "''")}'`
}

function tokenize(text: string, delimiter: string): Token[] {
  const tokens: Token[] = []
  for (let position = 0; position < text.length;) {
    const start = text.charAt(position)
    if (start === delimiter) {
      tokens.push({ kind: 'delimiter', text: delimiter, position })
      position += 1
    } else if (start === "'" || start === '"') {
      const end = endOfQuotes(text, position)
      const inner = text.slice(position + 1, end - 1).replaceAll(start + start, start)
      tokens.push({ kind: 'quoted', text: inner, position })
      position = end
    } else if (start.trim() === '') {
      position += 1
    } else {
      const found = text.indexOf(delimiter, position)
      const end = found === -1 ? text.length : found
      tokens.push({ kind: 'unquoted', text: text.slice(position, end).trim(), position })
      position = end
    }
  }
  return tokens
}

/** Position after the closing quote. */
function endOfQuotes(text: string, start: number): number {
  const quote = text.charAt(start)
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] !== quote) continue
    if (text[at + 1] !== quote) return at + 1
    at += 1
  }
  throw new ValueFormatError('Could not split string. Quoting was not closed properly.')
}
