import { FlinkError } from '../errors/flink-error.js'

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Reads what a DataOutputView wrote. Reading past the end is an error, never a wrong value. */
export class DataInputView {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #position: number

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#position = 0
  }

  get position(): number {
    return this.#position
  }

  get remaining(): number {
    return this.#bytes.length - this.#position
  }

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

  readVarInt(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.readInt8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
      if (scale > Number.MAX_SAFE_INTEGER) throw new FlinkError('ASSERTION_FAILED', { what: 'a number is too long' })
    }
  }

  /** A view into the same memory. */
  readBytes(length: number): Uint8Array {
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }

  readUtf8(): string {
    return decoder.decode(this.readBytes(this.readVarInt()))
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
