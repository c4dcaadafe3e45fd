// Duty: the states of a store by their ids, which its keys have in place of their names.
// Invariants: an id is the place among the states, which are in this order in every handle of a snapshot; it never changes
// while the store lives. One name, one kind.
// Thread: the task worker that owns the backend.
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import type { StateMetadata } from '../../../../storage/state-handles.js'
import { joinedMetadata } from '../state-registration.js'
import type { StateTypes } from '../state-table.js'

export interface RegisteredState {
  readonly id: number
  readonly isRestored: boolean
  readonly reader: TypeSerializer<unknown> | undefined
}

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
    const known = this.#known(metadata.name)
    if (known === undefined) return this.#add(metadata)
    this.#states[known.id] = joinedMetadata(known.metadata, metadata, this.#operatorName)
    return known.id
  }

  /** Of a state that is asked for: from here on it is called as it was asked for. `reader`: of what was restored, where the serializer does not read it. */
  registered({ metadata, readerOf }: Pick<StateTypes, 'metadata' | 'readerOf'>): RegisteredState {
    const known = this.#known(metadata.name)
    if (known === undefined) return { id: this.#add(metadata), isRestored: false, reader: undefined }
    const reader = readerOf(known.metadata)
    this.#states[known.id] = metadata
    return { id: known.id, isRestored: true, reader }
  }

  #known(name: string): { readonly id: number; readonly metadata: StateMetadata } | undefined {
    const id = this.#ids.get(name)
    const metadata = id === undefined ? undefined : this.#states[id]
    return id === undefined || metadata === undefined ? undefined : { id, metadata }
  }

  #add(metadata: StateMetadata): number {
    const id = this.#states.push(metadata) - 1
    this.#ids.set(metadata.name, id)
    return id
  }
}
