import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { BulkOutputStream, BulkWriter, BulkWriterFactory } from './bulk-writer.js'
import type { Encoder } from './encoder.js'
import { TextMemory } from './part-file-stream.js'
import { checkedPart, refuseArgument } from './sink-arguments.js'

/** Each member of the file is of so many bytes: 1 % larger than one member for all, and nothing is kept between them. */
const MEMBER_BYTES = 256 * 1024
const LEVELS = 9

const packed = promisify<Uint8Array, { readonly level?: number }, Uint8Array>(gzip)

/**
 * Rows of an {@link Encoder} in files of gzip, for `FileSink.forBulkFormat`. `level`: from 1 (fast) to 9 (small), 6 where it is left out. Each
 * file has several members one after the other, as every reader of gzip takes them. Give the files a name that says it:
 * `OutputFileConfig.builder().withPartSuffix('.gz')`. GRAPH_INVALID where an argument is something else.
 *
 * @example
 * ```ts
 * import { CompressWriterFactory, FileSink, OutputFileConfig, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
 *
 * const sink = FileSink.forBulkFormat('/data/out', new CompressWriterFactory(new SimpleStringEncoder<string>()))
 *   .withOutputFileConfig(OutputFileConfig.builder().withPartSuffix('.gz').build())
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/formats/compress/CompressWriterFactory.html
 */
export class CompressWriterFactory<T> implements BulkWriterFactory<T> {
  readonly #encoder: Encoder<T>
  readonly #options: { readonly level?: number }

  constructor(encoder: Encoder<T>, options: { readonly level?: number } = {}) {
    const call = 'CompressWriterFactory'
    this.#encoder = checkedPart(call, 'an Encoder, such as new SimpleStringEncoder()', encoder, 'encode')
    const { level } = options
    if (level !== undefined && !(Number.isInteger(level) && level >= 1 && level <= LEVELS)) {
      refuseArgument(call, `the level has to be a whole number from 1 to 9, but was ${String(level)}`)
    }
    this.#options = level === undefined ? {} : { level }
  }

  create(out: BulkOutputStream): BulkWriter<T> {
    return new GzipWriter(this.#encoder, out, this.#options)
  }
}

class GzipWriter<T> implements BulkWriter<T> {
  readonly #encoder: Encoder<T>
  readonly #out: BulkOutputStream
  readonly #options: { readonly level?: number }
  #chunks: Uint8Array[] = []
  #text = ''
  #bytes = 0

  constructor(encoder: Encoder<T>, out: BulkOutputStream, options: { readonly level?: number }) {
    this.#encoder = encoder
    this.#out = out
    this.#options = options
  }

  write(chunk: string | Uint8Array): void {
    if (typeof chunk === 'string') {
      this.#text += chunk
      if (this.#text.length > TextMemory.LARGEST_TEXT) this.#encodeText()
      return
    }
    this.#encodeText()
    this.#keep(chunk.slice())
  }

  addElement(element: T): void | Promise<void> {
    const encoded = this.#encoder.encode(element, this)
    if (encoded !== undefined) return this.#writeMemberAfter(encoded)
    if (this.#bytes >= MEMBER_BYTES) return this.#writeMember()
  }

  flush(): void {
    // A member that is not full would make the file larger.
  }

  async finish(): Promise<void> {
    this.#encodeText()
    await this.#writeMember()
  }

  async #writeMemberAfter(encoded: Promise<void>): Promise<void> {
    await encoded
    if (this.#bytes >= MEMBER_BYTES) await this.#writeMember()
  }

  async #writeMember(): Promise<void> {
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks = []
    this.#bytes = 0
    this.#out.write(await packed(bytes, this.#options))
  }

  #encodeText(): void {
    if (this.#text === '') return
    this.#keep(Buffer.from(this.#text, 'utf8'))
    this.#text = ''
  }

  #keep(bytes: Uint8Array): void {
    this.#chunks.push(bytes)
    this.#bytes += bytes.length
  }
}
