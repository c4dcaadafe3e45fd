import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { renderOptionsDocumentation } from '../../../../src/core/config/options-documentation.js'
import {
  OPTIONS_WITHOUT_EFFECT,
  warningsOfOptionsWithoutEffect,
} from '../../../../src/core/config/options-without-effect.js'

describe('an option without effect', () => {
  const warningsOf = (map: Record<string, string>): string[] => [
    ...warningsOfOptionsWithoutEffect(Configuration.fromMap(map, 'flink-conf.yaml:7')).values(),
  ]

  it('is warned of by the name that was used, with where it was set and what to do instead', () => {
    const [port = '', changelog = '', ...others] = warningsOf({
      'web.port': '8081',
      'state.changelog.enabled': 'true',
      'pipeline.auto-watermark-interval': '1 s',
      'parallelism.default': '4',
    })
      .sort()
      .reverse()
    assert.match(
      port,
      /^web\.port has no effect \(set in flink-conf\.yaml:7\)\. No port is opened: .+ cluster\.run-directory/,
    )
    assert.match(changelog, /^state\.changelog\.enabled has no effect .+ execution\.checkpointing\.incremental: true/)
    assert.deepEqual(others, [])
  })

  it('is not warned of where it asks for what happens anyway', () => {
    const key = 'state.changelog.enabled'
    assert.deepEqual(warningsOf({ [key]: 'false' }), [])
    assert.match(warningsOf({ [key]: 'true' }).join(), /^state\.changelog\.enabled has no effect/)
  })

  it('asks for what a history server would show, and is told where that is', () => {
    assert.match(
      warningsOf({ 'jobmanager.archive.fs.dir': 'hdfs:///completed-jobs/' }).join(),
      /^jobmanager\.archive\.fs\.dir has no effect .+ no history server: .+cluster\.run-directory/,
    )
  })

  it('asks for barriers that overtake where nothing waits for them, or for a time to wait where all do, and is told why', () => {
    const enabled = 'execution.checkpointing.unaligned'
    const timeout = 'execution.checkpointing.alignment-timeout'
    const atLeastOnce = { 'execution.checkpointing.mode': 'AT_LEAST_ONCE' }
    assert.deepEqual(warningsOf({ [enabled]: 'true', [timeout]: '30 s' }), [])
    assert.deepEqual(warningsOf({ [enabled]: 'false', [timeout]: '0 s', ...atLeastOnce }), [])
    const [inVain = '', ...others] = warningsOf({ [enabled]: 'true', [timeout]: '30 s', ...atLeastOnce })
    assert.match(
      inVain,
      /^execution\.checkpointing\.unaligned has no effect \(.+\)\. In .+ AT_LEAST_ONCE no channel waits/,
    )
    assert.deepEqual(others, [])
    assert.match(
      warningsOf({ [timeout]: '30 s' }).join(),
      /^execution\.checkpointing\.alignment-timeout has no effect \(.+\)\. Checkpoints stay aligned as long as .+unaligned\.enabled/,
    )
  })

  it('asks for timers that barriers overtake, which functions and windows do not have in Flink either', () => {
    const key = 'execution.checkpointing.unaligned.interruptible-timers.enabled'
    assert.deepEqual(warningsOf({ [key]: 'false' }), [])
    assert.match(
      warningsOf({ [key]: 'true' }).join(),
      /^execution\..+\.enabled has no effect .+ As in Flink, timers of functions/,
    )
  })

  it('asks for local recovery where nothing is kept, and is told why', () => {
    const recovery = { 'state.backend': 'rocksdb', 'state.backend.incremental': 'true' }
    const warningOf = (map: Record<string, string>): string =>
      warningsOf({ ...recovery, 'state.backend.local-recovery': 'true', ...map }).join()
    const begin = 'state.backend.local-recovery has no effect (set in flink-conf.yaml:7). '
    assert.equal(warningOf({}), '')
    assert.equal(warningOf({ 'state.backend': 'hashmap', 'state.backend.local-recovery': 'false' }), '')
    assert.ok(
      warningOf({ 'state.backend': 'hashmap' }).startsWith(`${begin}State on the heap is read from the checkpoint`),
    )
    assert.ok(warningOf({ 'state.backend.rocksdb.driver': 'lmdb' }).startsWith(`${begin}The driver lmdb`))
    assert.ok(
      warningOf({ 'state.backend.incremental': 'false' }).startsWith(`${begin}What is kept are the files of incr`),
    )
  })

  it('asks for files where checkpoints are held in memory, and is told why, where checkpoints are taken', () => {
    const interval = { 'execution.checkpointing.interval': '1 s' }
    const directory = { 'state.checkpoints.dir': '/checkpoints' }
    const retained = { 'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION' }
    const begin = (key: string): string => `${key} has no effect (set in flink-conf.yaml:7). `
    for (const [map, key, reason] of [
      [{ 'state.backend': 'jobmanager', ...directory }, 'state.checkpoints.dir', 'The state backend jobmanager'],
      [{ ...interval, 'state.backend': 'filesystem' }, 'state.backend', 'Checkpoints are held in memory as long'],
      [{ ...interval, ...retained }, Object.keys(retained)[0] ?? '', 'Checkpoints are held in memory and end with'],
    ] as const) {
      const [warning = '', ...others] = warningsOf(map)
      assert.ok(warning.startsWith(begin(key) + reason), warning)
      assert.deepEqual(others, [])
    }
    for (const map of [
      { 'state.backend': 'filesystem' },
      {
        ...interval,
        ...directory,
        ...retained,
        'state.backend': 'filesystem',
        'state.checkpoint-storage': 'filesystem',
      },
      { ...interval, ...directory, 'state.backend': 'jobmanager', 'state.checkpoint-storage': 'filesystem' },
      { ...interval, ...directory, 'state.checkpoint-storage': 'jobmanager' },
      retained,
    ]) {
      assert.deepEqual(warningsOf(map), [], JSON.stringify(map))
    }
  })

  it('asks for a metric that the store does not tell, and is told which was likely meant', () => {
    const metric = 'state.backend.rocksdb.metrics.'
    const rocksdb = { 'state.backend': 'rocksdb' }
    for (const [name, value, reason] of [
      ['estimate-num-key', 'true', 'Did you mean estimate-num-keys?'],
      ['block-cache-hit', 'true', 'The driver does not tell it.'],
      ['estimate-num-keys', 'yes', 'It takes true or false, and no yes.'],
    ] as const) {
      const asked = { [metric + name]: value, [`${metric}num-snapshots`]: 'TRUE', [`${metric}nothing`]: 'false' }
      const told = `${metric}${name} has no effect (set in flink-conf.yaml:7). ${reason}`
      assert.deepEqual(warningsOf({ ...rocksdb, ...asked }), [told])
      assert.deepEqual(warningsOf(asked), [])
    }
    const lmdb = { ...rocksdb, 'state.backend.rocksdb.driver': 'lmdb', [`${metric}num-snapshots`]: 'true' }
    assert.match(
      warningsOf(lmdb).join(),
      /num-snapshots has no effect .* The driver lmdb tells nothing of its store\.$/,
    )
  })

  it('that sets a store of RocksDB up is told once that the memory does it, unless it is what happens anyway', () => {
    const [warning = '', ...others] = warningsOf({
      'state.backend.rocksdb.writebuffer.size': '64 mb',
      'state.backend.rocksdb.predefined-options': 'default',
      'state.backend.rocksdb.timer-service.factory': 'ROCKSDB',
      'state.backend.rocksdb.localdir': '/tmp',
    })
    assert.match(
      warning,
      /^state\.backend\.rocksdb\.writebuffer\.size has no effect .* taskmanager\.memory\.managed\.size/,
    )
    assert.deepEqual(others, [])
    const heap = warningsOf({ 'state.backend.rocksdb.timer-service.factory': 'HEAP' })
    assert.match(heap.join(), /Timers lie in the store, with the rest of keyed state, and their order in memory\.$/)
  })

  it('is not warned of where nobody sets it', () => {
    assert.deepEqual(warningsOf({}), [])
  })

  it('is called so in conf/README.md', () => {
    const rows = renderOptionsDocumentation().split('\n')
    const idle = rows.filter((row) => row.includes(' Without effect. ')).map((row) => row.split('`')[1])
    assert.deepEqual(
      idle,
      OPTIONS_WITHOUT_EFFECT.map(({ option }) => option.key),
    )
  })
})
