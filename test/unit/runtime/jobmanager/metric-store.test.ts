import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MetricStore } from '../../../../src/runtime/jobmanager/jobmaster/metric-store.js'

describe('MetricStore', () => {
  it('keeps the newest report of every subtask and when it came', () => {
    const store = new MetricStore()
    assert.deepEqual(store.all(), { lastUpdate: 0, vertices: {} })
    store.put('map', 0, { numRecordsIn: 1, old: 1 }, 10)
    store.put('map', 1, { numRecordsIn: 2 }, 10)
    store.put('map', 0, { numRecordsIn: 3 }, 20)
    assert.deepEqual(store.all(), {
      lastUpdate: 20,
      vertices: { map: { 0: { numRecordsIn: 3 }, 1: { numRecordsIn: 2 } } },
    })
  })
})
