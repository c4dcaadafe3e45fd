// Duty: the text of a row as the texts of its columns; whether a row goes on in the next line.
// Invariants: a quote opens only where a column begins; elsewhere it is a character as any other. A row of one line without quotes, which
// is most rows, costs one search a column.
import { ReasonError } from '../../core/errors/reason-error.js'
import type { CsvForm } from './csv-schema.js'

/** Why a row cannot be split, and at which of its characters, from 1 on. */
export class CsvRowError extends ReasonError {
  readonly column: number

  constructor(reason: string, column: number) {
    super(reason)
    this.column = column
  }
}

export class CsvRowSplitter {
  readonly #separator: string
  readonly #quote: string | undefined
  readonly #escape: string | undefined

  constructor({ columnSeparator, quoteChar, escapeChar }: CsvForm) {
    this.#separator = columnSeparator
    this.#quote = quoteChar
    this.#escape = escapeChar
  }

  /** False for a row that cannot go on in another line. */
  hasQuotes(text: string): boolean {
    return this.#quote !== undefined && text.includes(this.#quote)
  }

  /** Whether a quote is open where the line ends; `isOpen`: where it begins. */
  isOpenAfter(line: string, isOpen: boolean): boolean {
    let at = 0
    if (isOpen) {
      const close = this.#closingQuote(line, 0)
      if (close === -1) return true
      at = this.#nextColumn(line, close + 1)
    }
    while (at >= 0 && at < line.length) {
      if (line[at] === this.#quote) {
        const close = this.#closingQuote(line, at + 1)
        if (close === -1) return true
        at = close
      }
      at = this.#nextColumn(line, at)
    }
    return false
  }

  /** The texts of a whole row, into `fields`; `starts` gets where each begins. CsvRowError where a quote stands wrong. */
  split(row: string, fields: string[], starts?: number[]): void {
    const separator = this.#separator
    const quote = this.#quote
    fields.length = 0
    let at = 0
    for (;;) {
      starts?.push(at)
      if (quote !== undefined && row[at] === quote) {
        const close = this.#closingQuote(row, at + 1)
        if (close === -1) throw new CsvRowError('a quote is opened and never closed', at + 1)
        fields.push(this.#unquoted(row.slice(at + 1, close)))
        const next = row.indexOf(separator, close)
        const rest = row.slice(close + 1, next === -1 ? row.length : next)
        if (rest.trim() !== '') throw new CsvRowError('something follows a closing quote', close + 2)
        if (next === -1) return
        at = next + 1
        continue
      }
      const end = row.indexOf(separator, at)
      if (end === -1) {
        fields.push(at === 0 ? row : row.slice(at))
        return
      }
      fields.push(row.slice(at, end))
      at = end + 1
    }
  }

  /** Where the next column begins; -1 where there is none. */
  #nextColumn(line: string, from: number): number {
    const separator = line.indexOf(this.#separator, from)
    return separator === -1 ? -1 : separator + 1
  }

  /** -1 where the text ends before. */
  #closingQuote(text: string, from: number): number {
    const quote = this.#quote ?? ''
    const escape = this.#escape
    let at = from
    for (;;) {
      const found = text.indexOf(quote, at)
      const escaped = escape === undefined ? -1 : text.indexOf(escape, at)
      if (escaped !== -1 && (found === -1 || escaped < found)) {
        at = escaped + 2
        continue
      }
      if (found === -1 || text[found + 1] !== quote) return found
      at = found + 2
    }
  }

  #unquoted(text: string): string {
    const quote = this.#quote ?? ''
    const escape = this.#escape
    if (escape !== undefined && text.includes(escape)) return this.#unescaped(text, escape)
    return text.includes(quote) ? text.replaceAll(quote + quote, quote) : text
  }

  #unescaped(text: string, escape: string): string {
    let result = ''
    for (let at = 0; at < text.length; at += 1) {
      // What is escaped, and the second one of two quotes.
      if (text[at] === escape || text[at] === this.#quote) at += 1
      result += text[at] ?? ''
    }
    return result
  }
}
