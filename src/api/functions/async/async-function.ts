import type { ResultFuture } from './result-future.js'
import { RichFunction } from '../rich-function.js'

/**
 * Asks something that answers later, such as a database, about each record, for {@link AsyncDataStream}. The result comes by the
 * `resultFuture`, or, where the method has one parameter only, as what its promise resolves with. A promise that is rejected, and what
 * is thrown, is as `completeExceptionally`. With a `resultFuture`, a promise that resolves with data while nothing was completed, and a
 * generator in either form, fail the job: ASYNC_RESULT_INVALID. No result is undefined: RESULT_MISSING.
 *
 * A function `(input, resultFuture) => void` serves as well, and so does `async (input) => result`; there an array is several results.
 * After a restore the function is asked again about all records whose results were not out yet, so what it does has to bear that.
 *
 * @example
 * ```ts
 * import type { AsyncFunction } from 'flink-ts'
 *
 * interface Client {
 *   get(key: string, callback: (error: Error | undefined, value: string) => void): void
 * }
 * const lookup = (client: Client): AsyncFunction<string, string> => ({
 *   asyncInvoke(input, resultFuture) {
 *     client.get(input, (error, value) => {
 *       if (error === undefined) resultFuture.complete([value])
 *       else resultFuture.completeExceptionally(error)
 *     })
 *   },
 *   timeout(input, resultFuture) {
 *     resultFuture.complete([`${input}: unknown`])
 *   },
 * })
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/
 */
export interface AsyncFunction<I, O> {
  /** Called between records, and must return soon. It may change the object that it is given. */
  asyncInvoke(input: I, resultFuture: ResultFuture<O>): void | Promise<unknown>

  /**
   * Called when the timeout of a record is over and it has no result. Without this method the job fails: ASYNC_TIMEOUT. It gives results
   * as `asyncInvoke` does: by the future, or where it has one parameter only by what it returns, or by its promise. With a future the
   * record waits on until this method, or the call that was too late, completes it.
   */
  timeout?(input: I, resultFuture: ResultFuture<O>): void | Promise<unknown>
}

/**
 * An {@link AsyncFunction} with life cycle and {@link RuntimeContext}: connect in `open`, which may be async, and disconnect in
 * `close`. It has no keyed state, as there is no key by the time a result comes.
 *
 * @example
 * ```ts
 * import { RichAsyncFunction, type ResultFuture } from 'flink-ts'
 *
 * class Weather extends RichAsyncFunction<string, string> {
 *   #known = new Map<string, string>()
 *   override async open(): Promise<void> {
 *     this.#known = new Map([['Berlin', await Promise.resolve('rain')]])
 *   }
 *   override asyncInvoke(city: string, resultFuture: ResultFuture<string>): void {
 *     setTimeout(() => resultFuture.complete([`${city}: ${this.#known.get(city) ?? 'sun'}`]), 10)
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/
 */
export abstract class RichAsyncFunction<I, O> extends RichFunction implements AsyncFunction<I, O> {
  /** As {@link AsyncFunction}'s. */
  abstract asyncInvoke(input: I, resultFuture: ResultFuture<O>): void | Promise<unknown>

  /** As {@link AsyncFunction}'s. */
  timeout?(input: I, resultFuture: ResultFuture<O>): void | Promise<unknown>
}
