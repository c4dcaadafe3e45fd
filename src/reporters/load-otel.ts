import type * as Exporter from '@opentelemetry/exporter-metrics-otlp-http'
import type * as Resources from '@opentelemetry/resources'
import type * as Sdk from '@opentelemetry/sdk-metrics'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { errnoOf } from '../core/fs/errno.js'

/** The packages of OpenTelemetry that flink-ts is tried with; whoever exports to it installs them. */
export const OTEL_PACKAGES = [
  '@opentelemetry/api@1.9.0',
  '@opentelemetry/exporter-metrics-otlp-http@0.223.0',
  '@opentelemetry/resources@2.12.0',
  '@opentelemetry/sdk-metrics@2.12.0',
] as const

export type Otel = Pick<typeof Exporter, 'OTLPMetricExporter'> &
  Pick<typeof Resources, 'defaultResource' | 'resourceFromAttributes'> &
  Pick<typeof Sdk, 'AggregationTemporality' | 'DataPointType'>

/** METRIC_REPORTER_UNAVAILABLE where one of them is not installed. `load`: for tests. */
export async function loadOtel(reporter: string, load: () => Promise<Otel> = loadPackages): Promise<Otel> {
  try {
    return await load()
  } catch (error) {
    const isMissing = errnoOf(error) === 'ERR_MODULE_NOT_FOUND' || errnoOf(error) === 'MODULE_NOT_FOUND'
    const [line = ''] = messageOf(error).split('\n')
    const reason = isMissing ? 'they are not installed' : line.replace(/\.$/, '')
    const install = `npm install ${OTEL_PACKAGES.join(' ')}`
    throw new FlinkError('METRIC_REPORTER_UNAVAILABLE', { reporter, reason, install }, { cause: error })
  }
}

async function loadPackages(): Promise<Otel> {
  const [
    { OTLPMetricExporter },
    { defaultResource, resourceFromAttributes },
    { AggregationTemporality, DataPointType },
  ] = await Promise.all([
    import('@opentelemetry/exporter-metrics-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-metrics'),
  ])
  return { OTLPMetricExporter, defaultResource, resourceFromAttributes, AggregationTemporality, DataPointType }
}
