// Duty: the elements of a priority queue that share timestamp and namespace, in the order of the hashes of their keys.
// Invariants: they are sorted once, when the first of them is asked for, and again after others came.
// Thread: the task worker that owns the backend.
import type { HeapStateTable } from './heap-state-table.js'
import type { NamespaceTable } from './heap-tables-by-namespace.js'
import type { TimerNamespace } from './timer-namespaces.js'

/** Hash and position are sorted as one number. */
const POSITIONS = 2 ** 21
/** Hashes have a sign. */
const LEAST_HASH = -(2 ** 31)

export class TimerGroup<N> {
  readonly timestamp: number
  readonly namespace: N
  readonly owner: NamespaceTable
  readonly table: HeapStateTable
  /** Undefined where they are not in order. */
  #sorted: Int32Array | undefined
  #next = 0

  constructor(owner: NamespaceTable) {
    const { timestamp, namespace } = owner.namespace as TimerNamespace<N>
    this.timestamp = timestamp
    this.namespace = namespace
    this.owner = owner
    this.table = owner.table
  }

  /** Others came. */
  forgetOrder(): void {
    this.#sorted = undefined
  }

  /** Of the first one; there must be one. */
  firstPosition(): number {
    const { table } = this
    let sorted = this.#sorted
    if (sorted === undefined) {
      sorted = sortedByHash(table)
      this.#sorted = sorted
      this.#next = 0
    }
    while (!table.hasEntryAt(sorted[this.#next] as number)) this.#next += 1
    return sorted[this.#next] as number
  }

  /** Up to `count` positions, beginning with that of the first one; some of them may have no element any more. */
  comingPositions(count: number): Int32Array {
    return this.#sorted?.subarray(this.#next, this.#next + count) ?? new Int32Array(0)
  }
}

function sortedByHash(table: HeapStateTable): Int32Array {
  const positions = new Int32Array(table.size)
  let count = 0
  for (let position = 0; position < table.limit; position += 1) {
    if (!table.hasEntryAt(position)) continue
    positions[count] = position
    count += 1
  }
  if (table.limit > POSITIONS) return positions.sort((left, right) => table.hashAt(left) - table.hashAt(right))
  const packed = new Float64Array(count)
  for (let at = 0; at < count; at += 1) {
    const position = positions[at] as number
    packed[at] = (table.hashAt(position) - LEAST_HASH) * POSITIONS + position
  }
  packed.sort()
  for (let at = 0; at < count; at += 1) positions[at] = (packed[at] as number) % POSITIONS
  return positions
}
