// Duty: the value of a ListState of one key and namespace. In memory are its end, as it is in the store, and what was added since;
// all of it once somebody has asked for it.
// Invariants: adding reads nothing. What was added is written after the end. Elements that were handed out as objects may be changed
// by who got them, so the list is written anew then. After the list has left the cache it is not used any more.
// Thread: the task worker that owns the backend.
import { isChangeable } from '../ttl/ttl-value.js'
import type { KvBatch } from './kv-store.js'
import { NO_ELEMENTS, type ListChunk, type ListChunks } from './list-chunks.js'
import { sizeOfValue } from './value-size.js'

/** What an empty list takes. */
const EMPTY_BYTES = 200
/** Elements between two looks at what they take, at most. */
const BETWEEN_LOOKS = 64

export class DiskList {
  readonly #chunks: ListChunks
  /** Undefined where no chunk comes before the end. */
  #prefix: Uint8Array | undefined
  /** The chunk that the next elements go to, as the store has it. */
  #end: ListChunk
  #added: unknown[]
  #all: unknown[] | undefined
  #isHandedOut = false
  #addedBytes = 0
  /** So many elements. */
  #nextLook = 1

  private constructor(chunks: ListChunks, end: ListChunk, added: unknown[]) {
    this.#chunks = chunks
    this.#end = end
    this.#added = added
  }

  /** One that the store does not have. */
  static of(elements: unknown[], chunks: ListChunks): DiskList {
    return new DiskList(chunks, NO_ELEMENTS, elements)
  }

  static at(prefix: Uint8Array, end: ListChunk, chunks: ListChunks): DiskList {
    const list = new DiskList(chunks, end, [])
    if (end.number > 0) list.#prefix = prefix.slice()
    return list
  }

  get sizeBytes(): number {
    const all = this.#all === undefined ? 0 : sizeOfValue(this.#all)
    return EMPTY_BYTES + this.#end.bytes.length + sizeOfValue(this.#added) + all
  }

  /** What was added and not written yet, about. */
  get addedBytes(): number {
    return this.#addedBytes
  }

  add(element: unknown): void {
    this.#added.push(element)
    this.#all?.push(element)
    const { length } = this.#added
    if (length < this.#nextLook) return
    this.#addedBytes = sizeOfValue(this.#added)
    this.#nextLook = length + Math.min(length, BETWEEN_LOOKS)
  }

  /** For those who change nothing in them, and not the array either. */
  elements(): readonly unknown[] {
    return (this.#all ??= this.#read())
  }

  /** For a look: what the store has is not kept in memory. */
  copyOfElements(): unknown[] {
    return this.#all === undefined ? this.#read() : [...this.#all]
  }

  /** For a function, which may change the elements. */
  handOut(): readonly unknown[] {
    const elements = this.elements()
    this.#isHandedOut ||= elements.some(isChangeable)
    return elements
  }

  /** Nothing is in the batch where it throws. */
  write(prefix: Uint8Array, batch: KvBatch): void {
    const { number: end } = this.#end
    if (this.#isHandedOut && this.#all !== undefined) {
      this.#end = this.#chunks.append(prefix, NO_ELEMENTS, this.#all, batch)
      // The last one is there only where it has elements.
      const from = this.#end.count === 0 ? this.#end.number : this.#end.number + 1
      this.#chunks.remove(prefix, { from, end }, batch)
    } else if (this.#added.length > 0) {
      this.#end = this.#chunks.append(prefix, this.#end, this.#added, batch)
    }
    this.#isHandedOut = false
    this.#added = []
    this.#addedBytes = 0
    this.#nextLook = 1
    this.#prefix = this.#end.number > 0 ? (this.#prefix ?? prefix.slice()) : undefined
  }

  #read(): unknown[] {
    const elements = this.#prefix === undefined ? [] : this.#chunks.readBefore(this.#prefix, this.#end.number)
    this.#chunks.decode(this.#end, elements)
    for (const element of this.#added) elements.push(element)
    return elements
  }
}
