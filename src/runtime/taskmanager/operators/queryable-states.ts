// Duty: where an operator registers its states that may be asked about from outside.
// Thread: the task worker that owns the task.
import type { KeyKind } from '../../../core/keygroups/canonical-key.js'
import type { QueryableState } from '../state/queryable-state.js'

export interface QueryableStates {
  register(
    owner: { readonly operatorId: string; readonly operatorName: string; readonly keyKind: KeyKind },
    state: QueryableState,
  ): void
}
