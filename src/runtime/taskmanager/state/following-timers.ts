// Duty: timers of one timestamp and namespace as marks at the entries that their keys have in a state with one namespace: so a
// window's timer costs one byte, and no search, where the window has contents anyway.
// Invariants: a mark stands at a position with an entry only. Before an entry with a mark leaves, `onLeaving` is called, and takes the
// mark away. As a part of the queue's snapshots they are entries without a value. Keys stay at their positions while a
// snapshot runs, as the table that is followed is in the same snapshots.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { RemovedKeys } from './change-log.js'
import type { HeapStateTable } from './heap-state-table.js'
import type { EntriesSnapshot, SnapshotPart } from './snapshot-part.js'
import { PRESENT } from './table-priority-queue.js'

const INITIAL_CAPACITY = 64
const MARKED = 1

export class FollowingTimers implements SnapshotPart {
  /** The one that is followed. */
  readonly table: HeapStateTable
  readonly #namespace: unknown
  readonly #onLeaving: (position: number) => void
  #marks: Uint8Array = new Uint8Array(INITIAL_CAPACITY)
  #size = 0

  /** `namespace`: what they have as entries of the queue. */
  constructor(table: HeapStateTable, namespace: unknown, onLeaving: (position: number) => void) {
    this.table = table
    this.#namespace = namespace
    this.#onLeaving = onLeaving
  }

  get size(): number {
    return this.#size
  }

  has(position: number): boolean {
    return this.#marks[position] === MARKED
  }

  /** False where there is one. There must be an entry at the position. */
  add(position: number): boolean {
    if (position >= this.#marks.length) this.#grow(position)
    if (this.#marks[position] === MARKED) return false
    this.#marks[position] = MARKED
    this.#size += 1
    return true
  }

  /** False where there is none. */
  remove(position: number): boolean {
    if (!this.has(position)) return false
    this.#marks[position] = 0
    this.#size -= 1
    return true
  }

  /** The entry at the position is about to be removed. */
  leaving(position: number): void {
    if (this.has(position)) this.#onLeaving(position)
  }

  positions(): Int32Array {
    const marks = this.#marks
    const positions = new Int32Array(this.#size)
    let count = 0
    for (let position = 0; count < positions.length; position += 1) {
      if (marks[position] !== MARKED) continue
      positions[count] = position
      count += 1
    }
    return positions
  }

  /** Costs a byte an entry. */
  beginSnapshot(): EntriesSnapshot {
    return new MarksSnapshot(this.#marks.slice(0, this.table.limit))
  }

  beginDelta(): { snapshot: EntriesSnapshot; removed: RemovedKeys } {
    throw new FlinkError('ASSERTION_FAILED', { what: 'what changed in a queue of shared namespaces is not noted' })
  }

  endSnapshot(): void {}

  /** Of the key. */
  hashAt(position: number): number {
    return this.table.hashAt(position)
  }

  keyAt(position: number): unknown {
    return this.table.keyAt(position)
  }

  namespaceAt(): unknown {
    return this.#namespace
  }

  keyGroupAt(position: number): number {
    return this.table.keyGroupAt(position)
  }

  touch(positions: Int32Array, start: number, end: number): void {
    this.table.touch(positions, start, end)
  }

  notStorable(error: unknown, position: number): unknown {
    return this.table.notStorable(error, position)
  }

  #grow(position: number): void {
    const marks = new Uint8Array(Math.max(2 * this.#marks.length, position + 1))
    marks.set(this.#marks)
    this.#marks = marks
  }
}

class MarksSnapshot implements EntriesSnapshot {
  readonly changes = undefined
  readonly #marks: Uint8Array

  constructor(marks: Uint8Array) {
    this.#marks = marks
  }

  get limit(): number {
    return this.#marks.length
  }

  hasEntry(position: number): boolean {
    return this.#marks[position] === MARKED
  }

  take(position: number): boolean {
    return this.hasEntry(position)
  }

  valueAt(): unknown {
    return PRESENT
  }

  markWritten(): void {}
}
