import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Measured, MetricSample } from '../../../src/reporters/metric-sample.js'
import { OtelMetrics } from '../../../src/reporters/otel-metrics.js'

function sample(name: string, measured: Measured, subtask = '0'): MetricSample {
  return { scope: ['taskmanager', 'job'], name, variables: { subtask_index: subtask }, measured }
}

function counter(value: number, isMonotonic = true): Measured {
  return { kind: 'counter', value, isMonotonic }
}

function pointsOf(metrics: OtelMetrics, samples: readonly MetricSample[], nowMs: number, hasArrived = true) {
  const { metrics: collected, arrived } = metrics.collect(samples, nowMs)
  if (hasArrived) arrived()
  return Object.fromEntries(
    collected.map(({ name, points }) => [
      name.replace('flink.taskmanager.job.', ''),
      points.map(({ value, startMs }) => [value, startMs]),
    ]),
  )
}

describe('Metrics for OpenTelemetry', () => {
  it('are sums of what came since the last export that arrived', () => {
    const metrics = new OtelMetrics(100)
    assert.deepEqual(pointsOf(metrics, [sample('in', counter(5))], 200), { in: [[5, 100]] })
    assert.deepEqual(pointsOf(metrics, [sample('in', counter(7))], 300, false), { in: [[2, 200]] })
    const samples = [sample('in', counter(9)), sample('in', counter(1), '1')]
    assert.deepEqual(pointsOf(metrics, samples, 400), {
      in: [
        [4, 200],
        [1, 100],
      ],
    })
  })

  it('say of a sum whether it may shrink', () => {
    const { metrics } = new OtelMetrics(0).collect([sample('a', counter(1)), sample('b', counter(1, false))], 1)
    assert.deepEqual(
      metrics.map(({ name, kind, isMonotonic }) => [name, kind, isMonotonic]),
      [
        ['flink.taskmanager.job.a', 'sum', true],
        ['flink.taskmanager.job.b', 'sum', false],
      ],
    )
  })

  it('have a meter as its count and its rate, a histogram as its count and its quantiles', () => {
    const quantiles = [0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.999].map((quantile) => [quantile, quantile * 10] as const)
    const samples = [
      sample('rate', { kind: 'meter', value: 2.5, count: 7 }),
      sample('sizes', { kind: 'histogram', count: 3, min: 1, max: 20, quantiles }),
    ]
    const { metrics } = new OtelMetrics(0).collect(samples, 1)
    const told = metrics.flatMap(({ name, kind, points }) =>
      points.map(({ attributes, value }) => [name.slice(22), kind, attributes['quantile'], value]),
    )
    assert.deepEqual(told, [
      ['rate.count', 'sum', undefined, 7],
      ['rate.rate', 'gauge', undefined, 2.5],
      ['sizes', 'gauge', '0', 1],
      ['sizes', 'gauge', '0.5', 5],
      ['sizes', 'gauge', '0.75', 7.5],
      ['sizes', 'gauge', '0.95', 9.5],
      ['sizes', 'gauge', '0.99', 9.9],
      ['sizes', 'gauge', '1', 20],
      ['sizes.count', 'sum', undefined, 3],
    ])
  })

  it('leave out what JSON has no word for, and what has the name of another kind', () => {
    const samples = [
      sample('nan', { kind: 'gauge', value: NaN }),
      sample('infinite', { kind: 'gauge', value: Infinity }),
      sample('in', counter(1)),
      sample('in', { kind: 'gauge', value: 2 }),
    ]
    assert.deepEqual(pointsOf(new OtelMetrics(0), samples, 1), { in: [[1, 0]] })
  })
})
