import { hasMethods } from '../../api/functions/has-methods.js'
import { FlinkError } from '../../core/errors/flink-error.js'

/**
 * ASYNC_NOT_ALLOWED where a method that has to be done when it returns gave a promise, whose own rejection nobody awaits.
 * `called`: the name of its class, and its own.
 */
export function refusePromise(result: unknown, called: readonly [className: string, method: string]): void {
  if (!hasMethods(result, 'then')) return
  ;(result as PromiseLike<unknown>).then(undefined, () => undefined)
  const [operator, method] = called
  throw new FlinkError('ASYNC_NOT_ALLOWED', { operator, method, source: '' })
}
