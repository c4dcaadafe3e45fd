// Duty: the bytes of one file on their way to an upload in parts: while some parts are being sent, the next is filled.
// Invariants: parts are at least as large as a store asks for, but for the last. So many of them are on their way at a time; who writes
// more waits. After a failure nothing counts as uploaded.
// Thread: the one of the writer.
import type { S3Location } from './s3-location.js'
import type { S3Part, S3Uploads } from './s3-uploads.js'

const SMALLEST_BUFFER_BYTES = 8 * 1024
/** A store takes 10,000 parts: each time so many are full, the next are twice as large. */
const PARTS_OF_A_SIZE = 1000

export interface PartUploadsTerms {
  readonly uploads: S3Uploads
  readonly at: S3Location
  readonly partSizeBytes: number
  readonly maxConcurrent: number
}

export interface UploadedParts {
  readonly uploadId: string
  readonly parts: readonly S3Part[]
  readonly nextNumber: number
}

export class PartUploads {
  readonly #terms: PartUploadsTerms
  readonly #parts: S3Part[]
  readonly #sending = new Set<Promise<void>>()
  #uploadId: string | Promise<string> | undefined
  #nextNumber: number
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  #buffered = 0
  /** Of parts that have been sent: fresh memory for each cost a quarter of the processor time of an upload. */
  readonly #spares: Uint8Array<ArrayBuffer>[] = []
  #failure: { readonly error: unknown } | undefined

  /** `uploaded`: of an upload that is gone on with; else one is begun with the first full part. */
  constructor(terms: PartUploadsTerms, uploaded?: UploadedParts) {
    this.#terms = terms
    this.#uploadId = uploaded?.uploadId
    this.#parts = [...(uploaded?.parts ?? [])]
    this.#nextNumber = uploaded?.nextNumber ?? 1
  }

  /** Undefined: nothing but what is buffered was written. */
  get hasUpload(): boolean {
    return this.#uploadId !== undefined
  }

  get bufferedBytes(): number {
    return this.#buffered
  }

  /** A part that was begun. */
  buffered(): Uint8Array {
    return this.#buffer.subarray(0, this.#buffered)
  }

  /** Takes all bytes at once; gives a promise where the caller has to wait before it writes on. */
  write(bytes: Uint8Array): void | Promise<void> {
    this.throwFailure()
    for (let at = 0; at < bytes.length;) {
      const room = this.#partSizeBytes - this.#buffered
      const piece = bytes.subarray(at, at + room)
      this.#keep(piece)
      at += piece.length
      if (piece.length === room) this.#send()
    }
    if (this.#sending.size >= this.#terms.maxConcurrent) return this.#roomForAnother()
  }

  /** What is buffered is sent as the last part. */
  async finish(): Promise<UploadedParts> {
    const isEmpty = this.#parts.length + this.#sending.size === 0
    // A store completes no upload without parts.
    if (this.#buffered > 0 || isEmpty) this.#send()
    return this.uploaded()
  }

  /** All full parts, once they are uploaded. */
  async uploaded(): Promise<UploadedParts> {
    await this.settled()
    this.throwFailure()
    this.#parts.sort((left, right) => left.number - right.number)
    return { uploadId: await this.#begun(), parts: [...this.#parts], nextNumber: this.#nextNumber }
  }

  /** Nothing is on its way any more. Never rejects. */
  async settled(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending)
  }

  /** Nothing is left of it. */
  async abort(): Promise<void> {
    await this.settled()
    if (this.#uploadId === undefined) return
    await this.#terms.uploads.abort(this.#terms.at, await this.#begun())
    this.#uploadId = undefined
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  get #partSizeBytes(): number {
    return this.#terms.partSizeBytes * 2 ** Math.floor((this.#nextNumber - 1) / PARTS_OF_A_SIZE)
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#buffered + bytes.length
    if (length > this.#buffer.length) this.#grow(length)
    this.#buffer.set(bytes, this.#buffered)
    this.#buffered = length
  }

  #grow(length: number): void {
    const partSizeBytes = this.#partSizeBytes
    // While parts are on their way others are likely, and the next one has all its memory at once.
    const doubled = this.#sending.size > 0 ? partSizeBytes : Math.max(SMALLEST_BUFFER_BYTES, 2 * this.#buffer.length)
    const sizeBytes = Math.max(length, Math.min(partSizeBytes, doubled))
    const spare = this.#spares.pop()
    const buffer = spare !== undefined && spare.length >= sizeBytes ? spare : new Uint8Array(sizeBytes)
    buffer.set(this.buffered())
    this.#buffer = buffer
  }

  #send(): void {
    const buffer = this.#buffer
    const part = this.buffered()
    const number = this.#nextNumber
    this.#nextNumber += 1
    this.#buffer = new Uint8Array(0)
    this.#buffered = 0
    const sent: Promise<void> = this.#upload(number, part)
      .then(() => {
        // Of the last one nobody knows whether another follows, and many files may be open.
        if (this.#sending.size > 1 && buffer.length >= this.#partSizeBytes) this.#spares.push(buffer)
        else this.#spares.length = 0
      })
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .then(() => void this.#sending.delete(sent))
    this.#sending.add(sent)
  }

  async #upload(number: number, bytes: Uint8Array): Promise<void> {
    const { uploads, at } = this.#terms
    this.#parts.push(await uploads.uploadPart(at, await this.#begun(), number, bytes))
  }

  async #begun(): Promise<string> {
    const { uploads, at } = this.#terms
    this.#uploadId ??= uploads.create(at)
    return this.#uploadId
  }

  async #roomForAnother(): Promise<void> {
    while (this.#sending.size >= this.#terms.maxConcurrent) await Promise.race(this.#sending)
    this.throwFailure()
  }
}
