// Duty: a broadcast state that can be looked into only, also where no type checker has looked at the program.
// Thread: the task worker that owns the operator.
import type { BroadcastState, ReadOnlyBroadcastState } from '../../../../api/state/broadcast-state.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'

type AnyBroadcastState = BroadcastState<unknown, unknown>

/** Those that `ReadOnlyBroadcastState` leaves out because they change the state. */
type ChangingMethod = 'put' | 'putAll' | 'remove' | 'clear'

export class ReadOnlyBroadcastView implements ReadOnlyBroadcastState<unknown, unknown> {
  readonly #state: AnyBroadcastState
  readonly #place: { readonly operator: string; readonly name: string }

  constructor(state: AnyBroadcastState, place: { readonly operator: string; readonly name: string }) {
    this.#state = state
    this.#place = place
  }

  get(key: unknown): unknown {
    return this.#state.get(key)
  }

  contains(key: unknown): boolean {
    return this.#state.contains(key)
  }

  immutableEntries(): Iterable<readonly [unknown, unknown]> {
    return this.#state.immutableEntries()
  }

  entries(): Iterable<readonly [unknown, unknown]> {
    return this.#state.immutableEntries()
  }

  put(): never {
    return this.#refuse('put')
  }

  putAll(): never {
    return this.#refuse('putAll')
  }

  remove(): never {
    return this.#refuse('remove')
  }

  clear(): never {
    return this.#refuse('clear')
  }

  #refuse(method: ChangingMethod): never {
    const { operator, name: state } = this.#place
    throw new FlinkError('BROADCAST_STATE_READ_ONLY', { operator, state, method })
  }
}
