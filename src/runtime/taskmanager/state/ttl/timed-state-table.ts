// Duty: a table that keeps times, as ValueState, ReducingState and AggregatingState see it: as TtlStateTable.
// Invariants: an access looks for the position of its entry once. With a look for each of its parts a count of 1,000 keys cost 20 ns more.
// Thread: the task worker that owns the backend.
import { NOT_FOUND } from '../entry-table.js'
import type { TimedTable } from '../state-table.js'
import { ExpiringTable } from './expiring-table.js'

export class TimedStateTable extends ExpiringTable<TimedTable> {
  get(): unknown {
    const { table, ttl } = this
    ttl.accessed()
    const position = table.currentPosition()
    if (position === NOT_FOUND) return undefined
    if (ttl.isOver(table.lastAccessMsAt(position))) return this.#takeExpired()
    const value = table.ownAt(position)
    if (ttl.updatesOnRead) table.accessedAt(position, ttl.nowMs())
    return value
  }

  peek(): unknown {
    const { table, ttl } = this
    const position = table.currentPosition()
    if (position === NOT_FOUND) return undefined
    if (ttl.isOver(table.lastAccessMsAt(position)) && !ttl.returnsExpired) return undefined
    return table.peek()
  }

  put(value: unknown): void {
    const { table, ttl } = this
    ttl.accessed()
    table.putAt(value, ttl.nowMs())
  }

  removeExpired(): void {
    const { table, ttl } = this
    const position = table.currentPosition()
    if (position !== NOT_FOUND && ttl.isOver(table.lastAccessMsAt(position))) table.remove()
  }

  #takeExpired(): unknown {
    const value = this.ttl.returnsExpired ? this.table.get() : undefined
    this.table.remove()
    return value
  }
}
