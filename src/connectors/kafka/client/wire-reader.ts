// Duty: numbers and texts of Kafka's protocol out of bytes.
// Invariant: what does not lie within the bytes is no value: a ReasonError, never undefined.
// Thread: any. On the path of every record: plain numbers, nothing allocated.
import { ReasonError } from '../../../core/errors/reason-error.js'

const TWO_POWER_32 = 4_294_967_296
const VARINT_BITS = 0x7f
const VARINT_MORE = 0x80
/** From here on a shift would lose bits. */
const SHIFT_LIMIT = 28

export class WireReader {
  readonly bytes: Buffer
  position: number
  readonly #end: number

  constructor(bytes: Buffer, position = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.position = position
    this.#end = end
  }

  get remaining(): number {
    return this.#end - this.position
  }

  readInt8(): number {
    return this.bytes.readInt8(this.#advance(1))
  }

  readInt16(): number {
    return this.bytes.readInt16BE(this.#advance(2))
  }

  readInt32(): number {
    return this.bytes.readInt32BE(this.#advance(4))
  }

  readUint32(): number {
    return this.bytes.readUInt32BE(this.#advance(4))
  }

  /** Exact up to 2^53. */
  readInt64(): number {
    const at = this.#advance(8)
    return this.bytes.readInt32BE(at) * TWO_POWER_32 + this.bytes.readUInt32BE(at + 4)
  }

  readUnsignedVarint(): number {
    const { bytes } = this
    let value = 0
    let scale = 1
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[this.#advance(1)] as number
      const bits = byte & VARINT_BITS
      if (shift < SHIFT_LIMIT) value |= bits << shift
      else {
        if (shift === SHIFT_LIMIT) scale = 2 ** SHIFT_LIMIT
        value += bits * scale
        scale *= 2 ** 7
      }
      if ((byte & VARINT_MORE) === 0) return value
      if (shift > 63) throw new ReasonError('a number of variable length has no end')
    }
  }

  /** Zigzag: 0, -1, 1, -2 ... */
  readVarint(): number {
    const value = this.readUnsignedVarint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** A part of the bytes, not a copy of it. */
  readBytes(length: number): Buffer {
    const at = this.#advance(length)
    return this.bytes.subarray(at, at + length)
  }

  skip(length: number): void {
    this.#advance(length)
  }

  readUuid(): string {
    const hex = this.readBytes(16).toString('hex')
    const ends = [8, 12, 16, 20, 32]
    return ends.map((end, index) => hex.slice(ends[index - 1] ?? 0, end)).join('-')
  }

  readCompactArray<T>(read: (reader: this) => T): T[] {
    const length = this.readUnsignedVarint() - 1
    const all: T[] = []
    for (let index = 0; index < length; index += 1) all.push(read(this))
    return all
  }

  skipTaggedFields(): void {
    for (let left = this.readUnsignedVarint(); left > 0; left -= 1) {
      this.readUnsignedVarint()
      this.skip(this.readUnsignedVarint())
    }
  }

  #advance(length: number): number {
    const at = this.position
    if (length < 0 || at + length > this.#end) throw new ReasonError('it ends in the middle of a value')
    this.position = at + length
    return at
  }
}
