// Duty: finds promises where a synchronous result was promised: functions called once a record, reducers in states.
// Thread: the task worker that runs the function.
import { FlinkError } from '../../../core/errors/flink-error.js'

const SOURCE_CHARS = 60

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
  const called: unknown = Reflect.get(userFunction, method)
  const source = typeof called === 'function' ? ` (${firstOf(Function.prototype.toString.call(called))})` : ''
  return new FlinkError('ASYNC_NOT_ALLOWED', { operator, method, source })
}

/** How the function begins: no frame of a stack says which of several maps it is, for nothing was thrown. */
function firstOf(text: string): string {
  const [line = ''] = text.split('\n', 1)
  return line === text && line.length <= SOURCE_CHARS ? line : `${line.slice(0, SOURCE_CHARS)}...`
}
