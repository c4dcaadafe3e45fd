import { FlinkError } from '../errors/flink-error.js'
import { writeCharCodes } from './char-codes.js'
import type { TextBytes } from './text-bytes.js'

const INITIAL_BYTES = 256
const SHORT_SLICE_BYTES = 96
/** Its length is one byte. */
const LONGEST_SHORT_TEXT = 127
const encoder = new TextEncoder()

/**
 * A growing buffer that values are written into, big endian. `reset` keeps the memory for the next use.
 *
 * @example
 * ```ts
 * import type { DataOutputView } from 'flink-ts'
 *
 * function writePoint([x, y]: [number, number], output: DataOutputView): void {
 *   output.writeFloat64(x)
 *   output.writeFloat64(y)
 * }
 * ```
 */
export class DataOutputView {
  #bytes: TextBytes
  #view: DataView
  #position = 0
  /** The memory of this view itself, also while it writes into memory that it was given. */
  #ownBytes: TextBytes
  #ownView: DataView
  /** What lies in front of it stays in the memory that was given when that runs out. */
  #movesFrom = 0
  readonly #beforeGrowth: ((neededBytes: number) => void) | undefined

  /** `beforeGrowth` is told when more memory is needed, and how much in all; what it throws, the writer throws. */
  constructor(initialBytes: number = INITIAL_BYTES, beforeGrowth?: (neededBytes: number) => void) {
    this.#beforeGrowth = beforeGrowth
    this.#ownBytes = Buffer.allocUnsafeSlow(initialBytes)
    this.#ownView = new DataView(this.#ownBytes.buffer)
    this.#bytes = this.#ownBytes
    this.#view = this.#ownView
  }

  get position(): number {
    return this.#position
  }

  /** For code that writes into the memory itself: after a `reserve`, and not beyond it. */
  set position(position: number) {
    this.#position = position
  }

  /** The memory; replaced by a `reserve` that grows it. */
  get bytes(): TextBytes {
    return this.#bytes
  }

  /** The memory as `bytes`. */
  get view(): DataView {
    return this.#view
  }

  get capacity(): number {
    return this.#bytes.length
  }

  /** Makes room for so many bytes after the position. */
  reserve(count: number): void {
    const needed = this.#position + count
    if (needed > this.#bytes.length) this.#grow(needed)
  }

  /**
   * Goes on at a position of memory that somebody else gives. When that runs out, what was written since `markMoving`
   * goes to memory of this view, to the same position: then `bytes` is not what was given any more.
   */
  writeInto(bytes: TextBytes, view: DataView, position: number): void {
    this.#bytes = bytes
    this.#view = view
    this.#position = position
    this.#movesFrom = position
  }

  /** Begins anew in memory of this view. */
  writeIntoOwn(): void {
    this.writeInto(this.#ownBytes, this.#ownView, 0)
  }

  /** What was written up to here stays in the memory that was given. */
  markMoving(): void {
    this.#movesFrom = this.#position
  }

  reset(): void {
    this.#position = 0
  }

  /** Takes back what was written after an earlier position. */
  truncate(position: number): void {
    if (position < 0 || position > this.#position) {
      throw new FlinkError('ASSERTION_FAILED', { what: `${String(position)} is no earlier position of an output` })
    }
    this.#position = position
  }

  /** The lowest eight bits of a number. */
  writeInt8(value: number): void {
    this.reserve(1)
    this.#bytes[this.#position] = value
    this.#position += 1
  }

  writeInt32(value: number): void {
    this.reserve(4)
    this.#view.setInt32(this.#position, value)
    this.#position += 4
  }

  writeFloat64(value: number): void {
    this.reserve(8)
    this.#view.setFloat64(this.#position, value)
    this.#position += 8
  }

  writeBigInt64(value: bigint): void {
    this.reserve(8)
    this.#view.setBigInt64(this.#position, value)
    this.#position += 8
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, lowest first; anything else is an ASSERTION_FAILED. */
  writeVarInt(value: number): void {
    if (value < 0 || !Number.isSafeInteger(value)) {
      throw new FlinkError('ASSERTION_FAILED', { what: `${String(value)} is no whole number from 0 to 2^53 - 1` })
    }
    let rest = value
    while (rest >= 0x80) {
      this.writeInt8((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.writeInt8(rest)
  }

  writeBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.#bytes.set(bytes, this.#position)
    this.#position += bytes.length
  }

  /** Bytes from `start` to `end` of other memory; short ones in a loop, which spares the subarray. */
  writeSlice(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start
    if (length > SHORT_SLICE_BYTES) {
      this.writeBytes(bytes.subarray(start, end))
      return
    }
    this.reserve(length)
    const target = this.#bytes
    let position = this.#position
    for (let index = start; index < end; index += 1) target[position++] = bytes[index] as number
    this.#position = position
  }

  /** UTF-8 with its length in bytes in front. A lone surrogate has no UTF-8 form: callers refuse or escape it before. */
  writeUtf8(text: string): void {
    if (text.length <= LONGEST_SHORT_TEXT && this.#writeAscii(text)) return
    const bytes = encoder.encode(text)
    this.writeVarInt(bytes.length)
    this.writeBytes(bytes)
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return this.written().slice()
  }

  /** What was written as a text, a char for a byte. */
  toLatin1(): string {
    return this.#bytes.toString('latin1', 0, this.#position)
  }

  /** What was written, without a copy: valid until the next write. */
  written(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#position)
  }

  /** False, and nothing written, where a character is not ASCII. `user-123456`: 327 ns with the encoder became 42. */
  #writeAscii(text: string): boolean {
    const { length } = text
    this.reserve(length + 1)
    const start = this.#position
    if (writeCharCodes(text, this.#bytes, start + 1) > 0x7f) return false
    this.#bytes[start] = length
    this.#position = start + 1 + length
    return true
  }

  #grow(needed: number): void {
    this.#beforeGrowth?.(needed)
    const from = this.#bytes === this.#ownBytes ? 0 : this.#movesFrom
    const moving = this.#bytes.subarray(from, this.#position)
    if (needed > this.#ownBytes.length) {
      this.#ownBytes = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
      this.#ownView = new DataView(this.#ownBytes.buffer)
    }
    this.#ownBytes.set(moving, from)
    this.#bytes = this.#ownBytes
    this.#view = this.#ownView
  }
}
