// Duty: finds results of user functions that cannot be meant: promises where a synchronous result was promised, arrays of those that
// have a collector, nothing where there has to be something.
// Thread: the task worker that runs the function.
import { FlinkError } from '../../../core/errors/flink-error.js'

const SOURCE_CHARS = 60

/** Flink's name of the state of windows in which their records lie. No program has named it, so no message does. */
export const CONTENTS_STATE = 'window-contents'

/** What a method of a reduction or an aggregation in state is called in messages. */
export function stateMethod(method: string, state: string): string {
  return state === CONTENTS_STATE ? `${method} of its windows` : `${method} of state '${state}'`
}

export function isThenable(result: unknown): result is PromiseLike<unknown> {
  if (typeof result !== 'object' || result === null) return false
  return typeof (result as { readonly then?: unknown }).then === 'function'
}

/** The error that stands for the promise from now on: its own rejection, which nobody awaits, must not end the worker. */
export function asyncNotAllowed(
  promise: PromiseLike<unknown>,
  operator: string,
  method: string,
  userFunction: object = {},
): FlinkError {
  promise.then(undefined, () => undefined)
  return new FlinkError('ASYNC_NOT_ALLOWED', { operator, method, source: sourceOf(userFunction, method) })
}

/** Of a function that has a collector for its results. */
export function refuseResults(result: unknown, operator: string, method: string, userFunction: object): void {
  if (result === undefined) return
  if (isThenable(result)) throw asyncNotAllowed(result, operator, method, userFunction)
  if (!Array.isArray(result)) return
  throw new FlinkError('RESULTS_NOT_COLLECTED', { operator, method, source: sourceOf(userFunction, method) })
}

export function resultMissing(operator: string, method: string, userFunction: object = {}): FlinkError {
  return new FlinkError('RESULT_MISSING', { operator, method, source: sourceOf(userFunction, method) })
}

export function sourceOf(userFunction: object, method: string): string {
  const called: unknown = Reflect.get(userFunction, method)
  return typeof called === 'function' ? ` (${firstOf(Function.prototype.toString.call(called))})` : ''
}

/** How the function begins: no frame of a stack says which of several maps it is, for nothing was thrown. */
function firstOf(text: string): string {
  const [line = ''] = text.split('\n', 1)
  return line === text && line.length <= SOURCE_CHARS ? line : `${line.slice(0, SOURCE_CHARS)}...`
}
