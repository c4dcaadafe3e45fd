import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { hasMethods } from '../functions/has-methods.js'

/** What the engine calls of every own operator: those that extend AbstractStreamOperator have it. */
const BASE_METHODS = [
  'setup',
  'initializeState',
  'open',
  'finish',
  'close',
  'snapshotState',
  'processWatermark',
] as const

/** Checks by methods: a program may have another copy of the package. */
export function asOwnOperator<I extends object>(argument: unknown, methods: readonly string[]): I {
  const isObject = typeof argument === 'object' && argument !== null
  const missing = [...BASE_METHODS, ...methods].filter((method) => !hasMethods(argument, method))
  if (isObject && missing.length === 0) return argument as I
  const given = isObject ? `${describeValue(argument)} without ${missing.join(' and ')}` : describeValue(argument)
  const reason = `transform() takes an operator that extends AbstractStreamOperator and has ${methods.join(' and ')}, not ${given}`
  throw new FlinkError('GRAPH_INVALID', { operator: 'transform', reason })
}
