import { doubleOption, durationOption, enumOption, intOption, type ConfigOption } from './config-option.js'

/** Whoever means longer wants no restart: 365 days. */
const LONGEST_DELAY_MS = 31_536_000_000

/** Options of Flink's RestartStrategyOptions. */
export const RestartStrategyOptions: {
  readonly RESTART_STRATEGY: ConfigOption<
    | 'none'
    | 'off'
    | 'disable'
    | 'fixed-delay'
    | 'fixeddelay'
    | 'failure-rate'
    | 'failurerate'
    | 'exponential-delay'
    | 'exponentialdelay'
    | undefined
  >
  readonly RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS: ConfigOption<number>
  readonly RESTART_STRATEGY_FIXED_DELAY_DELAY: ConfigOption<number>
  readonly RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL: ConfigOption<number>
  readonly RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL: ConfigOption<number>
  readonly RESTART_STRATEGY_FAILURE_RATE_DELAY: ConfigOption<number>
  readonly RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF: ConfigOption<number>
  readonly RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF: ConfigOption<number>
  readonly RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER: ConfigOption<number>
  readonly RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD: ConfigOption<number>
  readonly RESTART_STRATEGY_EXPONENTIAL_DELAY_JITTER_FACTOR: ConfigOption<number>
  readonly RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS: ConfigOption<number | undefined>
} = {
  RESTART_STRATEGY: enumOption('restart-strategy.type', undefined, {
    description:
      'What happens after a failure. Unset: none without checkpointing, else fixed-delay without limit, 1 s apart.',
    deprecatedKeys: ['restart-strategy'],
    enumValues: [
      'none',
      'off',
      'disable',
      'fixed-delay',
      'fixeddelay',
      'failure-rate',
      'failurerate',
      'exponential-delay',
      'exponentialdelay',
    ],
  }),
  RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS: intOption('restart-strategy.fixed-delay.attempts', 1, {
    minimum: 0,
    description: 'Restarts over the life of the job.',
    deprecatedKeys: ['execution-retries.default'],
  }),
  RESTART_STRATEGY_FIXED_DELAY_DELAY: durationOption('restart-strategy.fixed-delay.delay', 1000, {
    maximum: LONGEST_DELAY_MS,
    description: 'Wait before a restart.',
    deprecatedKeys: ['execution-retries.delay'],
  }),
  RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL: intOption(
    'restart-strategy.failure-rate.max-failures-per-interval',
    1,
    {
      minimum: 0,
      description: 'Failures within the interval that are survived.',
    },
  ),
  RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL: durationOption(
    'restart-strategy.failure-rate.failure-rate-interval',
    60_000,
    {
      minimum: 1,
      description: 'Interval in which failures are counted.',
    },
  ),
  RESTART_STRATEGY_FAILURE_RATE_DELAY: durationOption('restart-strategy.failure-rate.delay', 1000, {
    maximum: LONGEST_DELAY_MS,
    description: 'Wait before a restart.',
  }),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF: durationOption(
    'restart-strategy.exponential-delay.initial-backoff',
    1000,
    {
      minimum: 1,
      maximum: LONGEST_DELAY_MS,
      description: 'First wait, not above the longest one.',
    },
  ),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF: durationOption(
    'restart-strategy.exponential-delay.max-backoff',
    60_000,
    {
      minimum: 1,
      maximum: LONGEST_DELAY_MS,
      description: 'Longest wait.',
    },
  ),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER: doubleOption(
    'restart-strategy.exponential-delay.backoff-multiplier',
    1.5,
    {
      minimum: 1,
      description: 'Factor from one wait to the next.',
    },
  ),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD: durationOption(
    'restart-strategy.exponential-delay.reset-backoff-threshold',
    3_600_000,
    {
      description: 'Time without failure after which the first wait counts again.',
    },
  ),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_JITTER_FACTOR: doubleOption(
    'restart-strategy.exponential-delay.jitter-factor',
    0.1,
    {
      minimum: 0,
      maximum: 1,
      description: 'Random part of a wait, up and down.',
    },
  ),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS: intOption(
    'restart-strategy.exponential-delay.attempts-before-reset-backoff',
    undefined,
    {
      minimum: 1,
      description: 'Restarts before the wait must have been reset; unset: no limit.',
    },
  ),
}
