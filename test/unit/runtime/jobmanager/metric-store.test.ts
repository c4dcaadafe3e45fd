import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MetricStore } from '../../../../src/runtime/jobmanager/jobmaster/metric-store.js'

const NO_TYPES = { counters: [], histograms: [], meters: {} }

describe('MetricStore', () => {
  it('keeps the newest report of every subtask, what kind its metrics are, and when it came', () => {
    const store = new MetricStore()
    assert.deepEqual(store.all(), { lastUpdate: 0, vertices: {}, types: {} })
    const types = { ...NO_TYPES, counters: ['seen'] }
    store.put('map', 0, { values: { numRecordsIn: 1, old: 1 }, types: NO_TYPES }, 10)
    store.put('map', 1, { values: { numRecordsIn: 2 }, types: NO_TYPES }, 10)
    store.put('map', 0, { values: { numRecordsIn: 3, seen: 4 }, types }, 20)
    assert.deepEqual(store.all(), {
      lastUpdate: 20,
      vertices: { map: { 0: { numRecordsIn: 3, seen: 4 }, 1: { numRecordsIn: 2 } } },
      types: { map: { 0: types, 1: NO_TYPES } },
    })
  })
})
