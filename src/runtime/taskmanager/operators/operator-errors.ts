// Duty: the one error for what a user's function throws.
// Invariants: an error is wrapped once, by the operator whose function threw it: a FlinkError (of an operator further
// down the chain, of a state, of a connector) passes as it is. The user's own error stays as the cause with its stack.
// Thread: the task worker that owns the operator.
import { describeThrown } from '../../../core/errors/thrown-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { TaskInfo } from './stream-operator.js'

export function operatorFailed(error: unknown, operator: string, taskInfo: TaskInfo): FlinkError {
  if (FlinkError.is(error)) return error
  const { subtaskIndex, parallelism } = taskInfo
  const details = { operator, subtask: subtaskIndex + 1, parallelism, reason: describeThrown(error) }
  return new FlinkError('OPERATOR_FAILED', details, { cause: error })
}
