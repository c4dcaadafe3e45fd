// Duty: any bytes of an object, as a stream where they are read one after another.
// Invariants: every byte that is given away came from the object as it was when it was opened. An answer that ends too early is asked for
// again from where it was; one of other bytes than the store has a checksum of fails the read of its last byte. Of an object of any size
// only what is asked for is held.
// Thread: any; reads wait for each other.
import type { Readable } from 'node:stream'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { FileReader } from '../../core/fs/file-system.js'
import type { Random } from '../../core/random/random.js'
import type { Clock } from '../../core/time/clock.js'
import { s3Failure } from './s3-failure.js'
import type { S3Location } from './s3-location.js'
import type { S3Body, S3Head, S3Objects } from './s3-objects.js'

/** So far it is cheaper to read on than to ask anew. */
const SKIPPED_BYTES = 128 * 1024
/** Who reads here and there is given no more than it asks for and this; who reads on after all four times as much each time. */
const SMALL_WINDOW_BYTES = 256 * 1024
/** Of what is asked for before anything has come. */
const SOME_BYTES = 64 * 1024
const SHORTEST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000

export interface S3ReaderTerms {
  readonly objects: S3Objects
  readonly clock: Clock
  readonly random: Pick<Random, 'nextInt'>
}

export class S3FileReader implements FileReader {
  readonly sizeBytes: number
  readonly #terms: S3ReaderTerms
  readonly #at: S3Location
  readonly #etag: string | undefined
  #body: BodyStream | undefined
  #windowBytes = Number.POSITIVE_INFINITY
  #last: Promise<unknown> = Promise.resolve()
  #isOpen = true

  /** `body`: all of the object, where somebody asked for that. */
  constructor(terms: S3ReaderTerms, at: S3Location, { sizeBytes, etag }: S3Head, body?: S3Body) {
    this.#terms = terms
    this.#at = at
    this.#etag = etag
    this.sizeBytes = sizeBytes
    if (body !== undefined) this.#body = new BodyStream(body.stream, 0, sizeBytes)
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#inTurn(() => this.#read(offset, length))
  }

