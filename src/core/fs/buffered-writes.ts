// Duty: the bytes of a file on their way to the disk: while one buffer is being written, the next is filled.
// Invariants: one write at a time, in order. What failed is thrown at the next call. The buffers of all files of one writer share
// their memory: the more files are open, the smaller each.
import type { FileWriter } from './file-system.js'

/** A call of the disk a record would cost more than the record. */
const LARGEST_BUFFER_BYTES = 64 * 1024
const SMALLEST_BUFFER_BYTES = 1024
/** Of all open files together, twice while they are being written: 256 files have the largest buffers, 16,384 the smallest. */
const MEMORY_BYTES = 16 * 1024 * 1024
const NO_BYTES = new Uint8Array(0)

/** What the buffers of several files may take. */
export class BufferMemory {
  #openFiles = 0
  #bufferBytes = LARGEST_BUFFER_BYTES

  /** How large a buffer of each file may be now. */
  get bufferBytes(): number {
    return this.#bufferBytes
  }

  opened(): void {
    this.#openFilesChanged(1)
  }

  closed(): void {
    this.#openFilesChanged(-1)
  }

  #openFilesChanged(by: number): void {
    this.#openFiles += by
    const share = Math.floor(MEMORY_BYTES / Math.max(1, this.#openFiles))
    this.#bufferBytes = Math.min(LARGEST_BUFFER_BYTES, Math.max(SMALLEST_BUFFER_BYTES, share))
  }
}

export class BufferedWrites {
  readonly #writer: FileWriter
  readonly #memory: BufferMemory
  #buffer: Uint8Array = NO_BYTES
  #spare: Uint8Array = NO_BYTES
  #buffered = 0
  /** Bytes that the disk was given. */
  #given: number
  #write: Promise<void> | undefined
  /** After a failure nobody knows how much of it is in the file, and a second sync may say that all is well. */
  #failure: { readonly error: unknown } | undefined
  #isOpen = true

  /** `offset`: so many bytes the file has. */
  constructor(writer: FileWriter, offset: number, memory: BufferMemory) {
    this.#writer = writer
    this.#given = offset
    this.#memory = memory
    memory.opened()
  }

  get position(): number {
    return this.#given + this.#buffered
  }

  /** Gives a promise where the caller has to wait. */
  write(bytes: Uint8Array): void | Promise<void> {
    this.#throwFailure()
    const { bufferBytes } = this.#memory
    if (this.#buffered + bytes.length <= bufferBytes) {
      this.#keep(bytes)
      return
    }
    if (bytes.length >= bufferBytes) return this.#writeAtOnce(bytes)
    if (this.#write !== undefined) return this.#keepLater(bytes.slice())
    this.#begin()
    this.#keep(bytes)
  }

  /** The disk has all that was written, though it may not be durable. */
  async flush(): Promise<void> {
    await this.#written()
    this.#begin()
    await this.#written()
  }

  /** What the disk has is durable. */
  async sync(): Promise<void> {
    await this.#onDisk(this.#writer.sync())
  }

  /** Waits for what is being written; what is buffered is dropped. May be called again. */
  async close(): Promise<void> {
    if (this.#isOpen) this.#memory.closed()
    this.#isOpen = false
    await this.#write
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#buffered + bytes.length
    if (length > this.#buffer.length) this.#grow(length)
    this.#buffer.set(bytes, this.#buffered)
    this.#buffered = length
  }

  #grow(length: number): void {
    const doubled = Math.min(this.#memory.bufferBytes, Math.max(SMALLEST_BUFFER_BYTES, 2 * this.#buffer.length))
    const buffer = new Uint8Array(Math.max(length, doubled))
    buffer.set(this.#buffer.subarray(0, this.#buffered))
    this.#buffer = buffer
  }

  async #keepLater(bytes: Uint8Array): Promise<void> {
    await this.#written()
    this.#begin()
    this.#keep(bytes)
  }

  async #writeAtOnce(bytes: Uint8Array): Promise<void> {
    await this.flush()
    this.#given += bytes.length
    await this.#onDisk(this.#writer.write(bytes))
  }

  #begin(): void {
    if (this.#buffered === 0) return
    const buffer = this.#buffer
    const bytes = buffer.subarray(0, this.#buffered)
    this.#given += bytes.length
    this.#buffered = 0
    this.#buffer = this.#spare
    this.#spare = NO_BYTES
    this.#write = this.#remembered(this.#writer.write(bytes)).then(() => {
      this.#write = undefined
      if (buffer.length <= this.#memory.bufferBytes) this.#spare = buffer
    })
  }

  async #onDisk(work: Promise<void>): Promise<void> {
    await this.#remembered(work)
    this.#throwFailure()
  }

  /** Never rejects. */
  #remembered(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      this.#failure = { error }
    })
  }

  async #written(): Promise<void> {
    await this.#write
    this.#throwFailure()
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}
