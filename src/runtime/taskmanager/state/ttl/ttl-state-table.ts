// Duty: a table of values with a time to live, as ValueState, ReducingState and AggregatingState see it: the values themselves.
// Invariants: what has expired is removed by the `get` that finds it. What is put lives from now on. A value is put into the
// TtlValue that is there, unless a snapshot runs: a new one for each record makes counts of 1,000,000 keys a third slower.
// Thread: the task worker that owns the backend.
import type { NamedState } from '../given-values.js'
import type { EntryKey, StateTable, StateTypes } from '../state-table.js'
import type { ExpiringState, TimeToLive } from './time-to-live.js'
import { TtlSerializer } from './ttl-serializer.js'
import { isChangeable, TtlValue } from './ttl-value.js'

export class TtlStateTable implements StateTable, ExpiringState {
  readonly types: StateTypes
  readonly #table: StateTable
  readonly #ttl: TimeToLive

  constructor(table: StateTable, ttl: TimeToLive) {
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
    const found = this.#table.peek() as TtlValue | undefined
    if (found === undefined) return undefined
    if (ttl.isExpired(found)) return this.#takeExpired()
    if (ttl.updatesOnRead) return this.#touch()
    return isChangeable(found) ? this.#own().value : found.value
  }

  peek(): unknown {
    const found = this.#table.peek() as TtlValue | undefined
    return found === undefined || this.#ttl.isGone(found) ? undefined : found.value
  }

  put(value: unknown): void {
    const table = this.#table
    const ttl = this.#ttl
    ttl.accessed()
    const found = table.copiesOnWrite === true ? undefined : (table.get() as TtlValue | undefined)
    if (found === undefined) {
      table.put(new TtlValue(value, ttl.nowMs()))
      return
    }
    found.value = value
    found.lastAccessMs = ttl.nowMs()
    table.changedInPlace()
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
    const found = this.#table.peek() as TtlValue | undefined
    if (found !== undefined && this.#ttl.isExpired(found)) this.#table.remove()
  }

  /** There it is, so the table has one that may be changed. */
  #own(): TtlValue {
    return this.#table.get() as TtlValue
  }

  #touch(): unknown {
    const own = this.#own()
    own.lastAccessMs = this.#ttl.nowMs()
    this.#table.changedInPlace()
    return own.value
  }

  #takeExpired(): unknown {
    const value = this.#ttl.returnsExpired ? this.#own().value : undefined
    this.#table.remove()
    return value
  }
}

/** Of the values themselves. */
export function typesOfValues(types: StateTypes): StateTypes {
  const { serializer } = types
  return serializer instanceof TtlSerializer ? { ...types, serializer: serializer.inner } : types
}
