import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MetricStore } from '../../../../src/runtime/jobmanager/jobmaster/metric-store.js'

const NO_TYPES = { counters: [], histograms: [], meters: {} }

describe('MetricStore', () => {
  it('keeps the newest report of every subtask, what kind its metrics are, and when it came', () => {
    const store = new MetricStore()
    assert.deepEqual(store.all(), { lastUpdate: 0, vertices: {}, reports: {} })
    const types = { ...NO_TYPES, counters: ['seen'] }
    const second = { executionId: 'map_1_0', values: { numRecordsIn: 2 }, types: NO_TYPES }
    const third = { executionId: 'map_0_1', values: { numRecordsIn: 3, seen: 4 }, types }
    store.put('map', 0, { executionId: 'map_0_0', values: { numRecordsIn: 1, old: 1 }, types: NO_TYPES }, 10)
    store.put('map', 1, second, 10)
    store.put('map', 0, third, 20)
    assert.deepEqual(store.all(), {
      lastUpdate: 20,
      vertices: { map: { 0: third.values, 1: second.values } },
      reports: { map: { 0: third, 1: second } },
    })
    assert.equal(store.all(), store.all(), 'they are put together once a report, not once a question')
  })
})
