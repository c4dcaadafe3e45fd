/** Specs of asynchronous operators, and functions whose answers come when a test wants them. */
import type { AsyncOutputMode, AsyncSpec } from '../../src/api/dag/operators/async-spec.js'
import type { ResultFuture } from '../../src/api/functions/async/result-future.js'

export const ASYNC_MODES: readonly AsyncOutputMode[] = ['ordered', 'ordered-by-key', 'unordered']

export function asyncSpec(
  fn: AsyncSpec['function'] | AsyncSpec['function']['asyncInvoke'],
  options: Partial<AsyncSpec> = {},
): AsyncSpec {
  return {
    kind: 'async-wait',
    function: typeof fn === 'function' ? { asyncInvoke: fn } : fn,
    outputMode: 'ordered',
    timeoutMs: 0,
    capacity: 10,
    retryStrategy: undefined,
    elementType: undefined,
    ...options,
  }
}

/** Keeps the futures of its calls, in their order. */
export class AskedFunction {
  readonly inputs: unknown[] = []
  readonly futures: ResultFuture<unknown>[] = []

  asyncInvoke(input: unknown, resultFuture: ResultFuture<unknown>): void {
    this.inputs.push(input)
    this.futures.push(resultFuture)
  }

  /** Of the call of this number, from 0. */
  complete(call: number, ...results: readonly unknown[]): void {
    this.futures[call]?.complete(results)
  }

  fail(call: number, error: unknown): void {
    this.futures[call]?.completeExceptionally(error)
  }
}
