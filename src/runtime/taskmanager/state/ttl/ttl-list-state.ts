// Duty: ListState whose elements have a time to live each.
// Invariants: the list below holds TtlValues. Who reads it removes what has expired. An iterable that was handed out is of the moment
// of the call. Namespaces that become one keep the times of their elements.
// Thread: the task worker that owns the backend.
import type { ListState } from '../../../../api/state/list-state.js'
import { givenValues, type NamedState } from '../given-values.js'
import type { InternalListState, InternalMergingState } from '../internal-state.js'
import type { ExpiringState, TimeToLive } from './time-to-live.js'
import { TtlValue } from './ttl-value.js'

export class TtlListState implements ListState<unknown>, InternalMergingState<unknown>, ExpiringState {
  readonly #elements: InternalListState
  readonly #ttl: TimeToLive
  readonly #named: NamedState

  constructor(elements: InternalListState, ttl: TimeToLive, named: NamedState) {
    this.#elements = elements
    this.#ttl = ttl
    this.#named = named
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#elements.setCurrentNamespace(namespace)
  }

  get(): Iterable<unknown> {
    this.#ttl.accessed()
    return this.#values() ?? []
  }

  add(value: unknown): void {
    this.#ttl.accessed()
    this.#elements.add(new TtlValue(value, this.#ttl.nowMs()))
  }

  addAll(values: Iterable<unknown>): void {
    this.#ttl.accessed()
    this.#elements.addAll(this.#wrapped(givenValues(values, 'addAll', this.#named)))
  }

  update(values: Iterable<unknown>): void {
    this.#ttl.accessed()
    this.#elements.update(this.#wrapped(givenValues(values, 'update', this.#named)))
  }

  getInternal(): unknown {
    return this.#values()
  }

  hasInternal(): boolean {
    return this.#values() !== undefined
  }

  updateInternal(value: unknown): void {
    this.update(value as readonly unknown[])
  }

  mergeNamespaces(target: unknown, sources: Iterable<unknown>): void {
    this.#elements.mergeNamespaces(target, sources)
  }

  clear(): void {
    this.#ttl.accessed()
    this.#elements.clear()
  }

  removeExpired(): void {
    const all = (this.#elements.getInternal() ?? []) as readonly TtlValue[]
    const living = all.filter((element) => !this.#ttl.isExpired(element))
    if (living.length === 0) this.#elements.clear()
    else if (living.length < all.length) this.#elements.updateInternal(living)
  }

  /** Undefined where there are none. */
  #values(): unknown[] | undefined {
    const all = this.#elements.getInternal() as readonly TtlValue[] | undefined
    if (all === undefined) return undefined
    const ttl = this.#ttl
    const living = all.filter((element) => !ttl.isExpired(element))
    const given = (ttl.returnsExpired ? all : living).map(({ value }) => value)
    if (living.length === 0) this.#elements.clear()
    else if (ttl.updatesOnRead) this.#elements.updateInternal(this.#wrapped(living.map(({ value }) => value)))
    else if (living.length < all.length) this.#elements.updateInternal(living)
    return given.length === 0 ? undefined : given
  }

  #wrapped(values: readonly unknown[]): TtlValue[] {
    const nowMs = this.#ttl.nowMs()
    return values.map((value) => new TtlValue(value, nowMs))
  }
}
