import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { MetricGroup } from '../../../../../src/core/metrics/metric-group.js'
import { registerStoreMetrics } from '../../../../../src/runtime/taskmanager/operators/store-metrics.js'

const PREFIX = 'state.backend.rocksdb.metrics'

function shown(
  options: Readonly<Record<string, string>>,
  metrics?: () => Readonly<Record<string, number>>,
): MetricGroup {
  const group = new MetricGroup(['job', 'task', 'Count'])
  registerStoreMetrics(metrics === undefined ? {} : { metrics }, group, Configuration.fromMap(options))
  return group
}

describe('The metrics of a store', () => {
  it('are those that were asked for, by the names that Flink has, as they are when somebody looks', () => {
    let numKeys = 3
    const asked = {
      [`${PREFIX}.estimate-num-keys`]: 'true',
      [`${PREFIX}.block-cache-usage`]: 'TRUE',
      [`${PREFIX}.num-snapshots`]: 'false',
    }
    const group = shown(asked, () => ({ 'estimate-num-keys': numKeys, 'block-cache-usage': 7, 'num-snapshots': 1 }))
    assert.deepEqual(group.values(), { 'rocksdb.estimate-num-keys': 3, 'rocksdb.block-cache-usage': 7 })
    numKeys = 4
    assert.equal(group.values()['rocksdb.estimate-num-keys'], 4)
  })

  it('are not shown where the store does not know them, or where there is none', () => {
    const asked = { [`${PREFIX}.estimate-num-keys`]: 'true' }
    assert.deepEqual(shown(asked, () => ({})).values(), {})
    assert.deepEqual(shown(asked).values(), {})
  })

  it('are none unless somebody asks', () => {
    assert.deepEqual(shown({}, () => ({ 'estimate-num-keys': 3 })).values(), {})
  })

  it('are 0 once the store is closed', () => {
    let isOpen = true
    const group = shown({ [PREFIX]: 'estimate-num-keys:true' }, () => (isOpen ? { 'estimate-num-keys': 3 } : {}))
    isOpen = false
    assert.deepEqual(group.values(), { 'rocksdb.estimate-num-keys': 0 })
  })
})
