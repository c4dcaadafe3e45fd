/** Operator state as a restore hands it to the subtasks, of whatever number. */
import { splitOperatorState } from '../../../src/storage/operator-state-split.js'
import { EMPTY_SUBTASK_STATE, type OperatorSubtaskState } from '../../../src/storage/state-handles.js'

export function mergeSubtasks(
  states: readonly (OperatorSubtaskState | undefined)[],
  parallelism: number,
): OperatorSubtaskState[] {
  const handles = splitOperatorState(
    states.map((state) => state?.managedOperator ?? []),
    parallelism,
  )
  return handles.map((managedOperator) => ({ ...EMPTY_SUBTASK_STATE, managedOperator }))
}
