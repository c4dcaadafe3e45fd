import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Duration, Time } from '../../../../src/api/eventtime/time.js'
import { ListStateDescriptor } from '../../../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../../../src/api/state/map-state-descriptor.js'
import { StateTtlConfig } from '../../../../src/api/state/state-ttl-config.js'
import { ValueStateDescriptor } from '../../../../src/api/state/value-state-descriptor.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { NO_REGISTERED_TYPES } from '../../../../src/core/types/registered-types.js'
import { OperatorStateBackend } from '../../../../src/runtime/taskmanager/state/operator-state-backend.js'

describe('StateTtlConfig', () => {
  it('is by default Flink’s: from the last write, never given out after the end, removed in the background', () => {
    const config = StateTtlConfig.newBuilder(Time.minutes(2)).build()
    assert.equal(config.getTimeToLive().toMillis(), 120_000)
    assert.equal(config.isEnabled(), true)
    assert.equal(config.getUpdateType(), StateTtlConfig.UpdateType.OnCreateAndWrite)
    assert.equal(config.getStateVisibility(), StateTtlConfig.StateVisibility.NeverReturnExpired)
    assert.equal(config.getTtlTimeCharacteristic(), StateTtlConfig.TtlTimeCharacteristic.ProcessingTime)
    const strategies = config.getCleanupStrategies()
    assert.equal(strategies.inFullSnapshot(), false)
    assert.equal(strategies.isCleanupInBackground(), true)
    assert.equal(strategies.inRocksdbCompactFilter(), true)
    assert.deepEqual(strategies.getIncrementalCleanupStrategy(), { cleanupSize: 5, runCleanupForEveryRecord: false })
  })

  it('is what its builder was told, and a later change of the builder is none of it', () => {
    const builder = StateTtlConfig.newBuilder(1)
      .updateTtlOnReadAndWrite()
      .returnExpiredIfNotCleanedUp()
      .useProcessingTime()
      .setTtlTimeCharacteristic('ProcessingTime')
      .cleanupFullSnapshot()
      .cleanupIncrementally(10, true)
      .cleanupInRocksdbCompactFilter(1000, Duration.ofDays(30))
      .setTtl(Duration.ofSeconds(7))
    const config = builder.build()
    builder.updateTtlOnCreateAndWrite().neverReturnExpired().setTtl(1)
    assert.equal(config.getTimeToLive().toMillis(), 7000)
    assert.equal(config.getUpdateType(), 'OnReadAndWrite')
    assert.equal(config.getStateVisibility(), 'ReturnExpiredIfNotCleanedUp')
    assert.equal(config.getCleanupStrategies().inFullSnapshot(), true)
    assert.deepEqual(config.getCleanupStrategies().getIncrementalCleanupStrategy(), {
      cleanupSize: 10,
      runCleanupForEveryRecord: true,
    })
    assert.match(config.toString(), /updateType=OnReadAndWrite.*ttl=7000 ms/)
  })

  it('has no cleanup in the background but what was asked for, once that is turned off', () => {
    const off = StateTtlConfig.newBuilder(1).disableCleanupInBackground()
    const none = off.build().getCleanupStrategies()
    assert.equal(none.isCleanupInBackground(), false)
    assert.equal(none.inRocksdbCompactFilter(), false)
    assert.equal(none.getIncrementalCleanupStrategy(), undefined)
    const some = off.cleanupIncrementally(3, false).cleanupInRocksdbCompactFilter().build().getCleanupStrategies()
    assert.equal(some.inRocksdbCompactFilter(), true)
    assert.equal(some.getIncrementalCleanupStrategy()?.cleanupSize, 3)
  })

  it('refuses what is no time, no number of entries and no name', () => {
    const refused: readonly (() => unknown)[] = [
      () => StateTtlConfig.newBuilder(0),
      () => StateTtlConfig.newBuilder(-5),
      () => StateTtlConfig.newBuilder(Number.NaN),
      () => StateTtlConfig.newBuilder('1 h' as unknown as number),
      () => StateTtlConfig.newBuilder(1).cleanupIncrementally(0, true),
      () => StateTtlConfig.newBuilder(1).cleanupIncrementally(1.5, true),
      () => StateTtlConfig.newBuilder(1).cleanupInRocksdbCompactFilter(-1),
      () => StateTtlConfig.newBuilder(1).setUpdateType('OnRead' as 'OnReadAndWrite'),
      () => StateTtlConfig.newBuilder(1).setStateVisibility('Always' as 'NeverReturnExpired'),
    ]
    for (const call of refused) {
      assert.throws(call, (error) => FlinkError.is(error, 'GRAPH_INVALID'))
    }
  })
})

describe('enableTimeToLive', () => {
  it('is of a descriptor; DISABLED, or an update type that is, is no time to live', () => {
    const descriptor = new ValueStateDescriptor<number>('v')
    assert.equal(descriptor.ttlConfig, StateTtlConfig.DISABLED)
    assert.equal(descriptor.ttlConfig.isEnabled(), false)
    const config = StateTtlConfig.newBuilder(1).build()
    descriptor.enableTimeToLive(config)
    assert.equal(descriptor.ttlConfig, config)
    assert.equal(StateTtlConfig.newBuilder(1).setUpdateType('Disabled').build().isEnabled(), false)
  })

  it('takes a StateTtlConfig and nothing else', () => {
    const list = new ListStateDescriptor<number>('l')
    for (const given of [undefined, null, 1000, {}, StateTtlConfig.newBuilder(1)]) {
      assert.throws(
        () => {
          list.enableTimeToLive(given as StateTtlConfig)
        },
        (error) => FlinkError.is(error, 'GRAPH_INVALID'),
      )
    }
  })

  it('is refused for operator state', () => {
    const store = new OperatorStateBackend('Op', NO_REGISTERED_TYPES, 0)
    const list = new ListStateDescriptor<number>('l')
    const map = new MapStateDescriptor<string, number>('m')
    for (const each of [list, map]) each.enableTimeToLive(StateTtlConfig.newBuilder(1).build())
    for (const call of [
      () => store.getListState(list),
      () => store.getUnionListState(list),
      () => store.getBroadcastState(map),
    ]) {
      assert.throws(call, (error) => FlinkError.is(error, 'STATE_DESCRIPTOR_INVALID'))
    }
  })
})
