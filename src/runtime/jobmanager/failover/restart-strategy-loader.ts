// Duty: makes the restart strategy that the job's configuration names (the program's own settings are already in it).
// Invariants: without a setting: none when the job takes no checkpoints, else fixed-delay without end, 1 s apart.
// Thread: main thread.
import type { Configuration } from '../../../core/config/configuration.js'
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { RestartStrategyOptions } from '../../../core/config/restart-strategy-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Random } from '../../../core/random/random.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { Clock } from '../../../core/time/clock.js'
import { ExponentialDelayRestartStrategy, type ExponentialDelaySettings } from './exponential-delay-restart-strategy.js'
import { FailureRateRestartStrategy } from './failure-rate-restart-strategy.js'
import { FixedDelayRestartStrategy } from './fixed-delay-restart-strategy.js'
import { NoRestartStrategy } from './no-restart-strategy.js'
import type { RestartBackoffTimeStrategy } from './restart-backoff-time-strategy.js'

const DEFAULT_ATTEMPTS = 2_147_483_647
const DEFAULT_DELAY_MS = 1000

export function loadRestartStrategy(
  configuration: Configuration,
  clock: Clock,
  random: Random,
): RestartBackoffTimeStrategy {
  const type = configuration.getOptional(RestartStrategyOptions.RESTART_STRATEGY)
  switch (type?.toLowerCase()) {
    case undefined:
      return configuration.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL) === undefined
        ? new NoRestartStrategy()
        : new FixedDelayRestartStrategy(DEFAULT_ATTEMPTS, DEFAULT_DELAY_MS)
    case 'fixed-delay':
    case 'fixeddelay':
      return new FixedDelayRestartStrategy(
        configuration.get(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS),
        configuration.get(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY),
      )
    case 'failure-rate':
    case 'failurerate':
      return failureRate(configuration, clock)
    case 'exponential-delay':
    case 'exponentialdelay':
      return exponentialDelay(configuration, clock, random)
    default:
      return new NoRestartStrategy()
  }
}

function failureRate(configuration: Configuration, clock: Clock): RestartBackoffTimeStrategy {
  const settings = {
    maxFailures: configuration.get(RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL),
    intervalMs: configuration.get(RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL),
    delayMs: configuration.get(RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_DELAY),
  }
  return new FailureRateRestartStrategy(settings, clock)
}

function exponentialDelay(configuration: Configuration, clock: Clock, random: Random): RestartBackoffTimeStrategy {
  const options = RestartStrategyOptions
  const settings = {
    initialBackoffMs: configuration.get(options.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF),
    maxBackoffMs: configuration.get(options.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF),
    backoffMultiplier: configuration.get(options.RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER),
    resetBackoffThresholdMs: configuration.get(options.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD),
    jitterFactor: configuration.get(options.RESTART_STRATEGY_EXPONENTIAL_DELAY_JITTER_FACTOR),
    attemptsBeforeReset: configuration.getOptional(options.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS),
  }
  if (settings.initialBackoffMs > settings.maxBackoffMs) throw initialAboveMax(configuration, settings)
  return new ExponentialDelayRestartStrategy(settings, clock, random)
}

/** As in Flink. */
function initialAboveMax(
  configuration: Configuration,
  { initialBackoffMs, maxBackoffMs }: ExponentialDelaySettings,
): FlinkError {
  const options = RestartStrategyOptions
  const initial = options.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF
  const most = options.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF
  const { key, where } = configuration.placeOf(initial) ?? { key: initial.key, where: 'its default' }
  const reason = `The first wait cannot be longer than the longest one, ${most.key}: ${durationText(maxBackoffMs)}.`
  return new FlinkError('CONFIG_VALUE_INVALID', { key, value: durationText(initialBackoffMs), reason, where })
}
