import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { reportersSettingsOf } from '../../../src/reporters/reporter-settings.js'

const PROM = 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory'
const OTEL = 'org.apache.flink.metrics.otel.OpenTelemetryMetricReporterFactory'

function settingsOf(reporter: Readonly<Record<string, string>>) {
  const entries = Object.entries(reporter).map(([key, value]) => [`metrics.reporter.my.${key}`, value])
  return reportersSettingsOf(Configuration.fromMap(Object.fromEntries(entries) as Record<string, string>, 'here'))
}

const ENDPOINT = { 'exporter.endpoint': 'http://localhost:4318/v1/metrics' }

describe('The settings of a reporter for Prometheus', () => {
  it("are Flink's defaults where nothing is said", () => {
    const { reporters, warnings } = settingsOf({ 'factory.class': PROM })
    const prometheus = { kind: 'prometheus', name: 'my', portText: '9249', ports: [9249] }
    assert.deepEqual(reporters, [{ ...prometheus, filterLabelValueCharacters: true }])
    assert.deepEqual(warnings, [])
  })

  it('are ports and whether labels keep their characters, under the old name of the class as well', () => {
    const { reporters } = settingsOf({
      class: 'x.PrometheusReporter',
      port: '1-2',
      filterLabelValueCharacters: 'false',
    })
    const prometheus = { kind: 'prometheus', name: 'my', portText: '1-2', ports: [1, 2] }
    assert.deepEqual(reporters, [{ ...prometheus, filterLabelValueCharacters: false }])
  })

  it('are refused where a port is none', () => {
    assert.throws(
      () => settingsOf({ 'factory.class': PROM, port: 'http' }),
      /Could not parse value 'http' for key 'metrics\.reporter\.my\.port'.*\(set in here\)/,
    )
  })
})

describe('The settings of a reporter for OpenTelemetry', () => {
  it('are an endpoint, and defaults', () => {
    const { reporters } = settingsOf({ 'factory.class': OTEL, ...ENDPOINT })
    assert.deepEqual(reporters, [
      {
        kind: 'otel',
        name: 'my',
        endpoint: 'http://localhost:4318/v1/metrics',
        intervalMs: 10_000,
        timeoutMs: 3000,
        compression: 'none',
        service: {},
      },
    ])
  })

  it('are all that may be set', () => {
    const { reporters, warnings } = settingsOf({
      'factory.class': OTEL,
      ...ENDPOINT,
      interval: '2 s',
      'exporter.timeout': '3 s',
      'exporter.protocol': 'HTTP',
      'exporter.compression': 'gzip',
      'service.name': 'words',
      'service.version': '1.2',
    })
    assert.deepEqual(reporters, [
      {
        kind: 'otel',
        name: 'my',
        endpoint: 'http://localhost:4318/v1/metrics',
        intervalMs: 2000,
        timeoutMs: 3000,
        compression: 'gzip',
        service: { 'service.name': 'words', 'service.version': '1.2' },
      },
    ])
    assert.deepEqual(warnings, [])
  })

  for (const [what, keys, text] of [
    [
      'gRPC is asked for',
      { ...ENDPOINT, 'exporter.protocol': 'gRPC' },
      /OTLP over HTTP and no gRPC; set exporter\.protocol: http/,
    ],
    ['there is no endpoint', {}, /it has no endpoint; set exporter\.endpoint .*http:\/\/localhost:4318\/v1\/metrics/],
    [
      'the endpoint is no address',
      { 'exporter.endpoint': 'localhost:4317' },
      /its endpoint is no address of HTTP; set exporter\.endpoint/,
    ],
  ] as const) {
    it(`are refused where ${what}, with what to set`, () => {
      assert.throws(
        () => settingsOf({ 'factory.class': OTEL, ...keys }),
        (error) => FlinkError.is(error) && error.code === 'METRIC_REPORTER_INVALID' && text.test(error.message),
      )
    })
  }
})

describe('A reporter that is not here', () => {
  it('is warned of, with those that are', () => {
    for (const name of ['jmx.JMXReporterFactory', 'slf4j.Slf4jReporterFactory', 'datadog.DatadogHttpReporterFactory']) {
      const { reporters, warnings } = settingsOf({ 'factory.class': `org.apache.flink.metrics.${name}` })
      assert.deepEqual(reporters, [])
      const [warning = ''] = warnings
      assert.match(
        warning,
        /^The metrics reporter 'my' is not started: there is no (?:JMX|Slf4j|DatadogHttp)ReporterFactory here\./,
      )
      assert.match(
        warning,
        /PrometheusReporterFactory and .*OpenTelemetryMetricReporterFactory, and \/metrics of the REST API/,
      )
    }
  })

  it('is warned of where its class was not said', () => {
    const warning = "The metrics reporter 'my' is not started: metrics.reporter.my.factory.class is not set."
    assert.deepEqual(settingsOf({ port: '1' }).warnings, [warning])
  })

  it('is refused where its interval cannot be read: workers could not either', () => {
    assert.throws(
      () => settingsOf({ 'factory.class': 'x.JMXReporterFactory', interval: 'often' }),
      /Could not parse value 'often' for key 'metrics\.reporter\.my\.interval'/,
    )
  })

  it('is warned of a key that a reporter does not take', () => {
    const { reporters, warnings } = settingsOf({ 'factory.class': PROM, 'filter.includes': '*' })
    assert.equal(reporters.length, 1)
    assert.deepEqual(warnings, [
      'metrics.reporter.my.filter.includes has no effect (set in here). Here this reporter takes port, filterLabelValueCharacters, interval.',
    ])
  })
})
