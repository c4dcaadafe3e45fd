import {
  configuredReporters,
  metricReportingOf,
  reporterIntervalMs,
  reporterKey,
  type ConfiguredReporter,
} from '../core/config/metric-reporters.js'
import { booleanOption, durationOption, enumOption, stringOption } from '../core/config/config-option.js'
import type { Configuration } from '../core/config/configuration.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { portsOf } from '../core/net/port-range.js'

export interface PrometheusSettings {
  readonly kind: 'prometheus'
  readonly name: string
  /** As it was set, for messages. */
  readonly portText: string
  readonly ports: readonly number[]
  readonly filterLabelValueCharacters: boolean
}

export interface OtelSettings {
  readonly kind: 'otel'
  readonly name: string
  readonly endpoint: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly compression: 'none' | 'gzip'
  /** Attributes of the process that the metrics are of. */
  readonly service: Readonly<Record<string, string>>
}

export type ReporterSettings = PrometheusSettings | OtelSettings

export interface ReportersSettings {
  readonly reporters: readonly ReporterSettings[]
  readonly warnings: readonly string[]
}

/** Shorter than that of OpenTelemetry's exporter: what is under way when a job ends is waited for. */
const DEFAULT_TIMEOUT_MS = 3_000

interface Kind {
  readonly classNames: readonly string[]
  readonly keys: readonly string[]
  read(configuration: Configuration, name: string): ReporterSettings
}

const PROMETHEUS: Kind = {
  classNames: ['PrometheusReporterFactory', 'PrometheusReporter'],
  // A scraper comes when it wants to; the interval is how new what it finds is.
  keys: ['port', 'filterLabelValueCharacters', 'interval'],
  read: prometheusSettingsOf,
}

const OTEL: Kind = {
  classNames: ['OpenTelemetryMetricReporterFactory', 'OpenTelemetryMetricReporter'],
  keys: [
    'interval',
    'exporter.endpoint',
    'exporter.timeout',
    'exporter.protocol',
    'exporter.compression',
    'service.name',
    'service.version',
  ],
  read: otelSettingsOf,
}

const WHAT_THERE_IS =
  'There are org.apache.flink.metrics.prometheus.PrometheusReporterFactory and org.apache.flink.metrics.otel.OpenTelemetryMetricReporterFactory, and /metrics of the REST API of every job'

/** What is to be started, and what its user should know. METRIC_REPORTER_INVALID, CONFIG_VALUE_INVALID. */
export function reportersSettingsOf(configuration: Configuration): ReportersSettings {
  // What a worker could not read either.
  metricReportingOf(configuration)
  const reporters: ReporterSettings[] = []
  const warnings: string[] = []
  for (const reporter of configuredReporters(configuration)) {
    const { name, className = '' } = reporter
    const kind = [PROMETHEUS, OTEL].find(({ classNames }) => classNames.includes(className))
    if (kind === undefined) {
      warnings.push(unknown(reporter))
      continue
    }
    reporters.push(kind.read(configuration, name))
    for (const key of reporter.keys.filter((each) => !kind.keys.includes(each))) {
      const fullKey = reporterKey(name, key)
      const where = configuration.originOfKey(fullKey) ?? ''
      warnings.push(`${fullKey} has no effect (set in ${where}). Here this reporter takes ${kind.keys.join(', ')}.`)
    }
  }
  return { reporters, warnings }
}

function unknown({ name, className }: ConfiguredReporter): string {
  if (className === undefined)
    return `The metrics reporter '${name}' is not started: ${reporterKey(name, 'factory.class')} is not set.`
  return `The metrics reporter '${name}' is not started: there is no ${className} here. ${WHAT_THERE_IS}.`
}

function prometheusSettingsOf(configuration: Configuration, name: string): PrometheusSettings {
  const portKey = reporterKey(name, 'port')
  const portText = configuration.get(
    stringOption(portKey, '9249', { description: 'Ports, of which the first is taken.' }),
  )
  const ports = portsIn(portText, portKey, configuration)
  const filter = booleanOption(reporterKey(name, 'filterLabelValueCharacters'), true, { description: '' })
  return { kind: 'prometheus', name, portText, ports, filterLabelValueCharacters: configuration.get(filter) }
}

function otelSettingsOf(configuration: Configuration, name: string): OtelSettings {
  const text = (key: string): string | undefined =>
    configuration.get(stringOption(reporterKey(name, key), undefined, { description: '' }))
  const timeout = durationOption(reporterKey(name, 'exporter.timeout'), DEFAULT_TIMEOUT_MS, {
    minimum: 1,
    description: '',
  })
  const compression = enumOption(reporterKey(name, 'exporter.compression'), 'none', {
    description: '',
    enumValues: ['none', 'gzip'],
  })
  const invalid = (key: string, reason: string): FlinkError => {
    const where = configuration.originOfKey(reporterKey(name, key)) ?? 'nowhere'
    return new FlinkError('METRIC_REPORTER_INVALID', {
      reporter: name,
      reason,
      where: `${reporterKey(name, key)}, ${where}`,
    })
  }
  const protocol = text('exporter.protocol')
  if (protocol !== undefined && protocol.trim().toLowerCase() !== 'http')
    throw invalid(
      'exporter.protocol',
      `it speaks OTLP over HTTP and no ${protocol}; set exporter.protocol: http, and the endpoint that your collector has for that, http://localhost:4318/v1/metrics by default`,
    )
  const endpoint = text('exporter.endpoint')
  if (endpoint === undefined || !/^https?:\/\/[^/]/i.test(endpoint) || !URL.canParse(endpoint))
    throw invalid(
      'exporter.endpoint',
      `${endpoint === undefined ? 'it has no endpoint' : 'its endpoint is no address of HTTP'}; set exporter.endpoint to the whole address, such as http://localhost:4318/v1/metrics`,
    )
  const [serviceName, serviceVersion] = [text('service.name'), text('service.version')]
  return {
    kind: 'otel',
    name,
    endpoint,
    intervalMs: reporterIntervalMs(configuration, name),
    timeoutMs: configuration.get(timeout),
    compression: configuration.get(compression),
    service: {
      ...(serviceName !== undefined && { 'service.name': serviceName }),
      ...(serviceVersion !== undefined && { 'service.version': serviceVersion }),
    },
  }
}

function portsIn(value: string, key: string, configuration: Configuration): readonly number[] {
  try {
    return portsOf(value)
  } catch (error) {
    const where = configuration.originOfKey(key) ?? ''
    throw new FlinkError('CONFIG_VALUE_INVALID', { key, value, where, reason: messageOf(error) })
  }
}
