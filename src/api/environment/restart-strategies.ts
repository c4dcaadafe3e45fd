import type { Configuration } from '../../core/config/configuration.js'
import { RestartStrategyOptions as Options } from '../../core/config/restart-strategy-options.js'
import { toMilliseconds, type DurationLike } from '../eventtime/time.js'

/**
 * A restart strategy with its numbers; writes itself into the configuration of a job. Made by {@link RestartStrategies}.
 *
 * @example
 * ```ts
 * import { RestartStrategies, type RestartStrategyConfiguration } from 'flink-ts'
 *
 * const patient: RestartStrategyConfiguration = RestartStrategies.exponentialDelayRestart(1000, 60_000, 1.5, 3_600_000, 0.1)
 * ```
 */
export interface RestartStrategyConfiguration {
  applyTo(configuration: Configuration): void
}

/**
 * What happens after a failure; what the code says wins over the configuration file.
 *
 * @example
 * ```ts
 * import { RestartStrategies, StreamExecutionEnvironment, Time, TimeUnit } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, Time.of(10, TimeUnit.SECONDS)))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/task_failure_recovery/
 */
export const RestartStrategies: {
  noRestart(): RestartStrategyConfiguration
  fixedDelayRestart(attempts: number, delay: DurationLike): RestartStrategyConfiguration
  failureRateRestart(maxFailures: number, interval: DurationLike, delay: DurationLike): RestartStrategyConfiguration
  exponentialDelayRestart(
    initialBackoff: DurationLike,
    maxBackoff: DurationLike,
    backoffMultiplier: number,
    resetBackoffThreshold: DurationLike,
    jitterFactor: number,
  ): RestartStrategyConfiguration
  /** The one of the configuration file. */
  fallBackRestart(): RestartStrategyConfiguration
} = {
  noRestart: () => ({
    applyTo: (configuration) => {
      configuration.set(Options.RESTART_STRATEGY, 'none')
    },
  }),
  fixedDelayRestart: (attempts, delay) => ({
    applyTo: (configuration) => {
      configuration.set(Options.RESTART_STRATEGY, 'fixed-delay')
      configuration.set(Options.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, attempts)
      configuration.set(Options.RESTART_STRATEGY_FIXED_DELAY_DELAY, toMilliseconds(delay))
    },
  }),
  failureRateRestart: (maxFailures, interval, delay) => ({
    applyTo: (configuration) => {
      configuration.set(Options.RESTART_STRATEGY, 'failure-rate')
      configuration.set(Options.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL, maxFailures)
      const intervalMs = toMilliseconds(interval)
      configuration.set(Options.RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL, intervalMs)
      configuration.set(Options.RESTART_STRATEGY_FAILURE_RATE_DELAY, toMilliseconds(delay))
    },
  }),
  exponentialDelayRestart: (...settings) => ({
    applyTo: (configuration) => {
      const [initialBackoff, maxBackoff, backoffMultiplier, resetBackoffThreshold, jitterFactor] = settings
      configuration.set(Options.RESTART_STRATEGY, 'exponential-delay')
      const initialMs = toMilliseconds(initialBackoff)
      configuration.set(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF, initialMs)
      configuration.set(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, toMilliseconds(maxBackoff))
      configuration.set(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER, backoffMultiplier)
      const resetMs = toMilliseconds(resetBackoffThreshold)
      configuration.set(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD, resetMs)
      configuration.set(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_JITTER_FACTOR, jitterFactor)
    },
  }),
  fallBackRestart: () => ({
    applyTo: () => undefined,
  }),
}
