// Duty: MapState over the table of a store; the value in the table is a DiskUserMap.
// Invariants: an empty map is no entry, except one that lost all its entries one by one and is too large to be in memory: that
// one is there until it leaves the cache. What a walk yields is what DiskUserMap says. Who only reads changes nothing, so the table
// is told of it just where an object is handed out that a snapshot may still wait for.
// Thread: the task worker that owns the backend.
import type { MapState } from '../../../../api/state/map-state.js'
import { isChangeable } from '../ttl/ttl-value.js'
import { givenEntries } from '../given-values.js'
import type { InternalState } from '../internal-state.js'
import type { DiskUserMap } from './disk-user-map.js'
import type { LargeValueTable } from './large-value-table.js'
import type { MapForm } from './map-form.js'

export class DiskMapState implements MapState<unknown, unknown>, InternalState<unknown> {
  readonly #table: LargeValueTable
  readonly #form: MapForm
  /** Looked through where there is no map: what can be no key is told there as well. Nothing is put into it. */
  readonly #nothing: DiskUserMap

  constructor(table: LargeValueTable, form: MapForm) {
    this.#table = table
    this.#form = form
    this.#nothing = form.newMap()
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setCurrentNamespace(namespace)
  }

  get(key: unknown): unknown {
    const map = this.#mapToRead() ?? this.#nothing
    const value = map.get(key) ?? null
    if (isChangeable(value)) this.#map()?.put(key, value)
    return value
  }

  put(key: unknown, value: unknown): void {
    const map = this.#map()
    if (map !== undefined) map.put(key, value)
    this.#changed(map ?? this.#putFirst(key, value))
  }

  putAll(entries: ReadonlyMap<unknown, unknown> | Iterable<readonly [unknown, unknown]>): void {
    for (const [key, value] of givenEntries(entries, this.#form.place)) this.put(key, value)
  }

  remove(key: unknown): void {
    const map = this.#map()
    if (map === undefined) {
      this.#nothing.has(key)
      return
    }
    map.remove(key)
    if (map.isKnownEmpty) this.#table.remove()
    else this.#changed(map)
  }

  contains(key: unknown): boolean {
    return (this.#mapToRead() ?? this.#nothing).has(key)
  }

  entries(): Iterable<[unknown, unknown]> {
    const map = this.#mapToRead()
    if (map === undefined) return []
    this.#handOut(map)
    return map.walk()
  }

  *keys(): Generator {
    for (const [key] of this.entries()) yield key
  }

  *values(): Generator {
    for (const [, value] of this.entries()) yield value
  }

  isEmpty(): boolean {
    return this.#mapToRead()?.isEmpty() ?? true
  }

  clear(): void {
    const map = this.#mapToRead()
    // A snapshot may wait for what it holds.
    this.#table.remove()
    map?.end()
  }

  #changed(map: DiskUserMap): void {
    this.#table.changedInPlace()
    if (map.isDue) this.#table.saveCurrent()
  }

  /** What the store does not have yet goes there before somebody may change it, where a snapshot waits for it. */
  #handOut(map: DiskUserMap | undefined): void {
    if (map?.hasChanged === true) this.#table.get()
  }

  #mapToRead(): DiskUserMap | undefined {
    return this.#table.peek() as DiskUserMap | undefined
  }

  #map(): DiskUserMap | undefined {
    return this.#table.get() as DiskUserMap | undefined
  }

  /** Where the key can be none there is no map afterwards either. */
  #putFirst(key: unknown, value: unknown): DiskUserMap {
    const made = this.#form.newMap()
    made.put(key, value)
    this.#table.put(made)
    return made
  }
}
