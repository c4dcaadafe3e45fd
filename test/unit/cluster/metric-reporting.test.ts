import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MetricReporting } from '../../../src/cluster/metric-reporting.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'

const OTEL = 'org.apache.flink.metrics.otel.OpenTelemetryMetricReporterFactory'
const PROMETHEUS = 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory'

function reportingThatTells(told: string[]): MetricReporting {
  return new MetricReporting({
    jobs: new Map(),
    clock: new ManualClock(),
    logger: SILENT_LOGGER,
    version: '1',
    warn: (text) => told.push(`warn ${text}`),
    note: (text) => told.push(`note ${text}`),
  })
}

function reporter(keys: Readonly<Record<string, string>>): Configuration {
  const entries = Object.entries(keys).map(([key, value]) => [`metrics.reporter.my.${key}`, value])
  return Configuration.fromMap(Object.fromEntries(entries) as Record<string, string>)
}

const ENDED = {
  master: {
    details: () => ({
      status: 'FINISHED',
      timestamps: {},
      checkpoints: { counts: {}, latest: {} },
      vertices: [],
    }),
    taskMetrics: () => ({ lastUpdate: 0, vertices: {}, reports: {} }),
  },
  jobGraph: { vertices: [] },
} as never

describe('The reporters of metrics of a process', () => {
  it('are none where nobody asks for any', async () => {
    const told: string[] = []
    const reporting = reportingThatTells(told)
    await reporting.jobStarts(new Configuration())
    reporting.jobEnded({ master: { details: () => assert.fail(), taskMetrics: () => assert.fail() } } as never)
    await reporting.close()
    assert.deepEqual(told, [])
  })

  it('are those of its first job that can begin with them, until it ends', async () => {
    const told: string[] = []
    const reporting = reportingThatTells(told)
    const code = { code: 'METRIC_REPORTER_INVALID' }
    await assert.rejects(reporting.jobStarts(reporter({ 'factory.class': OTEL })), code)
    const prometheus = reporter({ 'factory.class': PROMETHEUS, port: '0' })
    await reporting.jobStarts(prometheus)
    await reporting.jobStarts(prometheus)
    assert.equal(told.length, 1, told.join('\n'))
    const [url = ''] = /http:\S+/.exec(told[0] ?? '') ?? []
    assert.equal((await fetch(url)).status, 200)
    await reporting.close()
    await assert.rejects(fetch(url))
  })

  it('that cannot be opened are told of by the job that wants them alone, also where another one ends meanwhile', async () => {
    const reporting = reportingThatTells([])
    const starts = reporting.jobStarts(reporter({ 'factory.class': OTEL }))
    reporting.jobEnded(ENDED)
    await assert.rejects(starts, { code: 'METRIC_REPORTER_INVALID' })
    await reporting.close()
  })
})
