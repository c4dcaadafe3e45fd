// Duty: goes round over the entries of a table in memory and removes what has expired: with each access to the state a few steps.
// Invariants: a step is an entry, or some elements of a large list or map, so that it holds up nobody; where the walk is in one, it
// goes on there as long as it is the same object. Entries keep their positions while they live, so neither an index that grows nor
// a snapshot disturbs the walk, which looks at each entry that stays, once a round. Steps are taken together, as loads of some values
// at a time do not wait for each other: W2 with 1,000,000 keys.
// Thread: the task worker that owns the backend.
import type { HeapStateTable } from '../heap-state-table.js'
import { UserMap } from '../user-map.js'
import { SteppedCleanup } from './stepped-cleanup.js'
import { TtlValue } from './ttl-value.js'

/** They lie side by side, mostly, while entries lie anywhere. */
const ELEMENTS_A_STEP = 16
/** Looked at together, and of a list taken out and put back where one of them has expired. */
const MOST_ELEMENTS = 1024

export class HeapCleanup extends SteppedCleanup<HeapStateTable> {
  #position = 0
  /** The list or map in which the walk is, and where. */
  #walked: readonly TtlValue[] | UserMap | undefined
  #index = 0
  #entries: Iterator<[unknown, unknown]> | undefined

  protected override walk(steps: number, expiredUpToMs: number): void {
    const { table } = this
    // One round, at most.
    let left = Math.min(steps, table.limit)
    while (left > 0) {
      if (this.#position >= table.limit) this.#position = 0
      const value = table.peekAt(this.#position)
      left -= 1
      if (value instanceof TtlValue) {
        if (value.lastAccessMs <= expiredUpToMs) table.removeFoundAt(this.#position)
        this.#position += 1
      } else if (value === undefined) this.#position += 1
      else left -= this.#walkIn(value as readonly TtlValue[] | UserMap, expiredUpToMs) / ELEMENTS_A_STEP
    }
  }

  /** How many elements were looked at. */
  #walkIn(value: readonly TtlValue[] | UserMap, expiredUpToMs: number): number {
    if (value !== this.#walked) {
      this.#walked = value
      this.#index = 0
      this.#entries = undefined
    }
    return value instanceof UserMap ? this.#walkInMap(value, expiredUpToMs) : this.#walkInList(value, expiredUpToMs)
  }

  #walkInList(list: readonly TtlValue[], expiredUpToMs: number): number {
    const start = this.#index
    const end = Math.min(start + MOST_ELEMENTS, list.length)
    const living = list.slice(start, end).filter(({ lastAccessMs }) => lastAccessMs > expiredUpToMs)
    let { length } = list
    if (living.length < end - start) {
      const own = this.table.ownAt(this.#position) as TtlValue[]
      own.splice(start, end - start, ...living)
      this.#walked = own
      length = own.length
    }
    this.#index = start + living.length
    if (this.#index >= length) this.#leave(length)
    return end - start
  }

  #walkInMap(map: UserMap, expiredUpToMs: number): number {
    const entries = (this.#entries ??= map.entries())
    const over: unknown[] = []
    let looked = 0
    let isOver = false
    for (; looked < MOST_ELEMENTS && !isOver; looked += 1) {
      const next = entries.next()
      if (next.done === true) isOver = true
      else if ((next.value[1] as TtlValue).lastAccessMs <= expiredUpToMs) over.push(next.value[0])
    }
    if (over.length > 0) {
      const own = this.table.ownAt(this.#position) as UserMap
      for (const key of over) own.delete(key)
      // A snapshot has the other one: the rest of it is looked at in the next round.
      if (isOver || own !== map || own.size === 0) this.#leave(own.size)
    } else if (isOver) this.#leave(map.size)
    return looked
  }

  #leave(size: number): void {
    if (size === 0) this.table.removeFoundAt(this.#position)
    this.#walked = undefined
    this.#entries = undefined
    this.#position += 1
  }
}
