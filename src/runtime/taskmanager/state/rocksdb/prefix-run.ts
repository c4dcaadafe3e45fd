// Duty: some positions with their prefixes, put into the order of the store: what is written in the order of its keys finds its
// place beside the one before, which takes RocksDB a quarter of the time.
// Invariants: the order is that of the prefixes as far as a number holds the bits in which they differ. For 'k0' to 'k999999', or
// any at random, that is all of them. Whoever writes relies on none.
// Thread: the task worker that owns the backend.
import { DataOutputView } from '../../../../core/memory/data-output-view.js'

const INDEX_BITS = 12
/** Ordered in 0.3 ms. */
const MOST_PREFIXES = 2 ** INDEX_BITS
/** With the last one it may be more. */
const MOST_BYTES = 256 * 1024
/** A number holds these and an index. */
const ORDER_BITS = 53 - INDEX_BITS
/** Of the columns of bytes that follow what all have in common. */
const MOST_COLUMNS = 40

export class PrefixRun {
  readonly #prefixes = new DataOutputView(1024)
  readonly #starts = new Int32Array(MOST_PREFIXES + 1)
  readonly #positions = new Int32Array(MOST_PREFIXES)
  readonly #order = new Float64Array(MOST_PREFIXES)
  /** Of each column the bits in which prefixes may differ. */
  readonly #widths = new Uint8Array(MOST_COLUMNS)
  #size = 0

  get size(): number {
    return this.#size
  }

  get isFull(): boolean {
    return this.#size === MOST_PREFIXES || this.#prefixes.position >= MOST_BYTES
  }

  clear(): void {
    this.#size = 0
    this.#prefixes.reset()
  }

  /** Unless it is full. */
  add(position: number, prefix: Uint8Array): void {
    this.#positions[this.#size] = position
    this.#prefixes.writeSlice(prefix, 0, prefix.length)
    this.#size += 1
    this.#starts[this.#size] = this.#prefixes.position
  }

  /** After the last one was added. */
  sort(): void {
    const first = this.#lengthInCommon()
    const columns = this.#findWidths(first)
    for (let index = 0; index < this.#size; index += 1)
      this.#order[index] = this.#orderOf(index, first, columns) * MOST_PREFIXES + index
    this.#order.subarray(0, this.#size).sort()
  }

  /** Which one, in the order of being added, comes in this place. */
  indexAt(place: number): number {
    return (this.#order[place] as number) % MOST_PREFIXES
  }

  positionAt(index: number): number {
    return this.#positions[index] as number
  }

  /** Valid until the run is cleared. */
  prefixAt(index: number): Uint8Array {
    const start = this.#starts[index] as number
    const { buffer, byteOffset } = this.#prefixes.bytes
    return new Uint8Array(buffer, byteOffset + start, (this.#starts[index + 1] as number) - start)
  }

  #lengthInCommon(): number {
    const { bytes } = this.#prefixes
    let common = this.#starts[1] as number
    for (let index = 1; index < this.#size; index += 1) {
      const start = this.#starts[index] as number
      const end = Math.min(common, (this.#starts[index + 1] as number) - start)
      let column = 0
      while (column < end && bytes[start + column] === bytes[column]) column += 1
      common = column
    }
    return common
  }

  /** How many columns a number holds. */
  #findWidths(first: number): number {
    const { bytes } = this.#prefixes
    const differing = this.#widths
    differing.fill(0)
    for (let index = 1; index < this.#size; index += 1) {
      const start = (this.#starts[index] as number) + first
      const count = Math.min(MOST_COLUMNS, (this.#starts[index + 1] as number) - start)
      for (let column = 0; column < count; column += 1) {
        const difference = (bytes[start + column] as number) ^ (bytes[first + column] as number)
        differing[column] = (differing[column] as number) | difference
      }
    }
    let bits = 0
    for (let column = 0; column < MOST_COLUMNS; column += 1) {
      const width = 32 - Math.clz32(differing[column] as number)
      bits += width
      if (bits > ORDER_BITS) return column
      differing[column] = width
    }
    return MOST_COLUMNS
  }

  #orderOf(index: number, first: number, columns: number): number {
    const { bytes } = this.#prefixes
    const start = (this.#starts[index] as number) + first
    const end = this.#starts[index + 1] as number
    let order = 0
    for (let column = 0; column < columns; column += 1) {
      const width = this.#widths[column] as number
      if (width === 0) continue
      const byte = start + column < end ? (bytes[start + column] as number) : 0
      order = order * (1 << width) + (byte & ((1 << width) - 1))
    }
    return order
  }
}
