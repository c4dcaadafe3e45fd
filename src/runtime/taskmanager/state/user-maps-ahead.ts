// Duty: touches the maps of entries that will be looked at soon, so that their memory is in the processor's caches by then.
// Invariants: in stages, as EntriesAhead: object, array and its end are loaded for all entries before the next stage begins.
// Thread: the task worker that owns the backend.
import { TOUCHED_TOGETHER, type ValuesAhead } from './entries-ahead.js'
import type { EntryList } from './entry-list.js'
import { UserMap } from './user-map.js'

const NONE: readonly unknown[] = []
/** A map of a few counts takes ten times the memory of a count. */
const LEAST_SIZE = 1024

export class UserMapsAhead implements ValuesAhead {
  readonly leastSize: number = LEAST_SIZE
  readonly #values: unknown[] = new Array<unknown>(TOUCHED_TOGETHER).fill(undefined)
  readonly #lists: (readonly unknown[])[] = new Array<readonly unknown[]>(TOUCHED_TOGETHER).fill(NONE)

  touch(entries: EntryList, positions: Int32Array, count: number): number {
    const values = this.#values
    const lists = this.#lists
    for (let at = 0; at < count; at += 1) {
      const position = (positions[at] as number) - 1
      values[at] = position < 0 ? undefined : entries.valueAt(position)
    }
    for (let at = 0; at < count; at += 1) {
      const value = values[at]
      lists[at] = value instanceof UserMap ? (value.few ?? NONE) : NONE
    }
    let touched = 0
    for (let at = 0; at < count; at += 1) {
      const list = lists[at] as readonly unknown[]
      // What lies at the end is the newest entry.
      if (typeof list[list.length - 2] === 'number') touched += 1
    }
    return touched
  }
}
