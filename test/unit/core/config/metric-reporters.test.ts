import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { configuredReporters, metricReportingOf } from '../../../../src/core/config/metric-reporters.js'

const PROM = 'metrics.reporter.prom.'
const OTEL = 'metrics.reporter.otel.'
const FACTORY = 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory'

describe('The reporters of a configuration', () => {
  it('are all that are set, or those of the list, with the class of Flink and the keys of each', () => {
    const settings = {
      [`${OTEL}exporter.endpoint`]: 'http://localhost',
      [`${PROM}factory.class`]: FACTORY,
      [`${PROM}port`]: '1',
      [`${OTEL}class`]: 'x.Old',
    }
    const [otel, prom] = [
      { name: 'otel', className: 'Old', keys: ['exporter.endpoint'] },
      { name: 'prom', className: 'PrometheusReporterFactory', keys: ['port'] },
    ]
    assert.deepEqual(configuredReporters(Configuration.fromMap(settings)), [otel, prom])
    const listed = Configuration.fromMap({ ...settings, 'metrics.reporters': 'prom, none,prom' })
    assert.deepEqual(configuredReporters(listed), [prom, { name: 'none', className: undefined, keys: [] }])
    assert.deepEqual(configuredReporters(new Configuration()), [])
  })
})

describe('How often metrics of tasks are reported', () => {
  const reporting = (settings: Record<string, string>) => metricReportingOf(Configuration.fromMap(settings))

  it('is as REST wants it without reporters, and where nobody wants any their ends are not told', () => {
    assert.deepEqual(reporting({}), { intervalMs: 10_000, reportsAtEnd: true })
    const never = { 'metrics.fetcher.update-interval': '0 ms' }
    assert.deepEqual(reporting(never), { intervalMs: 0, reportsAtEnd: false })
  })

  it('is as the one wants it that wants it most often', () => {
    const often = { [`${PROM}factory.class`]: FACTORY, [`${OTEL}factory.class`]: 'x.y', [`${OTEL}interval`]: '2 s' }
    assert.deepEqual(reporting(often), { intervalMs: 2000, reportsAtEnd: true })
    const rest = { ...often, 'metrics.fetcher.update-interval': '1 s' }
    assert.equal(reporting(rest).intervalMs, 1000)
    assert.equal(reporting({ ...often, 'metrics.fetcher.update-interval': '0' }).intervalMs, 2000)
  })

  it('has to be a duration', () => {
    const settings = { [`${OTEL}factory.class`]: 'x.y', [`${OTEL}interval`]: 'often' }
    assert.throws(
      () => reporting(settings),
      /Could not parse value 'often' for key 'metrics\.reporter\.otel\.interval'/,
    )
  })
})
