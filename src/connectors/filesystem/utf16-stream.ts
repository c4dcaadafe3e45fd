import { ChunkedBytes } from '../../core/fs/chunked-bytes.js'
import type { FileStream } from './stream-format.js'

const CHUNK_BYTES = 256 * 1024
const encoder = new TextEncoder()

/** A file in UTF-16 as UTF-8; positions are those of the latter. Without a byte order mark it is big endian, as in Java. */
export class Utf16Stream implements FileStream {
  readonly #stream: FileStream
  readonly #charset: string
  #decoder: InstanceType<typeof TextDecoder> | undefined
  /** Of UTF-16. */
  #readBytes = 0
  readonly #bytes = new ChunkedBytes(() => this.#nextChunk())

  constructor(stream: FileStream, charset: string) {
    this.#stream = stream
    this.#charset = charset
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#bytes.read(offset, length)
  }

  close(): Promise<void> {
    return this.#stream.close()
  }

  async #nextChunk(): Promise<Uint8Array | undefined> {
    const bytes = await this.#stream.read(this.#readBytes, CHUNK_BYTES)
    this.#decoder ??= new TextDecoder(this.#encodingOf(bytes))
    const text = this.#decoder.decode(bytes, { stream: bytes.length > 0 })
    this.#readBytes += bytes.length
    const chunk = encoder.encode(text)
    return bytes.length > 0 || chunk.length > 0 ? chunk : undefined
  }

  #encodingOf([first, second]: Uint8Array): string {
    if (this.#charset === 'utf-16le' || this.#charset === 'utf-16be') return this.#charset
    return first === 0xff && second === 0xfe ? 'utf-16le' : 'utf-16be'
  }
}
