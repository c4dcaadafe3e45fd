// Duty: the broadcast states of an operator by descriptor, for reading and writing, or for reading only.
// Invariants: those that were declared exist from `open` on, whether or not anybody asks for them, so that they are in every
// snapshot; others are refused. The two views of a state are of one map. A look-up by the declared descriptor is one of a Map.
// Thread: the task worker that owns the operator.
import type { BroadcastState, ReadOnlyBroadcastState } from '../../../../api/state/broadcast-state.js'
import type { MapStateDescriptor } from '../../../../api/state/map-state-descriptor.js'
import type { OperatorStateStore } from '../../../../api/state/operator-state-store.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { ReadOnlyBroadcastView } from './read-only-broadcast-view.js'

type Descriptor = MapStateDescriptor<unknown, unknown>

interface DeclaredState {
  readonly writable: BroadcastState<unknown, unknown>
  readonly readOnly: ReadOnlyBroadcastState<unknown, unknown>
}

export class BroadcastStates {
  readonly #operatorName: string
  readonly #store: OperatorStateStore
  readonly #byDescriptor = new Map<Descriptor, DeclaredState>()
  readonly #byName = new Map<string, DeclaredState>()

  constructor(operatorName: string, store: OperatorStateStore) {
    this.#operatorName = operatorName
    this.#store = store
  }

  /** After the state was restored. */
  open(declared: readonly Descriptor[]): void {
    for (const descriptor of declared) {
      const writable = this.#store.getBroadcastState(descriptor)
      const { name } = descriptor
      const state = { writable, readOnly: new ReadOnlyBroadcastView(writable, { operator: this.#operatorName, name }) }
      this.#byDescriptor.set(descriptor, state)
      this.#byName.set(name, state)
    }
  }

  writable<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V> {
    return this.#stateOf(descriptor).writable as BroadcastState<K, V>
  }

  readOnly<K, V>(descriptor: MapStateDescriptor<K, V>): ReadOnlyBroadcastState<K, V> {
    return this.#stateOf(descriptor).readOnly as ReadOnlyBroadcastState<K, V>
  }

  #stateOf(descriptor: Descriptor): DeclaredState {
    return this.#byDescriptor.get(descriptor) ?? this.#sameNamed(descriptor)
  }

  /** Another descriptor of a declared name has to be of its types. */
  #sameNamed(descriptor: Partial<Descriptor> | undefined): DeclaredState {
    const name = descriptor?.name
    const state = this.#byName.get(name ?? '')
    if (state === undefined) throw this.#notDeclared(name)
    this.#store.getBroadcastState(descriptor as Descriptor)
    return state
  }

  #notDeclared(name: string | undefined): FlinkError {
    const declared = [...this.#byName.keys()].map((each) => `'${each}'`).join(', ')
    const details = { operator: this.#operatorName, state: String(name), declared }
    return new FlinkError('BROADCAST_STATE_NOT_DECLARED', details)
  }
}
