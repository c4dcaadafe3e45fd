import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkpointConfigInfoOf } from '../../../src/cluster/checkpoint-config-info-of.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import type { CheckpointConfigInfo } from '../../../src/rest/messages/checkpoint-messages.js'
import { sampleGraph } from '../runtime/jobmanager/sample-graphs.js'

function told(configuration: Readonly<Record<string, string>>): CheckpointConfigInfo {
  const graph = sampleGraph([{ id: 'source' }, { id: 'map' }], [['source', 'map', 'hash']])
  return checkpointConfigInfoOf(Configuration.fromMap(configuration), graph)
}

const DEFAULTS: CheckpointConfigInfo = {
  mode: 'exactly_once',
  interval: 2 ** 63,
  timeout: 600_000,
  min_pause: 0,
  max_concurrent: 1,
  externalization: { enabled: false, delete_on_cancellation: true },
  state_backend: 'HashMapStateBackend',
  checkpoint_storage: 'JobManagerCheckpointStorage',
  unaligned_checkpoints: false,
  tolerable_failed_checkpoints: 0,
  aligned_checkpoint_timeout: 0,
  checkpoints_after_tasks_finish: true,
  state_changelog_enabled: false,
  changelog_periodic_materialization_interval: 600_000,
  changelog_storage: null,
  incremental_checkpoints: false,
}

describe('What REST tells of the checkpoints that a job is to take', () => {
  it('is what holds by default, with the interval of Flink for none', () => {
    assert.deepEqual(told({}), DEFAULTS)
  })

  it('is what the configuration says', () => {
    const configuration = {
      'execution.checkpointing.interval': '5 s',
      'execution.checkpointing.timeout': '1 min',
      'execution.checkpointing.min-pause': '2 s',
      'execution.checkpointing.tolerable-failed-checkpoints': '4',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      'execution.checkpointing.dir': 'file:///cp',
      'execution.checkpointing.incremental': 'true',
      'execution.checkpointing.unaligned.enabled': 'true',
      'execution.checkpointing.aligned-checkpoint-timeout': '3 s',
      'execution.checkpointing.checkpoints-after-tasks-finish.enabled': 'false',
      'state.backend.type': 'rocksdb',
    }
    assert.deepEqual(told(configuration), {
      ...DEFAULTS,
      interval: 5000,
      timeout: 60_000,
      min_pause: 2000,
      tolerable_failed_checkpoints: 4,
      externalization: { enabled: true, delete_on_cancellation: false },
      checkpoint_storage: 'FileSystemCheckpointStorage',
      incremental_checkpoints: true,
      unaligned_checkpoints: true,
      aligned_checkpoint_timeout: 3000,
      checkpoints_after_tasks_finish: false,
      state_backend: 'EmbeddedRocksDBStateBackend',
    })
    const atLeastOnce = {
      'execution.checkpointing.mode': 'AT_LEAST_ONCE',
      'execution.checkpointing.max-concurrent-checkpoints': '3',
    }
    assert.deepEqual([told(atLeastOnce).mode, told(atLeastOnce).max_concurrent], ['at_least_once', 3])
  })

  it('says that they are kept when the job fails where it goes on from its latest one', () => {
    const { externalization } = told({ 'execution.state-recovery.from-latest': 'true' })
    assert.deepEqual(externalization, { enabled: true, delete_on_cancellation: true })
  })
})
