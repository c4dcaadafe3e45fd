// Duty: finds promises where a synchronous result was promised: functions called once a record, reducers in states.
// Thread: the task worker that runs the function.
import { FlinkError } from '../../../core/errors/flink-error.js'

export function isThenable(result: unknown): result is PromiseLike<unknown> {
  if (typeof result !== 'object' || result === null) return false
  return typeof (result as { readonly then?: unknown }).then === 'function'
}

/** The error that stands for the promise from now on: its own rejection, which nobody awaits, must not end the worker. */
export function asyncNotAllowed(promise: PromiseLike<unknown>, operator: string, method: string): FlinkError {
  promise.then(undefined, () => undefined)
  return new FlinkError('ASYNC_NOT_ALLOWED', { operator, method })
}
