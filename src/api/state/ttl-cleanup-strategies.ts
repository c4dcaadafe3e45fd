/** Of state on the heap: how many entries each access looks at, and whether each record does, too. */
export interface IncrementalCleanupStrategy {
  readonly cleanupSize: number
  readonly runCleanupForEveryRecord: boolean
}

interface Strategies {
  readonly inFullSnapshot: boolean
  readonly isInBackground: boolean
  readonly incremental: IncrementalCleanupStrategy | undefined
  readonly inCompactFilter: boolean
}

/**
 * When state that has expired is removed, beside the access that finds it.
 *
 * @example
 * ```ts
 * import { Duration, StateTtlConfig, type IncrementalCleanupStrategy, type TtlCleanupStrategies } from 'flink-ts'
 *
 * const config = StateTtlConfig.newBuilder(Duration.ofDays(7)).cleanupFullSnapshot().build()
 * const strategies: TtlCleanupStrategies = config.getCleanupStrategies()
 * const incremental: IncrementalCleanupStrategy | undefined = strategies.getIncrementalCleanupStrategy()
 * console.log(strategies.inFullSnapshot(), incremental?.cleanupSize) // true 5
 * ```
 */
export class TtlCleanupStrategies {
  readonly #strategies: Strategies

  /** For the builder of a StateTtlConfig. */
  constructor(strategies: Strategies) {
    this.#strategies = strategies
  }

  inFullSnapshot(): boolean {
    return this.#strategies.inFullSnapshot
  }

  /** False after `disableCleanupInBackground()`. */
  isCleanupInBackground(): boolean {
    return this.#strategies.isInBackground
  }

  /** Undefined where an access to state on the heap removes nothing but what it finds. */
  getIncrementalCleanupStrategy(): IncrementalCleanupStrategy | undefined {
    return this.#strategies.incremental
  }

  /** Whether state on the disk is gone through in the background. */
  inRocksdbCompactFilter(): boolean {
    return this.#strategies.inCompactFilter
  }
}
