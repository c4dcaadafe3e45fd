// Duty: the states of a store by their ids, which its keys have in place of their names.
// Invariants: an id is the place among the states, which are in this order in every handle of a snapshot; it never changes
// while the store lives. One name, one kind.
// Thread: the task worker that owns the backend.
import type { StateMetadata } from '../../../../storage/state-handles.js'
import { checkCompatible } from '../state-registration.js'

export class StoredStates {
  readonly #operatorName: string
  readonly #states: StateMetadata[] = []
  readonly #ids = new Map<string, number>()

  constructor(operatorName: string) {
    this.#operatorName = operatorName
  }

  /** In the order of their ids. */
  list(): readonly StateMetadata[] {
    return [...this.#states]
  }

  /** Of a state that a snapshot has. */
  restored(metadata: StateMetadata): number {
    const known = this.#known(metadata)
    return known ?? this.#add(metadata)
  }

  /** Of a state that is asked for: from here on it is called as it was asked for. */
  registered(metadata: StateMetadata): number {
    const known = this.#known(metadata)
    if (known === undefined) return this.#add(metadata)
    this.#states[known] = metadata
    return known
  }

  #known(metadata: StateMetadata): number | undefined {
    const id = this.#ids.get(metadata.name)
    const existing = id === undefined ? undefined : this.#states[id]
    if (existing !== undefined) checkCompatible(existing, metadata, this.#operatorName)
    return id
  }

  #add(metadata: StateMetadata): number {
    const id = this.#states.push(metadata) - 1
    this.#ids.set(metadata.name, id)
    return id
  }
}
