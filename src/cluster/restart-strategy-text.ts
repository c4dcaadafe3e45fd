import type { Configuration } from '../core/config/configuration.js'
import { RestartStrategyOptions as Options } from '../core/config/restart-strategy-options.js'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** The restart strategy that a configuration names, in Flink's words. */
export function restartStrategyText(configuration: Configuration): string {
  const timeOf = (option: Parameters<typeof configuration.get<number>>[0]): string =>
    wholeUnits(configuration.get(option))
  switch (configuration.getOptional(Options.RESTART_STRATEGY)?.toLowerCase()) {
    case undefined:
      return 'Cluster level default restart strategy'
    case 'fixed-delay':
    case 'fixeddelay': {
      const attempts = configuration.get(Options.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS)
      const delay = timeOf(Options.RESTART_STRATEGY_FIXED_DELAY_DELAY)
      return `Restart with fixed delay (${delay}). #${String(attempts)} restart attempts.`
    }
    case 'failure-rate':
    case 'failurerate': {
      const most = configuration.get(Options.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL)
      const interval = timeOf(Options.RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL)
      const delay = timeOf(Options.RESTART_STRATEGY_FAILURE_RATE_DELAY)
      return `Failure rate restart with maximum of ${String(most)} failures within interval ${interval} and fixed delay ${delay}.`
    }
    case 'exponential-delay':
    case 'exponentialdelay':
      return exponentialText(configuration, timeOf)
    default:
      return 'Restart deactivated.'
  }
}

function exponentialText(
  configuration: Configuration,
  timeOf: (option: Parameters<typeof configuration.get<number>>[0]) => string,
): string {
  const initial = timeOf(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF)
  const factor = configuration.get(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER).toFixed(6)
  const most = timeOf(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF)
  const reset = timeOf(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD)
  const jitter = configuration.get(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_JITTER_FACTOR).toFixed(6)
  return (
    `Restart with exponential delay: starting at ${initial}, increasing by ${factor}, with maximum ${most}. ` +
    `Delay resets after ${reset} with jitter ${jitter}`
  )
}

/** In the greatest unit of which it is a whole number, as Flink writes durations. */
function wholeUnits(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms > 0 && ms % each === 0) ?? ['ms', 1]
  return `${String(ms / size)} ${unit}`
}
