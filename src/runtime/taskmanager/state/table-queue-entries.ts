// Duty: the elements of a priority queue in any StateTable.
// Invariants: the table says what there is. A position is the place of an element in a list of those that were added; one that
// was removed keeps its place until somebody looks at it.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { NOT_FOUND } from './entry-table.js'
import type { KeyContext } from './key-context.js'
import type { QueueElement } from './keyed-priority-queue.js'
import type { QueueEntries } from './queue-entries.js'
import type { StateTable } from './state-table.js'
import { PRESENT } from './table-priority-queue.js'
import type { TimerOrder } from './timer-order.js'
import type { TimerNamespace } from './timer-namespaces.js'

export interface TableQueueEntriesParameters {
  readonly table: StateTable
  /** Of the table alone: its elements are of any key. */
  readonly tableContext: KeyContext
  /** Of the backend. */
  readonly current: KeyContext
  readonly copyKey: (key: unknown) => unknown
}

export class TableQueueEntries<N> implements QueueEntries<N> {
  readonly #parameters: TableQueueEntriesParameters
  #elements: (QueueElement<N> | undefined)[] = []
  #free: number[] = []

  constructor(parameters: TableQueueEntriesParameters) {
    this.#parameters = parameters
  }

  get keyHash(): number {
    return this.#parameters.current.keyHash
  }

  add(namespace: N, timestamp: number): number {
    const { table, current, copyKey } = this.#parameters
    const { keyHash } = current
    const element = { key: this.#currentKey(), keyHash, namespace, timestamp }
    if (this.#has(element)) return NOT_FOUND
    table.put(PRESENT)
    return this.#keep({ ...element, key: copyKey(element.key) })
  }

  remove(namespace: N, timestamp: number): boolean {
    const { table, current } = this.#parameters
    const { keyHash } = current
    if (!this.#has({ key: this.#currentKey(), keyHash, namespace, timestamp })) return false
    table.remove()
    return true
  }

  isAt(position: number, timestamp: number): boolean {
    const element = this.#elements[position]
    if (element?.timestamp !== timestamp) return false
    if (this.#has(element)) return true
    this.#forget(position)
    return false
  }

  take(position: number): QueueElement<N> {
    const element = this.#elements[position]
    if (element === undefined || !this.#has(element)) {
      const what = `nothing is at position ${String(position)} of the queue ${this.#parameters.table.named.state}`
      throw new FlinkError('ASSERTION_FAILED', { what })
    }
    this.#parameters.table.remove()
    this.#forget(position)
    return element
  }

  /** They are objects anywhere. */
  onComingTimers(): void {}

  fill(order: TimerOrder): void {
    this.#elements = []
    this.#free = []
    order.fill(this.#all())
  }

  *#all(): Generator<readonly [timestamp: number, hash: number, position: number]> {
    for (const { key, keyHash, namespace } of this.#parameters.table.entryKeys()) {
      const element = { key, keyHash, ...(namespace as TimerNamespace<N>) }
      yield [element.timestamp, keyHash, this.#keep(element)]
    }
  }

  #currentKey(): unknown {
    const { current, table } = this.#parameters
    if (current.hasKey) return current.key
    throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { ...table.named })
  }

  /** Goes to its entry in the table. */
  #has({ key, keyHash, timestamp, namespace }: QueueElement<N>): boolean {
    const { table, tableContext } = this.#parameters
    tableContext.setKey(key, keyHash)
    table.setCurrentNamespace({ timestamp, namespace })
    return table.get() !== undefined
  }

  #keep(element: QueueElement<N>): number {
    const position = this.#free.pop() ?? this.#elements.length
    this.#elements[position] = element
    return position
  }

  #forget(position: number): void {
    this.#elements[position] = undefined
    this.#free.push(position)
  }
}
