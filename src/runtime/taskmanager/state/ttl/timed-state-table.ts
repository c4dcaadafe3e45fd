// Duty: a table that keeps times, as ValueState, ReducingState and AggregatingState see it: as TtlStateTable.
// Thread: the task worker that owns the backend.
import type { NamedState } from '../given-values.js'
import type { EntryKey, StateTable, StateTypes, TimedTable } from '../state-table.js'
import type { ExpiringState, TimeToLive } from './time-to-live.js'
import { typesOfValues } from './ttl-state-table.js'

export class TimedStateTable implements StateTable, ExpiringState {
  readonly types: StateTypes
  readonly #table: TimedTable
  readonly #ttl: TimeToLive

  constructor(table: TimedTable, ttl: TimeToLive) {
    this.types = typesOfValues(table.types)
    this.#table = table
    this.#ttl = ttl
  }

  get named(): NamedState {
    return this.#table.named
  }

  get(): unknown {
    const ttl = this.#ttl
    ttl.accessed()
    const table = this.#table
    const lastAccessMs = table.lastAccessMs()
    if (lastAccessMs === undefined) return undefined
    if (ttl.isOver(lastAccessMs)) return this.#takeExpired()
    const value = table.get()
    if (ttl.updatesOnRead) table.accessedAt(ttl.nowMs())
    return value
  }

  peek(): unknown {
    const lastAccessMs = this.#table.lastAccessMs()
    if (lastAccessMs === undefined || (this.#ttl.isOver(lastAccessMs) && !this.#ttl.returnsExpired)) return undefined
    return this.#table.peek()
  }

  put(value: unknown): void {
    this.#ttl.accessed()
    this.#table.putAt(value, this.#ttl.nowMs())
  }

  changedInPlace(): void {
    this.#table.changedInPlace()
  }

  remove(): void {
    this.#ttl.accessed()
    this.#table.remove()
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setCurrentNamespace(namespace)
  }

  /** Those that have expired, and are still there, as well. */
  entryKeys(): Iterable<EntryKey> {
    return this.#table.entryKeys()
  }

  removeExpired(): void {
    const lastAccessMs = this.#table.lastAccessMs()
    if (lastAccessMs !== undefined && this.#ttl.isOver(lastAccessMs)) this.#table.remove()
  }

  #takeExpired(): unknown {
    const value = this.#ttl.returnsExpired ? this.#table.get() : undefined
    this.#table.remove()
    return value
  }
}
