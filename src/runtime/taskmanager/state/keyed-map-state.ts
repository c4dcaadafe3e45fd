// Duty: MapState over a StateTable; the value in the table is a UserMap.
// Invariants: an empty map is no entry. Iterating walks the living map: what is put during the walk may be seen.
// Thread: the task worker that owns the backend.
import type { MapState } from '../../../api/state/map-state.js'
import { givenEntries } from './given-values.js'
import type { InternalState } from './internal-state.js'
import type { StateTable } from './state-table.js'
import { UserMap, type UserKeys } from './user-map.js'

export class KeyedMapState implements MapState<unknown, unknown>, InternalState<unknown> {
  readonly #table: StateTable
  readonly #keys: UserKeys
  /** Looked through where there is no map: what can be no key is told there as well. Nothing is put into it. */
  readonly #nothing: UserMap

  constructor(table: StateTable, keys: UserKeys) {
    this.#table = table
    this.#keys = keys
    this.#nothing = new UserMap(keys)
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setCurrentNamespace(namespace)
  }

  get(key: unknown): unknown {
    return (this.#map() ?? this.#nothing).get(key) ?? null
  }

  put(key: unknown, value: unknown): void {
    const map = this.#map()
    if (map === undefined) this.#putFirst(key, value)
    else map.set(key, value)
    this.#table.changedInPlace()
  }

  putAll(entries: ReadonlyMap<unknown, unknown> | Iterable<readonly [unknown, unknown]>): void {
    for (const [key, value] of givenEntries(entries, this.#keys.place)) this.put(key, value)
  }

  remove(key: unknown): void {
    const map = this.#map()
    if (map === undefined) {
      this.#nothing.has(key)
      return
    }
    map.delete(key)
    if (map.size === 0) this.#table.remove()
    else this.#table.changedInPlace()
  }

  contains(key: unknown): boolean {
    return (this.#map() ?? this.#nothing).has(key)
  }

  entries(): Iterable<[unknown, unknown]> {
    return this.#map()?.entries() ?? []
  }

  *keys(): Generator {
    for (const [key] of this.entries()) yield key
  }

  *values(): Generator {
    for (const [, value] of this.entries()) yield value
  }

  isEmpty(): boolean {
    return this.#map() === undefined
  }

  clear(): void {
    this.#table.remove()
  }

  #map(): UserMap | undefined {
    return this.#table.get() as UserMap | undefined
  }

  /** Where the key can be none there is no map afterwards either. */
  #putFirst(key: unknown, value: unknown): void {
    const made = new UserMap(this.#keys)
    made.set(key, value)
    this.#table.put(made)
  }
}
