// Duty: broadcast state: a map that is the same in every subtask of an operator.
// Invariants: a map by value of the key (UserMap); every entry is an element of its own in a snapshot.
// Thread: the task worker that owns the operator.
import type { BroadcastState } from '../../../api/state/broadcast-state.js'
import { givenEntries } from './given-values.js'
import { UserMap, type UserKeys } from './user-map.js'

export class MapBroadcastState implements BroadcastState<unknown, unknown> {
  readonly #keys: UserKeys
  #map: UserMap

  constructor(keys: UserKeys) {
    this.#keys = keys
    this.#map = new UserMap(keys)
  }

  get(key: unknown): unknown {
    return this.#map.get(key) ?? null
  }

  contains(key: unknown): boolean {
    return this.#map.has(key)
  }

  put(key: unknown, value: unknown): void {
    this.#map.set(key, value)
  }

  putAll(entries: ReadonlyMap<unknown, unknown> | Iterable<readonly [unknown, unknown]>): void {
    for (const [key, value] of givenEntries(entries, this.#keys.place)) this.#map.set(key, value)
  }

  remove(key: unknown): void {
    this.#map.delete(key)
  }

  entries(): Iterable<[unknown, unknown]> {
    return { [Symbol.iterator]: () => this.#map.entries() }
  }

  immutableEntries(): Iterable<readonly [unknown, unknown]> {
    return this.entries()
  }

  clear(): void {
    this.#map = new UserMap(this.#keys)
  }
}
