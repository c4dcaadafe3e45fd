// Duty: what the factory of a program gave is an operator, as far as a task has to know before it uses it.
// Invariants: what is none is OPERATOR_INVALID, which fails the job at once: an attempt after it would do the same.
// Thread: the task worker that owns the task.
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { StreamOperator } from './stream-operator.js'

export function checkedOperator(given: unknown, operator: string): StreamOperator {
  const isObject = typeof given === 'object' && given !== null
  if (isObject && 'inputs' in given && Array.isArray(given.inputs)) return given as StreamOperator
  const what = isObject ? `${describeValue(given)} without a list of inputs` : describeValue(given)
  throw new FlinkError('OPERATOR_INVALID', { operator, given: what })
}
