// Duty: bytes in the file of a waiting space, first in, first out.
// Invariants: in memory it keeps one number for each block of the file. A block is free again as soon as it was read.
// Thread: the worker whose tasks write.
import type { WaitingSpace } from './waiting-space.js'

export class SpilledBytes {
  readonly #space: WaitingSpace
  /** Positions of the blocks that hold something, the oldest first. */
  #blocks: number[] = []
  /** Within the first block, and within the last one. */
  #readOffset = 0
  #writeOffset = 0

  constructor(space: WaitingSpace) {
    this.#space = space
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0
  }

  append(bytes: Uint8Array): void {
    const { blockBytes } = this.#space
    for (let done = 0; done < bytes.length;) {
      if (this.#blocks.length === 0 || this.#writeOffset === blockBytes) {
        this.#blocks.push(this.#space.takeBlock())
        this.#writeOffset = 0
      }
      const count = Math.min(bytes.length - done, blockBytes - this.#writeOffset)
      this.#space.write(bytes.subarray(done, done + count), (this.#blocks.at(-1) as number) + this.#writeOffset)
      this.#writeOffset += count
      done += count
    }
  }

  /** Fills `bytes`; so much must be there. */
  take(bytes: Uint8Array): void {
    const { blockBytes } = this.#space
    for (let done = 0; done < bytes.length;) {
      const count = Math.min(bytes.length - done, blockBytes - this.#readOffset)
      this.#space.read(bytes.subarray(done, done + count), (this.#blocks[0] as number) + this.#readOffset)
      this.#readOffset += count
      done += count
      const end = this.#blocks.length === 1 ? this.#writeOffset : blockBytes
      if (this.#readOffset === end) this.#returnFirst()
    }
  }

  /** Reads all from the oldest on, and takes nothing; for as long as nothing is taken or appended. */
  reader(): SpilledReader {
    return new SpilledReader(this.#space, this.#blocks, { start: this.#readOffset, end: this.#writeOffset })
  }

  clear(): void {
    while (this.#blocks.length > 0) this.#returnFirst()
  }

  #returnFirst(): void {
    const first = this.#blocks.shift()
    this.#readOffset = 0
    if (first !== undefined) this.#space.returnBlock(first)
  }
}

class SpilledReader {
  readonly #space: WaitingSpace
  readonly #blocks: readonly number[]
  /** Within the last block. */
  readonly #end: number
  #index = 0
  #offset: number

  constructor(space: WaitingSpace, blocks: readonly number[], range: { readonly start: number; readonly end: number }) {
    this.#space = space
    this.#blocks = blocks
    this.#end = range.end
    this.#offset = range.start
  }

  get isAtEnd(): boolean {
    const last = this.#blocks.length - 1
    return this.#index > last || (this.#index === last && this.#offset === this.#end)
  }

  read(bytes: Uint8Array): void {
    const { blockBytes } = this.#space
    for (let done = 0; done < bytes.length;) {
      const count = Math.min(bytes.length - done, blockBytes - this.#offset)
      const position = (this.#blocks[this.#index] as number) + this.#offset
      this.#space.read(bytes.subarray(done, done + count), position)
      this.#offset += count
      done += count
      if (this.#offset < blockBytes) continue
      this.#index += 1
      this.#offset = 0
    }
  }
}
