import type { AsyncRetryStrategy } from '../../functions/async/async-retry-strategy.js'
import type { AsyncFunction } from '../../functions/async/async-function.js'
import type { TypeInformation } from '../../types/type-information.js'
import type { KeepsState } from './keeps-state.js'

/** How results come out: all in the order of their records, those of each key in that order, or as they come. */
export type AsyncOutputMode = 'ordered' | 'ordered-by-key' | 'unordered'

/** An operator whose function answers later. */
export interface AsyncSpec {
  readonly kind: 'async-wait'
  readonly function: AsyncFunction<unknown, unknown>
  readonly outputMode: AsyncOutputMode
  /** 0: none. */
  readonly timeoutMs: number
  /** How many records may be without result, or with one that is not out. */
  readonly capacity: number
  /** Undefined where there is no reason to ask again. */
  readonly retryStrategy: AsyncRetryStrategy<unknown> | undefined
  /** Of the records, where it is declared. */
  readonly elementType: TypeInformation<unknown> | undefined
}

export const asyncKeepsState: KeepsState<AsyncSpec> = { 'async-wait': true }
