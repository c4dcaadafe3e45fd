import { durationOption } from './config-option.js'
import type { Configuration } from './configuration.js'
import { MetricOptions } from './metric-options.js'

const PREFIX = 'metrics.reporter'
const DEFAULT_INTERVAL_MS = 10_000
/** The newer name first. */
const CLASS_KEYS = ['factory.class', 'class'] as const

/** A reporter of metrics that somebody asks for. */
export interface ConfiguredReporter {
  readonly name: string
  /** Of Flink, without its package; undefined where it was not said. */
  readonly className: string | undefined
  /** The rest of the keys of what it takes. */
  readonly keys: readonly string[]
}

/** In the order in which they are named, or set. */
export function configuredReporters(configuration: Configuration): ConfiguredReporter[] {
  const items = configuration.get(MetricOptions.REPORTER)
  const keysByName = new Map<string, string[]>()
  for (const item of Object.keys(items)) {
    const [name = '', ...rest] = item.split('.')
    keysByName.set(name, [...(keysByName.get(name) ?? []), rest.join('.')])
  }
  const listed = configuration
    .get(MetricOptions.REPORTERS_LIST)
    ?.split(/[\s,]+/)
    .filter((name) => name !== '')
  const names = listed ?? [...keysByName.keys()]
  return [...new Set(names)].map((name) => {
    const keys = keysByName.get(name) ?? []
    const className = CLASS_KEYS.map((key) => items[`${name}.${key}`]).find((text) => text !== undefined)
    return { name, className: className?.trim().split('.').at(-1), keys: keys.filter((key) => !isClassKey(key)) }
  })
}

function isClassKey(key: string): boolean {
  return CLASS_KEYS.some((each) => each === key)
}

export function reporterKey(name: string, key: string): string {
  return `${PREFIX}.${name}.${key}`
}

/** How often a reporter is to give metrics away. */
export function reporterIntervalMs(configuration: Configuration, name: string): number {
  const about = { minimum: 100, description: 'Time between two reports.' }
  return configuration.get(durationOption(reporterKey(name, 'interval'), DEFAULT_INTERVAL_MS, about))
}

/** What the JobMaster is told of the metrics of tasks. */
export interface MetricReporting {
  /** Below 1 ms: nothing. */
  readonly intervalMs: number
  /** Each task's when it ends as well. */
  readonly reportsAtEnd: boolean
}

/** As often as the one of REST and of the reporters that wants it most often. */
export function metricReportingOf(configuration: Configuration): MetricReporting {
  const shown = configuration.get(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL)
  const wanted = configuredReporters(configuration).map(({ name }) => reporterIntervalMs(configuration, name))
  const intervals = [shown, ...wanted].filter((intervalMs) => intervalMs >= 1)
  // Also without a reporter: REST tells what went through a task that has ended.
  return { intervalMs: intervals.length === 0 ? 0 : Math.min(...intervals), reportsAtEnd: intervals.length > 0 }
}
