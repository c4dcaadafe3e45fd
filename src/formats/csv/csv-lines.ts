// Duty: the rows of a block of lines as records; a row may go on in further lines, and in the next block.
// Invariants: each byte is looked at a fixed number of times, also where a quote is never closed: such a row ends with an error, at the end
// of the split's file or when it has become too long to be meant.
import { textOfSlice, type LineParser, type LineSlice } from '../../connectors/filesystem/line-format.js'
import { RecordParseError } from '../../connectors/filesystem/record-parse-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { CsvRowError } from './csv-row-splitter.js'
import type { CsvRows } from './csv-rows.js'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const LONGEST_ROW_BYTES = 16 * 1024 * 1024

export interface CsvLinesInput<T> {
  readonly rows: CsvRows<T>
  readonly ignoresErrors: boolean
  readonly mayBreakLines: boolean
  /** The header, and what else is no record. */
  readonly rowsToSkip: number
}

/** Where a row ends, without its line end, and where the next one begins. */
interface RowEnd {
  readonly end: number
  readonly next: number
}

export class CsvLines<T> implements LineParser<T> {
  readonly #input: CsvLinesInput<T>
  #toSkip: number
  /** Of the row that goes on in the next block: so many bytes were looked at, and its quote is still open after them. */
  #scanned = 0

  constructor(input: CsvLinesInput<T>) {
    this.#input = input
    this.#toSkip = input.rowsToSkip
  }

  parse(slice: LineSlice, records: T[]): number {
    const { rows, ignoresErrors, mayBreakLines } = this.#input
    const { bytes, isAscii } = slice
    let at = slice.at
    let scanned = this.#scanned
    this.#scanned = 0
    while (at < slice.limit) {
      let { end, next } = lineEnd(slice, at)
      let row = textOfSlice(bytes, at, end, isAscii)
      try {
        if (mayBreakLines && rows.splitter.hasQuotes(row) && rows.splitter.isOpenAfter(row, false)) {
          const whole = this.#endOfOpenRow(slice, at, Math.max(next, at + scanned))
          if (whole === undefined) return at
          ;({ end, next } = whole)
          row = textOfSlice(bytes, at, end, isAscii)
        }
        if (this.#toSkip > 0) this.#toSkip -= 1
        else if (!rows.isEmpty(row)) records.push(rows.recordOf(row))
      } catch (error) {
        if (!ignoresErrors) throw parseError(error, at, end)
      }
      at = next
      scanned = 0
    }
    return at
  }

  /** Undefined where it is in no line of the block, and another block comes. */
  #endOfOpenRow(slice: LineSlice, start: number, secondLine: number): RowEnd | undefined {
    const { bytes, isAscii, isLast } = slice
    const { splitter } = this.#input.rows
    let at = secondLine
    // By the row alone: where the block ends differs after a restore, and what of the file is records must not.
    while (at < bytes.length && at - start <= LONGEST_ROW_BYTES) {
      const line = lineEnd(slice, at)
      if (!splitter.isOpenAfter(textOfSlice(bytes, at, line.end, isAscii), true)) return line
      at = line.next
    }
    const isTooLong = at - start > LONGEST_ROW_BYTES
    if (!isLast && !isTooLong) {
      this.#scanned = bytes.length - start
      return undefined
    }
    const where = isTooLong ? `in ${String(LONGEST_ROW_BYTES)} bytes` : 'before the end of the file'
    throw new CsvRowError(`a quote is opened and not closed ${where}`, 1)
  }
}

/** `\n` or `\r\n`; the last line needs none. */
function lineEnd({ bytes }: LineSlice, at: number): RowEnd {
  const found = bytes.indexOf(LINE_FEED, at)
  const end = found === -1 ? bytes.length : found
  const isCrLf = end > at && bytes[end - 1] === CARRIAGE_RETURN
  return { end: isCrLf ? end - 1 : end, next: found === -1 ? end : end + 1 }
}

function parseError(error: unknown, start: number, end: number): RecordParseError {
  const column = error instanceof CsvRowError ? error.column : undefined
  return new RecordParseError(messageOf(error), start, end, column)
}
