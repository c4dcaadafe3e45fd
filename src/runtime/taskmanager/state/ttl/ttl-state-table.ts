// Duty: a table of values with a time to live, as ValueState, ReducingState and AggregatingState see it: the values themselves.
// Invariants: what has expired is removed by the `get` that finds it. What is put lives from now on. A value is put into the
// TtlValue that is there, unless a snapshot runs: a new one for each record makes counts of 1,000,000 keys a third slower.
// Thread: the task worker that owns the backend.
import type { StateTable } from '../state-table.js'
import { ExpiringTable } from './expiring-table.js'
import { isChangeable, TtlValue } from './ttl-value.js'

export class TtlStateTable extends ExpiringTable<StateTable> {
  get(): unknown {
    const { ttl } = this
    ttl.accessed()
    const found = this.table.peek() as TtlValue | undefined
    if (found === undefined) return undefined
    if (ttl.isExpired(found)) return this.#takeExpired()
    if (ttl.updatesOnRead) return this.#touch()
    return isChangeable(found) ? this.#own().value : found.value
  }

  peek(): unknown {
    const found = this.table.peek() as TtlValue | undefined
    return found === undefined || this.ttl.isGone(found) ? undefined : found.value
  }

  put(value: unknown): void {
    const { table, ttl } = this
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

  removeExpired(): void {
    const found = this.table.peek() as TtlValue | undefined
    if (found !== undefined && this.ttl.isExpired(found)) this.table.remove()
  }

  /** There it is, so the table has one that may be changed. */
  #own(): TtlValue {
    return this.table.get() as TtlValue
  }

  #touch(): unknown {
    const own = this.#own()
    own.lastAccessMs = this.ttl.nowMs()
    this.table.changedInPlace()
    return own.value
  }

  #takeExpired(): unknown {
    const value = this.ttl.returnsExpired ? this.#own().value : undefined
    this.table.remove()
    return value
  }
}
