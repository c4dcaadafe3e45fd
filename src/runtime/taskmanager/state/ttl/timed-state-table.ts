// Duty: a table that keeps times, as ValueState, ReducingState and AggregatingState see it: as TtlStateTable.
// Thread: the task worker that owns the backend.
import type { TimedTable } from '../state-table.js'
import { ExpiringTable } from './expiring-table.js'

export class TimedStateTable extends ExpiringTable<TimedTable> {
  get(): unknown {
    const { table, ttl } = this
    ttl.accessed()
    const lastAccessMs = table.lastAccessMs()
    if (lastAccessMs === undefined) return undefined
    if (ttl.isOver(lastAccessMs)) return this.#takeExpired()
    const value = table.get()
    if (ttl.updatesOnRead) table.accessedAt(ttl.nowMs())
    return value
  }

  peek(): unknown {
    const { table, ttl } = this
    const lastAccessMs = table.lastAccessMs()
    if (lastAccessMs === undefined || (ttl.isOver(lastAccessMs) && !ttl.returnsExpired)) return undefined
    return table.peek()
  }

  put(value: unknown): void {
    const { table, ttl } = this
    ttl.accessed()
    table.putAt(value, ttl.nowMs())
  }

  removeExpired(): void {
    const lastAccessMs = this.table.lastAccessMs()
    if (lastAccessMs !== undefined && this.ttl.isOver(lastAccessMs)) this.table.remove()
  }

  #takeExpired(): unknown {
    const value = this.ttl.returnsExpired ? this.table.get() : undefined
    this.table.remove()
    return value
  }
}
