import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALL_OPTIONS } from '../../../../src/core/config/all-options.js'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { warningsOfKeys } from '../../../../src/core/config/key-warnings.js'

function warningsOf(...keys: readonly string[]): string[] {
  const configuration = new Configuration()
  for (const key of keys) configuration.setString(key, '1', `-D${key}`)
  return warningsOfKeys(configuration)
}

describe('A key that nothing reads', () => {
  for (const [key, meant] of [
    ['paralelism.default', 'parallelism.default'],
    ['parallelism.defualt', 'parallelism.default'],
    ['parallelism-default', 'parallelism.default'],
    ['Parallelism.Default', 'parallelism.default'],
    ['parallelismdefaul', 'parallelism.default'],
    ['taskmanager.number-of-task-slots', 'taskmanager.numberOfTaskSlots'],
    ['cluster.run-directry', 'cluster.run-directory'],
    ['execution.checkpointing.intervall', 'execution.checkpointing.interval'],
    ['state.checkpoint.dir', 'state.checkpoints.dir'],
    ['restart_strategy.type', 'restart-strategy.type'],
    ['restart-strategy.fixed-delay.attempt', 'restart-strategy.fixed-delay.attempts'],
    ['high-availability.tpye', 'high-availability.type'],
  ] as const) {
    it(`is told with the one that was meant: ${key}`, () => {
      assert.deepEqual(warningsOf(key), [`${key} is read by nothing (set in -D${key}). Did you mean ${meant}?`])
    })
  }

  it('lies below an option of one value, as a mapping in its place does', () => {
    const [key, where] = ['parallelism.default.a', '-Dparallelism.default.a']
    assert.deepEqual(warningsOf(key), [
      `${key} is read by nothing (set in ${where}). parallelism.default takes one value, and no mapping.`,
    ])
  })

  it("is left alone where it is another one of Flink's, or the program's own", () => {
    const others =
      'rest.bind-port rest.path rest.bind-address taskmanager.memory.network.min taskmanager.memory.task.off-heap.size ' +
      'execution.checkpointing.unaligned.max-subtasks-per-channel-state-file state.backend.rocksdb.localdir state.backend.async jobmanager.rpc.port ' +
      'restart-strategy.failure-rate.failure-rate-interval execution.attached env.log.max env.pid.dir heartbeat.timeout ' +
      'web.timeout rest.retry.delay task.cancellation.interval pipeline.jars metrics.scope.jm metrics.scope.tm ' +
      'high-availability.storageDir high-availability.cluster-id client.heartbeat.timeout input words.path'
    assert.deepEqual(warningsOf(...others.split(' ')), [])
  })

  it('is none where an option has that name, an old one or an item of a map included', () => {
    const keys = ALL_OPTIONS.flatMap(({ key, type, deprecatedKeys, fallbackKeys }) => {
      return [key, ...deprecatedKeys, ...fallbackKeys].map((name) => (type === 'map' ? `${name}.item` : name))
    })
    assert.deepEqual(warningsOf(...keys), [])
  })

  it('is not told of again', () => {
    const configuration = new Configuration().setString('paralelism.default', '1').setString('parallelism.defalt', '2')
    const told = warningsOfKeys(configuration, (key) => key !== 'paralelism.default')
    assert.deepEqual(told, [
      'parallelism.defalt is read by nothing (set in the program). Did you mean parallelism.default?',
    ])
  })
})

describe('A key of a driver for S3', () => {
  it('that nothing reads is told, for the driver of Hadoop has many that are not here', () => {
    for (const key of ['s3.committer.name', 'fs.s3a.fast.upload.buffer', 'presto.s3.sse.enabled']) {
      assert.match(
        warningsOf(key).join(),
        /is read by nothing \(set in .*\)\. Of the options of s3:\/\/ conf\/README\.md/,
        key,
      )
    }
    assert.deepEqual(warningsOf('s3.proxy.host', 'fs.s3a.proxy.host', 's3-like.key'), [])
  })
})

describe('An old name of an option', () => {
  const file = 'flink-conf.yaml:3'
  it('that is set beside the newer one does not count, which is told', () => {
    const configuration = new Configuration()
      .setString('execution.checkpointing.dir', '/a', file)
      .setString('state.checkpoints.dir', '/b', '-D')
    assert.deepEqual(warningsOfKeys(configuration), [
      `state.checkpoints.dir does not count (set in -D): execution.checkpointing.dir is a newer name of the same option (set in ${file}).`,
    ])
  })

  it('needs no word where both say the same, or it stands alone', () => {
    assert.deepEqual(warningsOf('execution.checkpointing.dir', 'state.checkpoints.dir', 'state.savepoints.dir'), [])
  })
})
