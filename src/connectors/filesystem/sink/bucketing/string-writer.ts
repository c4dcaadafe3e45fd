import type { EncoderStream } from '../encoder.js'
import { SimpleStringEncoder } from '../simple-string-encoder.js'
import type { Writer } from './writer.js'

/**
 * Each record as text, by its `toString`, with a line end. `charsetName`: one of those of a SimpleStringEncoder, `UTF-8` where it is left
 * out. GRAPH_INVALID for another one.
 *
 * Deprecated, as in Flink: use a SimpleStringEncoder, with FileSink.
 *
 * @example
 * ```ts
 * import { BucketingSink, StringWriter } from 'flink-ts/connectors/filesystem'
 *
 * const sink = new BucketingSink<string>('/data/out').setWriter(new StringWriter('ISO-8859-1'))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.8/api/java/org/apache/flink/streaming/connectors/fs/StringWriter.html
 */
export class StringWriter<T> implements Writer<T> {
  readonly #charsetName: string
  readonly #encoder: SimpleStringEncoder<T>
  #stream: EncoderStream | undefined

  constructor(charsetName = 'UTF-8') {
    this.#charsetName = charsetName
    this.#encoder = new SimpleStringEncoder(charsetName)
  }

  open(stream: EncoderStream): void {
    this.#stream = stream
  }

  write(element: T): void {
    if (this.#stream !== undefined) this.#encoder.encode(element, this.#stream)
  }

  flush(): void {
    return undefined
  }

  close(): void {
    this.#stream = undefined
  }

  duplicate(): StringWriter<T> {
    return new StringWriter(this.#charsetName)
  }
}
