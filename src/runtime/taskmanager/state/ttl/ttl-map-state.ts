// Duty: MapState whose entries have a time to live each.
// Invariants: the map below holds TtlValues. Who comes to an entry that has expired removes it. A walk looks at each entry when its
// turn comes.
// Thread: the task worker that owns the backend.
import type { MapState } from '../../../../api/state/map-state.js'
import { givenEntries } from '../given-values.js'
import type { InternalMapState, InternalState } from '../internal-state.js'
import type { ExpiringState, TimeToLive } from './time-to-live.js'
import { TtlValue } from './ttl-value.js'

export class TtlMapState implements MapState<unknown, unknown>, InternalState<unknown>, ExpiringState {
  readonly #entries: InternalMapState
  readonly #ttl: TimeToLive
  /** The state in words. */
  readonly #place: string

  constructor(entries: InternalMapState, ttl: TimeToLive, place: string) {
    this.#entries = entries
    this.#ttl = ttl
    this.#place = place
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#entries.setCurrentNamespace(namespace)
  }

  get(key: unknown): unknown {
    return this.#found(key)?.value ?? null
  }

  put(key: unknown, value: unknown): void {
    this.#ttl.accessed()
    this.#entries.put(key, new TtlValue(value, this.#ttl.nowMs()))
  }

  putAll(entries: ReadonlyMap<unknown, unknown> | Iterable<readonly [unknown, unknown]>): void {
    for (const [key, value] of givenEntries(entries, this.#place)) this.put(key, value)
  }

  remove(key: unknown): void {
    this.#ttl.accessed()
    this.#entries.remove(key)
  }

  contains(key: unknown): boolean {
    return this.#found(key) !== undefined
  }

  entries(): Iterable<[unknown, unknown]> {
    this.#ttl.accessed()
    return this.#walk(this.#entries.entries())
  }

  *keys(): Generator {
    for (const [key] of this.entries()) yield key
  }

  *values(): Generator {
    for (const [, value] of this.entries()) yield value
  }

  /** What has expired, and would not be given out, counts for nothing. */
  isEmpty(): boolean {
    this.#ttl.accessed()
    if (this.#entries.isEmpty()) return true
    for (const [, value] of this.#entries.entries()) if (!this.#ttl.isGone(value as TtlValue)) return false
    return true
  }

  clear(): void {
    this.#ttl.accessed()
    this.#entries.clear()
  }

  removeExpired(userKey: unknown): void {
    const found = this.#entries.get(userKey) as TtlValue | null
    if (found !== null && this.#ttl.isExpired(found)) this.#entries.remove(userKey)
  }

  #found(key: unknown): TtlValue | undefined {
    this.#ttl.accessed()
    const found = this.#entries.get(key) as TtlValue | null
    return found === null ? undefined : this.#given(key, found)
  }

  /** As it is to be given out; undefined where it is not. */
  #given(key: unknown, found: TtlValue): TtlValue | undefined {
    const ttl = this.#ttl
    if (ttl.isExpired(found)) {
      this.#entries.remove(key)
      return ttl.returnsExpired ? found : undefined
    }
    if (ttl.updatesOnRead) this.#entries.put(key, new TtlValue(found.value, ttl.nowMs()))
    return found
  }

  *#walk(entries: Iterable<[unknown, unknown]>): Generator<[unknown, unknown]> {
    for (const [key, value] of entries) {
      const given = this.#given(key, value as TtlValue)
      if (given !== undefined) yield [key, given.value]
    }
  }
}
