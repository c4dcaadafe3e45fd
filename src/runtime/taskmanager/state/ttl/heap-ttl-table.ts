// Duty: a state in memory of which each key has one value with a time to live: the times of the last accesses lie in a list beside the
// entries.
// Invariants: as of a HeapStateTable, which holds the values themselves; snapshots and restores have TtlValues. With a TtlValue in each
// entry counts of 1,000,000 keys took four times the processor time: every access went through one more object, somewhere.
// Thread: the task worker that owns the backend.
import type { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { NO_ENTRY, NOT_FOUND } from '../entry-table.js'
import { HeapStateTable, type HeapTableEnvironment } from '../heap-state-table.js'
import type { StateEntry } from '../key-group-block.js'
import type { EntryKey, StateTypes, TimedTable } from '../state-table.js'
import type { SnapshotSource } from '../table-snapshot.js'
import { AccessTimes } from './access-times.js'
import { PreservedTtlValues } from './preserved-ttl-values.js'
import { TtlSerializer } from './ttl-serializer.js'
import { TtlValue } from './ttl-value.js'

export class HeapTtlTable extends HeapStateTable implements TimedTable {
  /** Not later than the times that `removeAccessedUpTo` has left since this was set. */
  oldestLeftMs: number = 0
  readonly #times: AccessTimes
  /** What is written: one for all entries. */
  readonly #stored = new TtlValue(undefined, 0)

  constructor(types: StateTypes, environment: HeapTableEnvironment) {
    const times = new AccessTimes()
    super(types, { ...environment, valuesAhead: times })
    this.#times = times
  }

  get timed(): TimedTable {
    return this
  }

  lastAccessMsAt(position: number): number {
    return this.#times.ms[position] as number
  }

  putAt(value: unknown, nowMs: number): void {
    const position = this.currentPosition()
    if (position === NOT_FOUND) {
      this.put(value)
      this.#times.set(this.currentPosition(), nowMs)
      return
    }
    this.setAt(position, value)
    this.#times.ms[position] = nowMs
  }

  accessedAt(position: number, nowMs: number): void {
    if (this.#times.ms[position] === nowMs) return
    this.noteChangeAt(position)
    this.#times.ms[position] = nowMs
  }

  /** Among the next `count` positions; where to go on, 0 at the end. */
  removeAccessedUpTo(expiredUpToMs: number, from: number, count: number): number {
    const { limit } = this
    const end = Math.min(from + count, limit)
    const times = this.#times.ms
    let oldestMs = this.oldestLeftMs
    for (let position = from; position < end; position += 1) {
      const ms = times[position] as number
      if (ms >= oldestMs && ms > expiredUpToMs) continue
      if (!this.hasEntryAt(position)) continue
      if (ms <= expiredUpToMs) this.removeFoundAt(position)
      else oldestMs = ms
    }
    this.oldestLeftMs = oldestMs
    return end < limit ? end : 0
  }

  override load(entry: StateEntry, keyHash: number): number {
    const { value, lastAccessMs } = entry.value as TtlValue
    const position = super.load({ ...entry, value }, keyHash)
    this.#times.set(position, lastAccessMs)
    return position
  }

  override loadChanged(entry: StateEntry, keyHash: number): number {
    const { value, lastAccessMs } = entry.value as TtlValue
    const found = this.positionOf(entry, keyHash)
    if (found === NOT_FOUND) return this.load(entry, keyHash)
    const position = super.loadChanged({ ...entry, value }, keyHash)
    this.#times.set(position, lastAccessMs)
    return position
  }

  override writeValueOf(place: EntryKey, output: DataOutputView): boolean {
    const position = this.find(place, place.namespace)
    if (position === NOT_FOUND) return false
    this.types.serializer.serialize(this.#storedAt(position), output)
    return true
  }

  protected override source(): SnapshotSource {
    const values = super.source()
    return {
      limit: this.limit,
      valueAt: (position) => this.#storedAt(position),
      createPreserved: () => new PreservedTtlValues(values, () => this.#times.ms),
    }
  }

  protected override copyOf(value: unknown): unknown {
    const { serializer } = this.types
    return serializer instanceof TtlSerializer ? serializer.inner.copy(value) : serializer.copy(value)
  }

  /** NO_ENTRY where there is none; until the next call. */
  #storedAt(position: number): unknown {
    const value = this.valueAt(position)
    if (value === NO_ENTRY) return value
    this.#stored.value = value
    this.#stored.lastAccessMs = this.#times.ms[position] as number
    return this.#stored
  }
}
