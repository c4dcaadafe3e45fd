import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { METER_UPDATE_INTERVAL_MS, MeterView } from '../../../../../src/core/metrics/meter.js'
import { MetricGroup } from '../../../../../src/core/metrics/metric-group.js'
import type { TaskIoCounts } from '../../../../../src/runtime/taskmanager/metrics/task-io.js'
import { CheckpointAlignment } from '../../../../../src/runtime/taskmanager/metrics/checkpoint-alignment.js'
import { TaskMetricGroup } from '../../../../../src/runtime/taskmanager/metrics/task-metric-group.js'

const NOTHING: TaskIoCounts = {
  numRecordsIn: 0,
  numRecordsOut: 0,
  trafficIn: undefined,
  trafficOut: undefined,
  input: undefined,
  output: undefined,
  waitingBytes: undefined,
  currentInputWatermark: undefined,
  operators: {},
}

function unexpected(name: string, error: unknown): void {
  assert.fail(`${name}: ${String(error)}`)
}

describe('TaskMetricGroup', () => {
  it('shows bytes and buffers, in sum and a second, where the channels count them', () => {
    let counts = NOTHING
    const group = new TaskMetricGroup(new MetricGroup([]), () => counts, new CheckpointAlignment(), 0)
    counts = {
      ...NOTHING,
      trafficIn: { numBytes: 3000, numBuffers: 3 },
      trafficOut: { numBytes: 500, numBuffers: 10 },
    }
    const values = group.values(2000, unexpected)
    const names = ['numBytesIn', 'numBytesOut', 'numBuffersOut']
    assert.deepEqual(
      names.map((name) => [values[name], values[`${name}PerSecond`]]),
      [
        [3000, 1500],
        [500, 250],
        [10, 5],
      ],
    )
  })

  it('shows what a source or a sink does not have as little as what nobody counts', () => {
    const values = new TaskMetricGroup(new MetricGroup([]), () => NOTHING, new CheckpointAlignment(), 0).values(
      1000,
      unexpected,
    )
    assert.deepEqual(
      Object.keys(values).filter((name) => /Bytes|Buffers|Watermark/.test(name)),
      [],
    )
    assert.deepEqual([values['numRecordsIn'], values['numRecordsInPerSecond']], [0, 0])
  })

  it('keeps the meters of user functions going and shows every metric of theirs as number or text', () => {
    const operators = new MetricGroup(['job', 'task', '0'])
    const map = operators.addGroup('Map')
    const group = new TaskMetricGroup(operators, () => NOTHING, new CheckpointAlignment(), 0)
    map.meter('rate', new MeterView(5)).markEvent(20)
    map.counter('count').inc(3)
    map.histogram('size').update(7)
    map.gauge('label', () => 'north')
    map.gauge('big', () => 12n)
    map.gauge('object', () => Object.create(null) as unknown)
    assert.equal(group.values(1, unexpected)['Map.rate'], 0)
    group.sample(METER_UPDATE_INTERVAL_MS)
    const values = group.values(METER_UPDATE_INTERVAL_MS, unexpected)
    const names = ['rate', 'count', 'size_max', 'label', 'big', 'object']
    assert.deepEqual(
      names.map((name) => values[`Map.${name}`]),
      [4, 3, 7, 'north', '12', '[object Object]'],
    )
  })
})
