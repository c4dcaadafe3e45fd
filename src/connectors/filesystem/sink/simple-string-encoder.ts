import { FlinkError } from '../../../core/errors/flink-error.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { charsetEncoding, type TextEncoding } from './charset-encoding.js'
import type { Encoder, EncoderStream } from './encoder.js'

/**
 * Each record as text, by its `toString`, with a line end. `charset`: `UTF-8` where it is left out, `UTF-16LE`, `UTF-16BE`, `UTF-16` (big
 * endian, without a mark), `ISO-8859-1` or `US-ASCII`; in the last two a character that they do not have becomes `?`. GRAPH_INVALID for
 * another one.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 * import { FileSink, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const lines = FileSink.forRowFormat('/data/out', new SimpleStringEncoder<string>()).build()
 * env.fromElements('a', 'b').sinkTo(lines).uid('lines')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/serialization/SimpleStringEncoder.html
 */
export class SimpleStringEncoder<IN> implements Encoder<IN> {
  /** Undefined: UTF-8, which the stream writes itself. */
  readonly #encode: TextEncoding | undefined

  constructor(charset = 'UTF-8') {
    const given: unknown = charset
    const encoding = typeof given === 'string' ? charsetEncoding(given) : undefined
    if (encoding === undefined) {
      const reason = `text is not written in the charset ${describeValue(given)}, only in UTF-8, UTF-16LE, UTF-16BE, UTF-16, ISO-8859-1 and US-ASCII`
      throw new FlinkError('GRAPH_INVALID', { operator: 'SimpleStringEncoder', reason })
    }
    this.#encode = encoding === 'utf-8' ? undefined : encoding
  }

  encode(element: IN, stream: EncoderStream): void {
    const line = `${typeof element === 'string' ? element : String(element)}\n`
    stream.write(this.#encode === undefined ? line : this.#encode(line))
  }
}