  readSome(offset: number, length: number): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      return (await this.#come(offset, length)) ?? this.#read(offset, Math.min(length, SOME_BYTES))
    })
  }

  close(): Promise<void> {
    this.#isOpen = false
    this.#body?.destroy()
    this.#body = undefined
    return Promise.resolve()
  }

  #inTurn(work: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const read = this.#last.then(work)
    this.#last = Promise.allSettled([read])
    return read
  }

  /** What the answer has next; undefined where it has nothing, or is of another place. */
  async #come(offset: number, length: number): Promise<Uint8Array | undefined> {
    const body = this.#body
    if (!this.#isOpen || body?.position !== offset || offset >= body.end) return undefined
    try {
      return await body.readSome(length)
    } catch (error) {
      body.destroy()
      this.#body = undefined
      if (isOfOtherBytes(error)) throw this.#explained(error)
      return undefined
    }
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    // Every byte is written before it is given away.
    const memory = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, this.sizeBytes - offset)))
    const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.length)
    let failures = 0
    for (let filled = 0; filled < bytes.length;) {
      if (!this.#isOpen) throw this.#failed('it was closed')
      try {
        const body = await this.#bodyAt(offset + filled, bytes.length - filled)
        const read = await body.read(bytes.subarray(filled))
        filled += read
        if (read > 0) failures = 0
      } catch (error) {
        this.#body?.destroy()
        this.#body = undefined
        failures += 1
        const { maxAttempts } = this.#terms.objects.connection.settings
        // Nobody knows which bytes are wrong, and some of them were given away.
        if (FlinkError.is(error) || isOfOtherBytes(error) || failures >= maxAttempts) throw this.#explained(error)
        await this.#pause(failures)
      }
    }
    if (!this.#isOpen) throw this.#failed('it was closed')
    return bytes
  }

  async #bodyAt(offset: number, length: number): Promise<BodyStream> {
    const body = this.#body
    if (body !== undefined && body.position <= offset && offset - body.position <= SKIPPED_BYTES && offset < body.end) {
      await body.skip(offset - body.position)
      return body
    }
    body?.destroy()
    this.#body = undefined
    if (body !== undefined) {
      const isReadOn = offset === body.end
      this.#windowBytes = isReadOn ? 4 * this.#windowBytes : SMALL_WINDOW_BYTES
    }
    const end = Math.min(this.sizeBytes, offset + Math.max(length, this.#windowBytes))
    const isAll = offset === 0 && end === this.sizeBytes
    const bytes = isAll ? undefined : { first: offset, last: end - 1 }
    const { stream } = await this.#terms.objects.get(this.#at, { bytes, etag: this.#etag })
    const opened = new BodyStream(stream, offset, end)
    this.#body = opened
    // It was closed while it waited for the answer.
    if (!this.#isOpen) opened.destroy()
    return opened
  }

  #pause(failures: number): Promise<void> {
    const { clock, random } = this.#terms
    const longest = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** failures)
    return new Promise((resolve) => clock.setTimer(1 + random.nextInt(longest), resolve))
  }

  #explained(error: unknown): FlinkError {
    const { path, bucket } = this.#at
    return s3Failure(error, { operation: 'read', path, bucket }, this.#terms.objects.connection.address)
  }

  #failed(reason: string): FlinkError {
    return new FlinkError('FILE_IO_FAILED', { operation: 'read', path: this.#at.path, reason })
  }
}

/** The bytes of one answer. */
class BodyStream {
  readonly end: number
  readonly #stream: Readable
  readonly #chunks: AsyncIterator<unknown>
  #position: number
  #chunk: Uint8Array = new Uint8Array(0)

  /** From `position`, up to and without `end`. */
  constructor(stream: Readable, position: number, end: number) {
    this.#stream = stream
    this.#chunks = stream[Symbol.asyncIterator]()
    // What fails while nobody reads is told to the next read.
    stream.on('error', () => undefined)
    this.#position = position
    this.end = end
  }

  get position(): number {
    return this.#position
  }

  /** How many there were: at least one, up to the end of what was asked for. Fails where the answer ends before. */
  async read(into: Uint8Array): Promise<number> {
    if (this.#chunk.length === 0) this.#chunk = await this.#next()
    const part = this.#chunk.subarray(0, into.length)
    into.set(part)
    this.#take(part.length)
    if (this.#position === this.end) await this.#ended()
    return part.length
  }

  /** The same as they come; nobody else has them. */
  async readSome(length: number): Promise<Uint8Array> {
    if (this.#chunk.length === 0) this.#chunk = await this.#next()
    const { buffer, byteOffset, length: come } = this.#chunk.subarray(0, length)
    this.#take(come)
    if (this.#position === this.end) await this.#ended()
    return new Uint8Array(buffer, byteOffset, come)
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) {
      if (this.#chunk.length === 0) this.#chunk = await this.#next()
      const taken = Math.min(left, this.#chunk.length)
      this.#take(taken)
      left -= taken
    }
  }

  destroy(): void {
    this.#stream.destroy()
  }

  #take(length: number): void {
    this.#chunk = this.#chunk.subarray(length)
    this.#position += length
  }

  /** The SDK compares checksums at the end, which a connection has to come to before it is used again, too. */
  async #ended(): Promise<void> {
    const next = await this.#chunks.next()
    if (next.done !== true) throw new OddAnswer('the answer has more bytes than were asked for')
  }

  async #next(): Promise<Uint8Array> {
    const next = await this.#chunks.next()
    if (next.done === true) throw new OddAnswer('the answer ended before all bytes were there')
    return next.value as Uint8Array
  }
}

/** The SDK has no other name for it. */
function isOfOtherBytes(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Checksum mismatch')
}

class OddAnswer extends Error {
  override readonly name: string = 'OddAnswer'
}
