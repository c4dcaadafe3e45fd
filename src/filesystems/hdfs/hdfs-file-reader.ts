// Duty: reads a file of HDFS: from front to back out of one open download, anywhere else by a request each.
// Invariants: one read at a time, in their order. A download that ends early, is cut or goes silent is read on from where it was; bytes
// that were given out are never asked for again. A little more than what was asked for is held.
import type { IncomingMessage } from 'node:http'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { FileReader } from '../../core/fs/file-system.js'
import { unreachable } from './http-exchange.js'
import { retrying } from './retrying.js'
import type { WebHdfsClient } from './web-hdfs-client.js'
import { WebHdfsFailure } from './web-hdfs-failure.js'

/** Of what is asked for before anything has come. */
const SOME_BYTES = 64 * 1024

export interface FileToRead {
  readonly client: WebHdfsClient
  readonly path: string
  readonly sizeBytes: number
}

export class HdfsFileReader implements FileReader {
  readonly sizeBytes: number
  readonly #file: FileToRead
  /** The download from `#position` on, if there is one. */
  #chunks: AsyncIterator<Buffer> | undefined
  #body: IncomingMessage | undefined
  /** Came with the download, and belongs to `#position`. */
  #rest: Buffer = Buffer.alloc(0)
  #position = 0
  #last: Promise<unknown> = Promise.resolve()
  #isOpen = true

  constructor(file: FileToRead) {
    this.#file = file
    this.sizeBytes = file.sizeBytes
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#inTurn(() => this.#read(offset, length))
  }

  readSome(offset: number, length: number): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      this.#checkOpen()
      return (await this.#come(offset, length)) ?? this.#read(offset, Math.min(length, SOME_BYTES))
    })
  }

  async close(): Promise<void> {
    this.#isOpen = false
    this.#drop()
  }

  #inTurn(work: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const { client, path } = this.#file
    const done = this.#last.then(() => client.explain('read', path, work))
    this.#last = Promise.allSettled([done])
    return done
  }

  /** What the download has next; undefined where it has nothing, or is at another place. */
  async #come(offset: number, length: number): Promise<Uint8Array | undefined> {
    if (offset !== this.#position || this.#body === undefined) return undefined
    try {
      if (this.#rest.length === 0 && !(await this.#next())) return undefined
    } catch {
      // It is begun anew, and what fails then is told.
      this.#drop()
      return undefined
    }
    const { buffer, byteOffset, length: come } = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(come)
    this.#position += come
    return new Uint8Array(buffer, byteOffset, come)
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    this.#checkOpen()
    const wanted = Math.max(0, Math.min(length, this.sizeBytes - offset))
    const bytes = new Uint8Array(wanted)
    const isNext = offset === this.#position
    if (!isNext) this.#drop()
    // Who reads on has the rest of the file coming; who jumps gets what was asked for.
    const end = isNext ? this.sizeBytes : offset + wanted
    let filled = 0
    while (filled < wanted) {
      const before = filled
      await retrying(
        async () => {
          filled = await this.#fill(bytes, { offset, filled, end })
          if (filled === before) throw new WebHdfsFailure('unreachable', 'the download ends too early')
        },
        { pace: this.#file.client.pace },
      )
    }
    this.#position = offset + wanted
    // It ends here, and who reads on would take that for a download that broke.
    if (!isNext) this.#drop()
    return bytes
  }

  /** What came before the download broke counts; it is begun anew with the next call. */
  async #fill(bytes: Uint8Array, at: { offset: number; filled: number; end: number }): Promise<number> {
    const { offset, end } = at
    let { filled } = at
    this.#checkOpen()
    try {
      if (this.#body === undefined) await this.#begin(offset + filled, end)
      while (filled < bytes.length) {
        if (this.#rest.length === 0 && !(await this.#next())) break
        const part = this.#rest.subarray(0, bytes.length - filled)
        bytes.set(part, filled)
        this.#rest = this.#rest.subarray(part.length)
        filled += part.length
      }
      return filled
    } catch (error) {
      this.#drop()
      if (filled > at.filled) return filled
      throw error
    }
  }

  async #next(): Promise<boolean> {
    try {
      const next = await this.#chunks?.next()
      if (next === undefined || next.done === true) {
        this.#drop()
        return false
      }
      this.#rest = next.value
      return true
    } catch (error) {
      throw unreachable(error, 'the DataNode')
    }
  }

  async #begin(from: number, end: number): Promise<void> {
    const { client, path } = this.#file
    const parameters = { offset: String(from), length: String(end - from) }
    const { body } = await client.download(path, parameters)
    // What breaks while nobody reads is found with the next read.
    body.on('error', () => undefined)
    this.#body = body
    this.#chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    this.#checkOpen()
  }

  #drop(): void {
    this.#body?.destroy()
    this.#body = undefined
    this.#chunks = undefined
    this.#rest = Buffer.alloc(0)
  }

  #checkOpen(): void {
    if (this.#isOpen) return
    this.#drop()
    const reason = 'it was closed'
    throw new FlinkError('FILE_IO_FAILED', { path: this.#file.path, operation: 'read', reason })
  }
}
