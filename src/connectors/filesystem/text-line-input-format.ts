import type { TypeInformation } from '../../api/types/type-information.js'
import { Types } from '../../api/types/types-table.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { LineFormatReader, textOfSlice, type LineParser, type LineSlice } from './line-format.js'
import type { StreamFormat, StreamFormatInput, StreamFormatReader } from './stream-format.js'
import { Utf16Stream } from './utf16-stream.js'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const UTF_8 = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii'])
/** Each byte is the character of its number, as in Java; a TextDecoder of that name reads windows-1252. */
const LATIN_1 = new Set(['iso-8859-1', 'iso8859-1', 'latin1', 'latin-1'])
const UTF_16 = new Set(['utf-16', 'utf16', 'utf-16le', 'utf-16be'])

/**
 * Lines of text, without their end: `\n` or `\r\n`. Large files are read in parts, by several readers, but for UTF-16. A byte order
 * mark is left out. Bytes that are no text of the charset become U+FFFD, as in Flink.
 *
 * `charsetName`: `UTF-8` where it is left out, `ISO-8859-1`, `UTF-16`, or any other name that a TextDecoder knows, such as
 * `Shift_JIS`. GRAPH_INVALID where nobody knows it.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, WatermarkStrategy } from 'flink-ts'
 * import { FileSource, TextLineInputFormat } from 'flink-ts/connectors/filesystem'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const logs = FileSource.forRecordStreamFormat(new TextLineInputFormat(), '/var/log/nginx').build()
 * env.fromSource(logs, WatermarkStrategy.noWatermarks(), 'logs').print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/formats/text_files/
 */
export class TextLineInputFormat implements StreamFormat<string> {
  readonly #charset: string

  constructor(charsetName = 'UTF-8') {
    const given: unknown = charsetName
    this.#charset = charsetOf(String(given).toLowerCase())
  }

  isSplittable(): boolean {
    return !UTF_16.has(this.#charset)
  }

  getProducedType(): TypeInformation<string> {
    return Types.STRING
  }

  createReader(input: StreamFormatInput): StreamFormatReader<string> {
    return this.#reader(input, false)
  }

  restoreReader(input: StreamFormatInput): StreamFormatReader<string> {
    return this.#reader(input, true)
  }

  #reader(input: StreamFormatInput, isRestored: boolean): StreamFormatReader<string> {
    const parser = new TextLines(textOf(this.#charset))
    const advice = 'Name the charset of the file: new TextLineInputFormat(charsetName).'
    if (this.isSplittable()) return new LineFormatReader({ ...input, isRestored, parser, advice })
    const stream = new Utf16Stream(input.stream, this.#charset)
    const end = Number.MAX_SAFE_INTEGER
    const ofUtf8 = { ...input, stream, splitEnd: end, fileLength: end }
    return new LineFormatReader({ ...ofUtf8, isRestored, parser, advice })
  }
}

/** By one of the names that are known here: UTF-16 is UCS-2 as well, and its line ends are no bytes. */
function charsetOf(name: string): string {
  return [UTF_8, LATIN_1, UTF_16].some((names) => names.has(name)) ? name : decoderOf(name).encoding
}

type TextOf = (slice: LineSlice, start: number, end: number) => string

function textOf(charset: string): TextOf {
  if (UTF_8.has(charset) || UTF_16.has(charset)) {
    return ({ bytes, isAscii }, start, end) => textOfSlice(bytes, start, end, isAscii)
  }
  if (LATIN_1.has(charset)) return ({ bytes }, start, end) => textOfSlice(bytes, start, end, true)
  const decoder = decoderOf(charset)
  return ({ bytes }, start, end) => decoder.decode(bytes.subarray(start, end))
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset, { ignoreBOM: true })
  } catch {
    const reason = `nobody knows the charset '${charset}'; UTF-8, ISO-8859-1, UTF-16 and those of TextDecoder are known`
    throw new FlinkError('GRAPH_INVALID', { operator: 'TextLineInputFormat', reason })
  }
}

class TextLines implements LineParser<string> {
  readonly #textOf: TextOf

  constructor(ofCharset: TextOf) {
    this.#textOf = ofCharset
  }

  parse(slice: LineSlice, records: string[]): number {
    const { bytes, limit } = slice
    const textOf = this.#textOf
    let at = slice.at
    while (at < limit) {
      const found = bytes.indexOf(LINE_FEED, at)
      const end = found === -1 ? bytes.length : found
      const isCrLf = end > at && bytes[end - 1] === CARRIAGE_RETURN
      records.push(textOf(slice, at, isCrLf ? end - 1 : end))
      at = found === -1 ? end : end + 1
    }
    return at
  }
}
