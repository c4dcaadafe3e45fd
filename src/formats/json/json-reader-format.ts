import { isStandardSchema } from '../../api/types/standard-schema.js'
import type { TypeInformation } from '../../api/types/type-information.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import {
  LineFormatReader,
  textOfSlice,
  type LineParser,
  type LineSlice,
} from '../../connectors/filesystem/line-format.js'
import { RecordParseError } from '../../connectors/filesystem/record-parse-error.js'
import type { StreamFormat, StreamFormatInput, StreamFormatReader } from '../../connectors/filesystem/stream-format.js'
import { checkedSchema, type RecordSchema } from '../validated-value.js'
import { jsonConverter } from './json-converter.js'
import { columnOfSyntaxError } from './json-syntax.js'

const LINE_FEED = 10
const ADVICE = 'Correct the file, or leave such lines out with withIgnoreParseErrors().'

/**
 * Files with a JSON value a line, in UTF-8; empty lines are left out. Large files are read in parts, by several readers. Checked as by
 * JsonDeserializationSchema: by a declared type, or by a validator of Standard Schema, whose result is the record; none where that is
 * undefined.
 *
 * FILE_RECORD_INVALID, with file, line, byte, column and text, for what is no such line. GRAPH_INVALID where the schema is none.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, Types, WatermarkStrategy } from 'flink-ts'
 * import { FileSource } from 'flink-ts/connectors/filesystem'
 * import { JsonReaderFormat } from 'flink-ts/formats/json'
 *
 * const format = JsonReaderFormat.forSchema(Types.OBJECT({ user: Types.STRING, at: Types.INSTANT }))
 * const source = FileSource.forRecordStreamFormat(format.withIgnoreParseErrors(), '/data/visits').build()
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromSource(source, WatermarkStrategy.noWatermarks(), 'visits').map(({ user }) => user).print()
 * ```
 */
export class JsonReaderFormat<T> implements StreamFormat<T> {
  readonly #schema: RecordSchema<T> | undefined
  readonly #ignoresErrors: boolean

  private constructor(schema: RecordSchema<T> | undefined, ignoresErrors: boolean) {
    this.#schema = schema
    this.#ignoresErrors = ignoresErrors
  }

  static forSchema<T>(schema: RecordSchema<T>): JsonReaderFormat<T> {
    return new JsonReaderFormat(checkedSchema('JsonReaderFormat.forSchema', schema), false)
  }

  /** Any JSON. */
  static withoutSchema<T = unknown>(): JsonReaderFormat<T> {
    return new JsonReaderFormat<T>(undefined, false)
  }

  /** The same, without the lines that it cannot read. */
  withIgnoreParseErrors(): JsonReaderFormat<T> {
    return new JsonReaderFormat(this.#schema, true)
  }

  isSplittable(): boolean {
    return true
  }

  getProducedType(): TypeInformation<T> | undefined {
    return this.#schema === undefined || isStandardSchema(this.#schema) ? undefined : this.#schema
  }

  createReader(input: StreamFormatInput): StreamFormatReader<T> {
    return this.#reader(input, false)
  }

  restoreReader(input: StreamFormatInput): StreamFormatReader<T> {
    return this.#reader(input, true)
  }

  #reader(input: StreamFormatInput, isRestored: boolean): StreamFormatReader<T> {
    const parser = new JsonLines(jsonConverter(this.#schema), this.#ignoresErrors)
    return new LineFormatReader({ ...input, isRestored, parser, advice: ADVICE })
  }
}

class JsonLines<T> implements LineParser<T> {
  readonly #convert: (value: unknown) => T
  readonly #ignoresErrors: boolean

  constructor(convert: (value: unknown) => T, ignoresErrors: boolean) {
    this.#convert = convert
    this.#ignoresErrors = ignoresErrors
  }

  parse({ bytes, at, limit, isAscii }: LineSlice, records: T[]): number {
    let next = at
    while (next < limit) {
      const found = bytes.indexOf(LINE_FEED, next)
      const end = found === -1 ? bytes.length : found
      const text = textOfSlice(bytes, next, end, isAscii)
      try {
        const record: T | undefined = this.#convert(JSON.parse(text))
        if (record !== undefined) records.push(record)
      } catch (error) {
        if (!this.#ignoresErrors && text.trim() !== '') throw parseError(error, text, [next, end])
      }
      next = found === -1 ? end : end + 1
    }
    return next
  }
}

function parseError(error: unknown, text: string, [start, end]: readonly [number, number]): RecordParseError {
  const column = error instanceof SyntaxError ? columnOfSyntaxError(text, error.message) : undefined
  return new RecordParseError(messageOf(error), start, end, column)
}
