// Duty: what is told of a state when an operator asks for it, and whether state of an earlier run would be restored into it.
// Invariants: what `check` says is what a restore does: it is the same function. Nothing is told where nobody listens, and a
// state is told once. Thread: the task worker that owns the operator.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { KeyedStateHandle, OperatorSubtaskState, StateMetadata } from '../../../storage/state-handles.js'
import { joinedMetadata } from './state-registration.js'

export interface AskedState {
  readonly metadata: StateMetadata
  /** Throws what a restore of state throws that was stored like this. */
  readonly check: (stored: StateMetadata) => void
}

export type AskedStateListener = (asked: AskedState) => void

/** By name, what a subtask restores: state of several old subtasks is of one shape, or refused. */
export function restoredShapes(
  { managedKeyed, managedOperator }: OperatorSubtaskState,
  operator: string,
): ReadonlyMap<string, StateMetadata> {
  const shapes = new Map<string, StateMetadata>()
  for (const state of [...managedKeyed, ...managedOperator].flatMap(({ states }): readonly StateMetadata[] => states)) {
    const known = shapes.get(state.name)
    shapes.set(state.name, known === undefined ? state : joinedMetadata(known, state, operator))
  }
  return shapes
}

/** Files of a backend are read by that backend alone; `backend` as `state.backend.type` says it. */
export function checkBackendFiles({ backendFiles }: KeyedStateHandle, backend: string, operator: string): void {
  if (backendFiles === undefined || backendFiles.backend === backend) return
  throw new FlinkError('STATE_BACKEND_INCOMPATIBLE', { operator, backend: backendFiles.backend })
}
