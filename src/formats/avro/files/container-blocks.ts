// Duty: the blocks of a file of Avro that belong to a split.
// Invariants: a block belongs to the split in which the marker before it begins, so of two splits side by side one reads it, and only
// one. Of the file one block is held.
import type { StreamFormatInput } from '../../../connectors/filesystem/stream-format.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import { bufferOf } from '../avro-records.js'
import { MARKER_BYTES, type ContainerHeader } from './container-header.js'
import { readVarint } from './container-varint.js'

const CHUNK_BYTES = 256 * 1024

export interface ContainerBlock {
  /** Where it begins in the file. */
  readonly offset: number
  readonly count: number
  readonly data: Buffer
}

export class ContainerBlocks {
  readonly #input: StreamFormatInput
  readonly #marker: Buffer
  /** What was read and not used, and where it begins in the file. */
  #bytes: Buffer = Buffer.alloc(0)
  #offset: number
  #isAtEnd = false
  /** A marker is still to be found. */
  #isBefore: boolean

  constructor(input: StreamFormatInput, header: ContainerHeader, isRestored: boolean) {
    this.#input = input
    this.#marker = header.marker
    this.#isBefore = !isRestored && input.startOffset > 0
    this.#offset = this.#isBefore || isRestored ? input.startOffset : header.lengthBytes
  }

  /** In the file: how far it was read. */
  get position(): number {
    return this.#offset
  }

  /** Undefined at the end of the split. ReasonError for what is no block. */
  async next(): Promise<ContainerBlock | undefined> {
    if (this.#isBefore && !(await this.#findMarker())) return undefined
    if (this.#offset >= this.#input.splitEnd + MARKER_BYTES) return undefined
    if (!(await this.#has(1))) return undefined
    const offset = this.#offset
    const at = { position: 0 }
    const [count, length] = [await this.#number(at), await this.#number(at)]
    const end = at.position + length + MARKER_BYTES
    if (count < 0 || length < 0 || !(await this.#has(end))) throw new ReasonError('a block is not whole')
    const data = this.#bytes.subarray(at.position, at.position + length)
    if (!this.#bytes.subarray(at.position + length, end).equals(this.#marker)) {
      throw new ReasonError('a block does not end with the marker of its file')
    }
    this.#skip(end)
    return { offset, count, data }
  }

  async #number(at: { position: number }): Promise<number> {
    for (;;) {
      const number = readVarint(this.#bytes, at)
      if (number !== undefined) return number
      if (!(await this.#has(this.#bytes.length + 1))) throw new ReasonError('a block is not whole')
    }
  }

  /** False where there is none in the split. */
  async #findMarker(): Promise<boolean> {
    const { splitEnd } = this.#input
    while (this.#offset < splitEnd && (await this.#has(MARKER_BYTES))) {
      const found = this.#bytes.indexOf(this.#marker)
      if (found !== -1) {
        if (this.#offset + found >= splitEnd) return false
        this.#isBefore = false
        this.#skip(found + MARKER_BYTES)
        return true
      }
      this.#skip(this.#bytes.length - MARKER_BYTES + 1)
    }
    return false
  }

  /** Whether there are so many bytes. */
  async #has(length: number): Promise<boolean> {
    while (this.#bytes.length < length && !this.#isAtEnd) {
      const wanted = Math.max(CHUNK_BYTES, length - this.#bytes.length)
      const chunk = bufferOf(await this.#input.stream.read(this.#offset + this.#bytes.length, wanted))
      this.#isAtEnd = chunk.length === 0
      this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    }
    return this.#bytes.length >= length
  }

  #skip(length: number): void {
    this.#bytes = this.#bytes.subarray(length)
    this.#offset += length
  }
}
