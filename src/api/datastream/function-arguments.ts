import { FlinkError } from '../../core/errors/flink-error.js'
import { nearestName } from '../../core/errors/nearest-name.js'
import type { FilterFunction } from '../functions/filter-function.js'
import type { FlatMapFunction } from '../functions/flat-map-function.js'
import { hasMethods } from '../functions/has-methods.js'
import type { MapFunction } from '../functions/map-function.js'
import { KeyedProcessFunction, type ProcessFunction } from '../functions/process-function.js'
import type { ReduceFunction } from '../functions/reduce-function.js'
import type { SinkFunction } from '../functions/sink-function.js'
import type { TwoPhaseCommitSinkFunction } from '../functions/sink/two-phase-commit-sink-function.js'

// What a method of a stream takes: an arrow function, or an object with the method of Flink's interface.
export type MapArgument<T, O> = ((value: T) => O) | MapFunction<T, O>
export type FlatMapArgument<T, O> = FlatMapFunction<T, O>['flatMap'] | FlatMapFunction<T, O>
export type FilterArgument<T> = ((value: T) => boolean) | FilterFunction<T>
export type ReduceArgument<T> = ((left: T, right: T) => T) | ReduceFunction<T>
export type SinkArgument<T> = SinkFunction<T>['invoke'] | SinkFunction<T> | TwoPhaseCommitSinkFunction<T, unknown>

/**
 * Gives the object form: `{ map: fn }` for an arrow function. GRAPH_INVALID when the argument is neither a function nor
 * has the method.
 */
export function asFunctionObject<I extends object>(argument: unknown, method: keyof I & string, name: string): I {
  if (typeof argument === 'function' && !isClass(argument)) return { [method]: argument } as I
  const hasMethod =
    typeof argument === 'object' && argument !== null && typeof Reflect.get(argument, method) === 'function'
  if (hasMethod) return argument as I
  const reason = `${name}() takes a function or an object with a method ${method}, not ${describe(argument)}${nearMiss(argument, method)}`
  throw new FlinkError('GRAPH_INVALID', { operator: name, reason })
}

/** As asFunctionObject; of a stream without a key a KeyedProcessFunction is GRAPH_INVALID. */
export function asProcessFunction(argument: object): ProcessFunction<unknown, unknown> {
  const userFunction = asFunctionObject<ProcessFunction<unknown, unknown>>(argument, 'processElement', 'process')
  if (!(argument instanceof KeyedProcessFunction)) return userFunction
  const reason = 'a KeyedProcessFunction needs a keyed stream; call keyBy(...) first'
  throw new FlinkError('GRAPH_INVALID', { operator: 'process', reason })
}

/** A function of two streams has a method for each of them; GRAPH_INVALID when one is not there. */
export function asTwoInputFunction<I extends object>(
  argument: unknown,
  methods: readonly [first: keyof I & string, second: keyof I & string],
  name: string,
): I {
  if (typeof argument === 'object' && hasMethods(argument, ...methods)) return argument as I
  const missing = methods.filter((method) => !hasMethods(argument, method)).join(' and ')
  const isObject = typeof argument === 'object' && argument !== null
  const isFunction = typeof argument === 'function' && !isClass(argument)
  const given = isFunction ? 'a function' : isObject ? `an object without ${missing}` : describe(argument)
  const reason = `${name}() takes an object with the methods ${methods.join(' and ')}, not ${given}`
  throw new FlinkError('GRAPH_INVALID', { operator: name, reason })
}

/** Its method that is most likely a misspelling of the one that is wanted. */
function nearMiss(argument: unknown, method: string): string {
  if (typeof argument !== 'object' || argument === null) return ''
  const owners = [argument, Object.getPrototypeOf(argument) as object | null]
  const near = nearestName(
    method,
    owners.flatMap((owner) => (owner === null ? [] : Object.getOwnPropertyNames(owner))),
  )
  return near === undefined ? '' : `. Is its '${near}' meant to be '${method}'?`
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'function') return `the class ${value.name}: make an instance, new ${value.name}(...)`
  return typeof value === 'object' ? 'an object without it' : `a ${typeof value}`
}

/** A class cannot be called, so it is a forgotten `new`. */
function isClass(candidate: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(candidate))
}
