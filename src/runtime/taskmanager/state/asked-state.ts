// Duty: what is told of a state when an operator asks for it, and whether state of an earlier run would be restored into it.
// Invariants: what `check` says is what a restore does: it is the same function. Nothing is told where nobody listens, and a
// state is told once. Thread: the task worker that owns the operator.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { KeyedStateHandle, StateMetadata } from '../../../storage/state-handles.js'
import { joinedMetadata } from './state-registration.js'

export interface AskedState {
  readonly metadata: StateMetadata
  /** Throws what a restore of state throws that was stored like this. */
  readonly check: (stored: StateMetadata) => void
}

export type AskedStateListener = (asked: AskedState) => void

/** Of one state, of which a subtask restores several parts: they are of one shape together, or it throws. */
export function joinedShape(
  [first, ...others]: readonly [StateMetadata, ...StateMetadata[]],
  operator: string,
): StateMetadata {
  return others.reduce((known, other) => joinedMetadata(known, other, operator), first)
}

/** Files of a backend are read by that backend alone; `backend` as `state.backend.type` says it. */
export function checkBackendFiles({ backendFiles }: KeyedStateHandle, backend: string, operator: string): void {
  if (backendFiles === undefined || backendFiles.backend === backend) return
  throw new FlinkError('STATE_BACKEND_INCOMPATIBLE', { operator, backend: backendFiles.backend })
}
