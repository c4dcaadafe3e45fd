import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DescriptiveStatisticsHistogram } from '../../../../src/core/metrics/histogram.js'
import { MeterView, type Meter } from '../../../../src/core/metrics/meter.js'
import { MetricGroup } from '../../../../src/core/metrics/metric-group.js'

describe('MetricGroup', () => {
  it('gives the same counter for the same name, and its values by dotted name', () => {
    const group = new MetricGroup(['job', 'map'])
    group.counter('records').inc(3)
    group.counter('records').dec()
    let watermark = 1
    group.gauge('watermark', () => watermark)
    watermark = 2
    group.addGroup('sink').addGroup('kafka').counter('sent').inc()
    assert.deepEqual(group.values(), { records: 2, watermark: 2, 'sink.kafka.sent': 1 })
    assert.equal(group.addGroup('sink').getMetricIdentifier('sent'), 'job.map.sink.sent')
  })

  it('keeps the meters going of all groups below it', () => {
    const group = new MetricGroup(['task', '0'])
    group.addGroup('op').meter('rate', new MeterView(5)).markEvent(10)
    group.updateMeters()
    assert.deepEqual(group.values(), { 'op.rate': 2 })
    group.updateMeters()
    assert.deepEqual(group.values(), { 'op.rate': 0 })
  })

  it('writes names as the REST API of Flink does: blanks, dots, colons and commas are underscores', () => {
    const group = new MetricGroup([])
    group.addGroup('Source: a.b, c').counter('my count').inc()
    assert.deepEqual(group.values(), { 'Source__a_b__c.my_count': 1 })
  })

  it('leaves a gauge that throws out and tells of it; all others stay', () => {
    const group = new MetricGroup(['task'])
    const inner = group.addGroup('map')
    inner.gauge('broken', () => {
      throw new Error('no value')
    })
    inner.counter('count').inc()
    group.counter('other').inc(2)
    const failures: unknown[] = []
    const values = group.values((name, error) => failures.push([name, (error as Error).message]))
    assert.deepEqual(values, { other: 2, 'map.count': 1 })
    assert.deepEqual(failures, [['task.map.broken', 'no value']])
  })

  it('gives a histogram as one value a statistic, with the names of Flink', () => {
    const group = new MetricGroup([])
    for (let value = 1; value <= 100; value += 1) group.histogram('latency').update(value)
    const { latency_count: count, latency_min: min, latency_max: max, latency_p999: p999, ...rest } = group.values()
    assert.deepEqual([count, min, max, p999], [100, 1, 100, 100])
    assert.deepEqual(Object.keys(rest).sort(), [
      'latency_mean',
      'latency_median',
      'latency_p75',
      'latency_p90',
      'latency_p95',
      'latency_p98',
      'latency_p99',
      'latency_stddev',
    ])
    assert.deepEqual([rest['latency_mean'], rest['latency_median'], rest['latency_p99']], [50.5, 50, 99])
  })
})

describe('The types of metrics', () => {
  it('tell counters, histograms and meters from gauges by the names of values, with the counts of meters', () => {
    const group = new MetricGroup(['task'])
    const inner = group.addGroup('my map')
    inner.counter('seen:1').inc()
    inner.gauge('size', () => 1)
    inner.addGroup('deep').histogram('latency').update(1)
    inner.meter('rate').markEvent(3)
    const own: Meter = { markEvent: () => undefined, getRate: () => 1, getCount: () => 7 }
    group.meter('own', own)
    const types = group.types()
    assert.deepEqual(types, {
      counters: ['my_map.seen_1'],
      histograms: ['my_map.deep.latency'],
      meters: { 'my_map.rate': 3, own: 7 },
    })
    const values = group.values()
    for (const name of [...types.counters, ...Object.keys(types.meters), 'my_map.deep.latency_count'])
      assert.ok(name in values, name)
  })

  it('leave out a meter that throws, and nothing else', () => {
    const group = new MetricGroup([])
    const broken: Meter = {
      markEvent: () => undefined,
      getRate: () => 1,
      getCount: () => {
        throw new Error('no count')
      },
    }
    group.meter('broken', broken)
    group.counter('seen')
    assert.deepEqual(group.types(), { counters: ['seen'], histograms: [], meters: {} })
  })
})

describe('DescriptiveStatisticsHistogram', () => {
  it('forgets the oldest values but counts them', () => {
    const histogram = new DescriptiveStatisticsHistogram(3)
    for (const value of [100, 1, 2, 3]) histogram.update(value)
    const statistics = histogram.getStatistics()
    assert.equal(histogram.getCount(), 4)
    assert.deepEqual([statistics.size, statistics.min, statistics.max, statistics.stdDev], [3, 1, 3, 1])
  })

  it('is 0 throughout without values', () => {
    const { size, min, max, mean, stdDev, getQuantile } = new DescriptiveStatisticsHistogram().getStatistics()
    assert.deepEqual([size, min, max, mean, stdDev, getQuantile(0.5)], [0, 0, 0, 0, 0, 0])
  })
})

describe('MeterView', () => {
  it('is the rate over its span', () => {
    const meter = new MeterView(10)
    meter.markEvent(50)
    meter.update()
    assert.equal(meter.getRate(), 5)
    meter.update()
    assert.equal(meter.getRate(), 5)
    meter.update()
    assert.equal(meter.getRate(), 0)
    assert.equal(meter.getCount(), 50)
  })
})
