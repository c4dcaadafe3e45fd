import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MetricGroup } from '../../../src/core/metrics/metric-group.js'
import { measuredValues } from '../../../src/reporters/measured-values.js'

describe('A measured value', () => {
  it('is a number, the number in a text, or 1 and 0 for yes and no; other text is left out', () => {
    const values = {
      number: 1.5,
      infinite: -Infinity,
      watermark: '-9223372036854775808',
      decimal: '0.25',
      yes: 'true',
      no: 'false',
      path: 'file:/checkpoints',
      almost: '12 ms',
      nothing: '',
    }
    const measured = [...measuredValues(values)].map(([name, each]) => [name, each])
    assert.deepEqual(measured, [
      ['number', { kind: 'gauge', value: 1.5 }],
      ['infinite', { kind: 'gauge', value: -Infinity }],
      ['watermark', { kind: 'gauge', value: -(2 ** 63) }],
      ['decimal', { kind: 'gauge', value: 0.25 }],
      ['yes', { kind: 'gauge', value: 1 }],
      ['no', { kind: 'gauge', value: 0 }],
    ])
  })

  it('is a counter that only grows, or a meter, where the engine counts', () => {
    const values = { numRecordsIn: 7, numRecordsInPerSecond: 2.5, 'Map.numRecordsIn1': 3, numRecordsOutPerSecond: 1 }
    assert.deepEqual(Object.fromEntries(measuredValues(values)), {
      numRecordsIn: { kind: 'counter', value: 7, isMonotonic: true },
      numRecordsInPerSecond: { kind: 'meter', value: 2.5, count: 7 },
      'Map.numRecordsIn1': { kind: 'counter', value: 3, isMonotonic: true },
      // Whose count nobody tells.
      numRecordsOutPerSecond: { kind: 'gauge', value: 1 },
    })
  })

  it('is what a function registered it as, a histogram put together of its statistics', () => {
    const group = new MetricGroup([])
    const map = group.addGroup('Map')
    map.counter('seen').inc(3)
    map.meter('rate').markEvent(5)
    for (let value = 1; value <= 100; value += 1) map.histogram('sizes').update(value)
    map.gauge('sizes_of', () => 4)
    const measured = measuredValues(group.values() as Record<string, number>, group.types())
    assert.deepEqual(Object.fromEntries(measured), {
      'Map.sizes': {
        kind: 'histogram',
        count: 100,
        min: 1,
        max: 100,
        quantiles: [
          [0.5, 50],
          [0.75, 75],
          [0.9, 90],
          [0.95, 95],
          [0.98, 98],
          [0.99, 99],
          [0.999, 100],
        ],
      },
      'Map.seen': { kind: 'counter', value: 3, isMonotonic: false },
      'Map.sizes_of': { kind: 'gauge', value: 4 },
      'Map.rate': { kind: 'meter', value: 0, count: 5 },
    })
  })

  it('is none of a histogram that could not be read', () => {
    const types = { counters: [], histograms: ['broken'], meters: {} }
    assert.deepEqual([...measuredValues({ other: 1 }, types).keys()], ['other'])
  })
})
