// Duty: a KeyedPriorityQueue over a StateTable: the table says what is in it, so that snapshots, increments and restores
// are those of any other state; a binary heap says in which order.
// Invariants: every entry of the table is in the heap. What was removed, or is there twice, stays in the heap until it
// comes first, or is more than half of it. Of equal timestamps the order is that of the hashes of the keys, also after a restore.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { KeyContext } from './key-context.js'
import type { KeyedPriorityQueue, QueueElement } from './keyed-priority-queue.js'
import type { StateTable } from './state-table.js'
import type { TimerNamespace } from './timer-namespaces.js'

/** The value of an element's entry. */
const PRESENT = true
/** A smaller heap is not worth to be made anew. */
const LEAST_REBUILT_SIZE = 64

/** It takes no byte. */
export const presence: TypeSerializer<unknown> = {
  serialize: () => undefined,
  deserialize: () => PRESENT,
  copy: () => PRESENT,
}

export interface TablePriorityQueueParameters {
  readonly table: StateTable
  /** Of the table alone: its elements are of any key. */
  readonly tableContext: KeyContext
  /** Of the backend. */
  readonly current: KeyContext
  readonly copyKey: (key: unknown) => unknown
}

export class TablePriorityQueue<N> implements KeyedPriorityQueue<N> {
  readonly #parameters: TablePriorityQueueParameters
  #heap: QueueElement<N>[] = []
  #size = 0

  constructor(parameters: TablePriorityQueueParameters) {
    this.#parameters = parameters
    for (const { key, keyHash, namespace } of parameters.table.entryKeys()) {
      this.#push({ key, keyHash, ...(namespace as TimerNamespace<N>) })
      this.#size += 1
    }
  }

  get size(): number {
    return this.#size
  }

  add(namespace: N, timestamp: number): boolean {
    const { current, table, copyKey } = this.#parameters
    const { keyHash } = current
    if (this.#has(this.#currentKey(), keyHash, { timestamp, namespace })) return false
    table.put(PRESENT)
    this.#size += 1
    const element = { key: copyKey(current.key), keyHash, namespace, timestamp }
    this.#push(element)
    return this.#heap[0] === element
  }

  remove(namespace: N, timestamp: number): boolean {
    const { current, table } = this.#parameters
    if (!this.#has(this.#currentKey(), current.keyHash, { timestamp, namespace })) return false
    const first = this.#heap[0]
    table.remove()
    this.#size -= 1
    if (this.#heap.length > LEAST_REBUILT_SIZE && this.#heap.length > 2 * this.#size) this.#rebuild()
    return first !== undefined && first.timestamp === timestamp && first.keyHash === current.keyHash
  }

  peek(): QueueElement<N> | undefined {
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined || this.#has(first.key, first.keyHash, first)) return first
      this.#pop()
    }
  }

  poll(): QueueElement<N> | undefined {
    const first = this.peek()
    if (first === undefined) return undefined
    // `peek` has just looked at its entry.
    this.#parameters.table.remove()
    this.#size -= 1
    this.#pop()
    return first
  }

  #currentKey(): unknown {
    const { current, table } = this.#parameters
    if (current.hasKey) return current.key
    throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { state: table.named.state })
  }

  /** Goes to its entry in the table. */
  #has(key: unknown, keyHash: number, { timestamp, namespace }: TimerNamespace<N>): boolean {
    const { table, tableContext } = this.#parameters
    tableContext.setKey(key, keyHash)
    table.setCurrentNamespace({ timestamp, namespace })
    return table.get() !== undefined
  }

  #rebuild(): void {
    this.#heap = []
    for (const { key, keyHash, namespace } of this.#parameters.table.entryKeys()) {
      this.#push({ key, keyHash, ...(namespace as TimerNamespace<N>) })
    }
  }

  #push(element: QueueElement<N>): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(element)
    while (at > 0) {
      const parent = (at - 1) >>> 1
      const above = heap[parent] as QueueElement<N>
      if (!isBefore(element, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = element
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right !== undefined && isBefore(right, heap[child] as QueueElement<N>)) child += 1
      const below = heap[child] as QueueElement<N>
      if (!isBefore(below, last)) break
      heap[at] = below
      at = child
    }
    heap[at] = last
  }
}

function isBefore(left: QueueElement<unknown>, right: QueueElement<unknown>): boolean {
  return left.timestamp < right.timestamp || (left.timestamp === right.timestamp && left.keyHash < right.keyHash)
}
