import { FlinkError } from '../errors/flink-error.js'
import type { TextBytes } from './text-bytes.js'

/** A byte order mark is a character like any other: without `ignoreBOM` it would be dropped from the front of a text. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const COPIED_LENGTH = 13
const WINDOW_BYTES = 64 * 1024

/**
 * Reads what a DataOutputView wrote. Reading past the end is an error, never a wrong value.
 *
 * @example
 * ```ts
 * import type { DataInputView } from 'flink-ts'
 *
 * const readPoint = (input: DataInputView): [number, number] => [input.readFloat64(), input.readFloat64()]
 * ```
 */
export class DataInputView {
  readonly #bytes: TextBytes
  readonly #view: DataView
  #position: number
  /** The part of the memory that is there as a text. */
  #window = ''
  #windowStart = 0
  #windowEnd = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#position = 0
  }

  get position(): number {
    return this.#position
  }

  /** For code that reads from the memory itself. */
  set position(position: number) {
    this.#position = position
  }

  /** All the memory of this view, read and unread; positions count from its start. */
  get bytes(): TextBytes {
    return this.#bytes
  }

  /** The memory as `bytes`. */
  get view(): DataView {
    return this.#view
  }

  /**
   * The bytes from `start` to `end` as a text, one character a byte. Short ones are parts of a text that is made of the
   * bytes around them in one call into V8: 63 → 17 ns.
   */
  latin1Text(start: number, end: number): string {
    // Below this length V8 copies a part of a text instead of pointing into it, which would keep all of it in memory.
    if (end - start >= COPIED_LENGTH) return this.#bytes.toString('latin1', start, end)
    if (start < this.#windowStart || end > this.#windowEnd) this.#moveWindow(start)
    return this.#window.substring(start - this.#windowStart, end - this.#windowStart)
  }

  get remaining(): number {
    return this.#bytes.length - this.#position
  }

  /** A byte as an unsigned number, 0 to 255. */
  readInt8(): number {
    const at = this.#advance(1)
    return this.#view.getUint8(at)
  }

  readInt32(): number {
    return this.#view.getInt32(this.#advance(4))
  }

  readFloat64(): number {
    return this.#view.getFloat64(this.#advance(8))
  }

  readBigInt64(): bigint {
    return this.#view.getBigInt64(this.#advance(8))
  }

  readVarInt(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.readInt8()
      value += (byte & 0x7f) * scale
      if (value > Number.MAX_SAFE_INTEGER) break
      if (byte < 0x80) return value
      scale *= 0x80
      if (scale > Number.MAX_SAFE_INTEGER) break
    }
    throw new FlinkError('ASSERTION_FAILED', { what: 'a number that was read is larger than 2^53 - 1' })
  }

  /** A view into the same memory. */
  readBytes(length: number): Uint8Array {
    const at = this.#advance(length)
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, length)
  }

  /** Steps over `length` bytes and returns where they start in `bytes`: what StructuredSerializer reads in place. */
  skip(length: number): number {
    return this.#advance(length)
  }

  readUtf8(): string {
    const bytes = this.readBytes(this.readVarInt())
    try {
      return decoder.decode(bytes)
    } catch (error) {
      throw new FlinkError('ASSERTION_FAILED', { what: 'a text that was read is not UTF-8' }, { cause: error })
    }
  }

  #moveWindow(start: number): void {
    this.#windowStart = start
    this.#windowEnd = Math.min(start + WINDOW_BYTES, this.#bytes.length)
    this.#window = this.#bytes.toString('latin1', start, this.#windowEnd)
  }

  #advance(count: number): number {
    const at = this.#position
    if (count > this.remaining) {
      const what = `${String(count)} bytes were to be read where ${String(this.remaining)} are left`
      throw new FlinkError('ASSERTION_FAILED', { what })
    }
    this.#position += count
    return at
  }
}
