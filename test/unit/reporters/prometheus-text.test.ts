import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { Measured, MetricSample } from '../../../src/reporters/metric-sample.js'
import { prometheusText } from '../../../src/reporters/prometheus-text.js'
import { parseExposition } from './prometheus-exposition.js'

const FILTERED = { filterLabelValueCharacters: true }
const AS_THEY_ARE = { filterLabelValueCharacters: false }

function sample(name: string, measured: Measured, variables: Record<string, string> = {}): MetricSample {
  return { scope: ['taskmanager', 'job'], name, variables, measured }
}

function gauge(value: number): Measured {
  return { kind: 'gauge', value }
}

const HISTOGRAM: Measured = {
  kind: 'histogram',
  count: 9,
  min: 1,
  max: 8,
  quantiles: [0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.999].map((quantile) => [quantile, quantile * 10] as const),
}

describe('The text for Prometheus', () => {
  it('names a metric by its scope, and says once what it is; counters and rates are gauges', () => {
    const samples = [
      sample('seen', { kind: 'counter', value: 7, isMonotonic: false }, { job_name: 'My job', subtask_index: '0' }),
      sample('rate', { kind: 'meter', value: 2.5, count: 9 }),
      sample('seen', { kind: 'counter', value: 8, isMonotonic: false }, { job_name: 'My job', subtask_index: '1' }),
    ]
    assert.equal(
      prometheusText(samples, FILTERED),
      `# HELP flink_taskmanager_job_seen seen (scope: taskmanager_job)
# TYPE flink_taskmanager_job_seen gauge
flink_taskmanager_job_seen{job_name="My_job",subtask_index="0"} 7
flink_taskmanager_job_seen{job_name="My_job",subtask_index="1"} 8
# HELP flink_taskmanager_job_rate rate (scope: taskmanager_job)
# TYPE flink_taskmanager_job_rate gauge
flink_taskmanager_job_rate{} 2.5
`,
    )
  })

  it('has a histogram as a summary without a sum, with the quantiles of Flink', () => {
    const families = parseExposition(prometheusText([sample('sizes', HISTOGRAM, { a: 'b' })], FILTERED))
    const family = families.get('flink_taskmanager_job_sizes')
    assert.equal(family?.type, 'summary')
    assert.deepEqual(
      family.samples.map(({ name, labels, value }) => [name.replace('flink_taskmanager_job_', ''), labels, value]),
      [
        ['sizes_count', { a: 'b' }, 9],
        ...[0.5, 0.75, 0.95, 0.98, 0.99, 0.999].map((quantile) => {
          return ['sizes', { a: 'b', quantile: String(quantile) }, quantile * 10]
        }),
      ],
    )
  })

  it('makes of other characters in names underscores, one for each', () => {
    const names = ['', 'abc', '"a"', "ab ;(c)'", "a,=;:?'b", 'a-b', '😀']
    const texts = names.map((name) => [...parseExposition(prometheusText([sample(name, gauge(1))], FILTERED)).keys()])
    assert.deepEqual(
      texts.map(([name = '']) => name.replace('flink_taskmanager_job_', '')),
      ['', 'abc', '_a_', '_ab___c__'.slice(1), 'a___:__b', 'a_b', '_'],
    )
  })

  it('writes numbers that are none as scrapers read them', () => {
    const values = [NaN, Infinity, -Infinity, 1e21, -0.5, 5e-324, 2 ** 63]
    const samples = values.map((value, index) => sample('value', gauge(value), { index: String(index) }))
    const [family] = parseExposition(prometheusText(samples, FILTERED)).values()
    assert.deepEqual(
      family?.samples.map(({ value }) => value),
      values,
    )
  })

  it('keeps the first of what comes to one name or one series: a scraper would refuse everything', () => {
    const samples = [
      sample('a-b', gauge(1)),
      sample('a_b', gauge(2)),
      sample('a b', HISTOGRAM),
      sample('sizes', HISTOGRAM),
      sample('sizes_count', gauge(3)),
      sample('times_count', gauge(4)),
      sample('times', HISTOGRAM),
      // A gauge of this name is read as the sum of the sizes, and its type as a second one of theirs.
      sample('sizes_sum', gauge(5)),
      sample('lags_sum', gauge(6)),
      sample('lags', HISTOGRAM),
    ]
    const families = parseExposition(prometheusText(samples, FILTERED))
    assert.deepEqual(
      [...families].map(([name, { type, samples: all }]) => [name.slice(22), type, all[0]?.value]),
      [
        ['a_b', 'gauge', 1],
        ['sizes', 'summary', 9],
        ['times_count', 'gauge', 4],
        ['lags_sum', 'gauge', 6],
      ],
    )
  })

  it('gives back whatever stands in labels and help, unless their characters are filtered', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('\\', '"', '\n', '\\n', '"}', 'a="b",c="', '\r'),
    )
    const values = fc.oneof(fc.double(), fc.integer())
    const labels = fc.dictionary(fc.constantFrom('job_name', 'task_name', 'host', 'operator_name'), text)
    fc.assert(
      fc.property(text, labels, values, (name, variables, value) => {
        for (const options of [FILTERED, AS_THEY_ARE]) {
          const families = parseExposition(prometheusText([sample(name, gauge(value), variables)], options))
          assert.equal(families.size, 1)
          const [family] = families.values()
          assert.equal(family?.help, `${name} (scope: taskmanager_job)`)
          assert.equal(family.samples[0]?.value, value === 0 ? 0 : value)
          const wanted = Object.entries(variables).map(([label, given]) => {
            return [label, options.filterLabelValueCharacters ? given.replace(/[^a-zA-Z0-9:_]/gu, '_') : given]
          })
          assert.deepEqual(family.samples[0].labels, Object.fromEntries(wanted))
        }
      }),
    )
  })
})
