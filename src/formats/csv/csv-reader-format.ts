import type { TypeInformation } from '../../api/types/type-information.js'
import { LineBlocks } from '../../connectors/filesystem/line-blocks.js'
import { LineFormatReader, withStream } from '../../connectors/filesystem/line-format.js'
import type { StreamFormat, StreamFormatInput, StreamFormatReader } from '../../connectors/filesystem/stream-format.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { CsvLines } from './csv-lines.js'
import { CsvRows } from './csv-rows.js'
import { CsvRowSplitter } from './csv-row-splitter.js'
import { checkedCsvSchema, type CsvSchema } from './csv-schema.js'

const LINE_FEED = 10
const ADVICE = 'Correct the file, or leave such rows out with withIgnoreParseErrors().'

/**
 * Files of CSV in UTF-8, a record a row: an object with a field a column. Quoted texts may have separators and line breaks in them;
 * where they have none, `withoutLineBreaksInTexts()` of the schema lets large files be read in parts, by several readers. Empty lines are
 * left out, but where there is one column.
 *
 * FILE_RECORD_INVALID, with file, line, byte, column and text, for a row that does not fit the schema.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, Types, WatermarkStrategy } from 'flink-ts'
 * import { FileSource } from 'flink-ts/connectors/filesystem'
 * import { CsvReaderFormat, CsvSchema } from 'flink-ts/formats/csv'
 *
 * const orders = CsvSchema.forColumns({ user: Types.STRING, amount: Types.DOUBLE }).withHeader()
 * const source = FileSource.forRecordStreamFormat(CsvReaderFormat.forSchema(orders), '/data/orders').build()
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromSource(source, WatermarkStrategy.noWatermarks(), 'orders').map(({ amount }) => amount).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/formats/csv/
 */
export class CsvReaderFormat<T> implements StreamFormat<T> {
  readonly #schema: CsvSchema<T>
  readonly #ignoresErrors: boolean

  private constructor(schema: CsvSchema<T>, ignoresErrors: boolean) {
    this.#schema = schema
    this.#ignoresErrors = ignoresErrors
  }

  /** GRAPH_INVALID where it is no CsvSchema. */
  static forSchema<T>(schema: CsvSchema<T>): CsvReaderFormat<T> {
    return new CsvReaderFormat(checkedCsvSchema('CsvReaderFormat.forSchema', schema), false)
  }

  /** The same, without the rows that do not fit. */
  withIgnoreParseErrors(): CsvReaderFormat<T> {
    return new CsvReaderFormat(this.#schema, true)
  }

  isSplittable(): boolean {
    return !this.#schema.form.mayBreakLines || this.#schema.form.quoteChar === undefined
  }

  getProducedType(): TypeInformation<T> {
    return this.#schema.type
  }

  createReader(input: StreamFormatInput): Promise<StreamFormatReader<T>> {
    return this.#reader(input, false)
  }

  restoreReader(input: StreamFormatInput): Promise<StreamFormatReader<T>> {
    return this.#reader(input, true)
  }

  async #reader(input: StreamFormatInput, isRestored: boolean): Promise<StreamFormatReader<T>> {
    const { hasHeader, skipsFirstDataRow, mayBreakLines } = this.#schema.form
    const { rows, end } = hasHeader ? await this.#rowsByHeader(input) : { rows: new CsvRows(this.#schema), end: 0 }
    // A part that begins in the header begins with the row after it.
    const firstDataRow = skipsFirstDataRow && input.startOffset <= end ? 1 : 0
    const rowsToSkip = firstDataRow + (hasHeader && input.startOffset === 0 ? 1 : 0)
    const parser = new CsvLines({ rows, ignoresErrors: this.#ignoresErrors, mayBreakLines, rowsToSkip })
    return new LineFormatReader({ ...input, isRestored, parser, advice: ADVICE })
  }

  /** Every part of a file needs its header, which stands in the first one. `end`: after its line. */
  async #rowsByHeader(input: StreamFormatInput): Promise<{ readonly rows: CsvRows<T>; readonly end: number }> {
    let row = ''
    try {
      const end = await withStream(input.reopen, async (stream) => {
        const blocks = new LineBlocks(stream, 0)
        await blocks.next()
        const found = blocks.bytes.indexOf(LINE_FEED)
        row = blocks.bytes.toString('utf8', 0, found === -1 ? blocks.bytes.length : found)
        return found + 1
      })
      const header: string[] = []
      new CsvRowSplitter(this.#schema.form).split(row.replace(/^\uFEFF/, '').replace(/\r$/, ''), header)
      return { rows: new CsvRows(this.#schema, header), end }
    } catch (error) {
      if (!(error instanceof ReasonError)) throw error
      const record = describeValue(row)
      const advice = 'Correct the file, or the columns of the CsvSchema.'
      const details = { path: input.path, position: 'line 1 (byte 0)', reason: messageOf(error), record, advice }
      throw new FlinkError('FILE_RECORD_INVALID', details, { cause: error })
    }
  }
}
