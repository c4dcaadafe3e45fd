// Duty: what the factory of a program gave is an operator, as far as a task has to know before it uses it.
// Invariants: what is none is OPERATOR_INVALID, which fails the job at once: an attempt after it would do the same.
// Thread: the task worker that owns the task.
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { Input, SourceStreamOperator, StreamOperator } from './stream-operator.js'

const OPERATOR_METHODS = [
  'initializeState',
  'open',
  'prepareSnapshotPreBarrier',
  'snapshotState',
  'notifyCheckpointComplete',
  'notifyCheckpointAborted',
  'finish',
  'close',
] as const satisfies readonly (keyof StreamOperator)[]

const SOURCE_METHODS = [
  'emitNext',
  'advanceToEndOfTime',
  'cancel',
] as const satisfies readonly (keyof SourceStreamOperator)[]

const INPUT_METHODS = [
  'processElement',
  'prepareKeys',
  'processWatermark',
  'processWatermarkStatus',
] as const satisfies readonly (keyof Input)[]

/** The operator itself; `keys` of the binding has as many places as the plan has inputs of it. */
export function checkedOperator(
  given: unknown,
  { name, keys }: Pick<OperatorBinding, 'name' | 'keys'>,
): StreamOperator {
  const fault = faultOf(given, keys.length)
  if (fault === undefined) return given as StreamOperator
  throw new FlinkError('OPERATOR_INVALID', { operator: name, given: fault })
}

/** What was given, and what of an operator it lacks. */
function faultOf(given: unknown, numInputs: number): string | undefined {
  if (typeof given !== 'object' || given === null) return describeValue(given)
  const what = describeObject(given)
  if (!('inputs' in given) || !Array.isArray(given.inputs)) return `${what} without a list of inputs`
  const inputs: readonly unknown[] = given.inputs
  if (inputs.length !== numInputs) {
    return `${what} with ${String(inputs.length)} inputs, of which the plan has ${String(numInputs)}`
  }
  const methods = numInputs === 0 ? [...OPERATOR_METHODS, ...SOURCE_METHODS] : OPERATOR_METHODS
  const missing = missingOf(given, methods)
  if (missing !== undefined) return `${what} without ${missing}`
  const missingByInput = inputs.map((input) => missingOf(input, INPUT_METHODS))
  const number = missingByInput.findIndex((each) => each !== undefined)
  return number < 0 ? undefined : `${what} whose inputs[${String(number)}] has no ${String(missingByInput[number])}`
}

function missingOf(object: unknown, methods: readonly string[]): string | undefined {
  const missing = methods.filter((method) => !hasMethods(object, method))
  return missing.length === 0 ? undefined : missing.map((method) => `${method}()`).join(', ')
}

/** Without what is in it, which may be much. */
function describeObject(object: object): string {
  const made: unknown = Reflect.get(object, 'constructor')
  return typeof made === 'function' ? `an object of class ${made.name}` : 'an object without a class'
}
