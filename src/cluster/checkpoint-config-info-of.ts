import { CheckpointingOptions } from '../core/config/checkpointing-options.js'
import { checkpointsDirectory } from '../core/config/checkpoint-storage-choice.js'
import type { Configuration } from '../core/config/configuration.js'
import { StateBackendOptions } from '../core/config/state-backend-options.js'
import type { JobGraph } from '../graph/job-graph.js'
import type { CheckpointConfigInfo } from '../rest/messages/checkpoint-messages.js'
import { readCheckpointCoordinatorConfiguration } from '../runtime/jobmanager/checkpoint/checkpoint-coordinator-configuration.js'
import { retentionAt } from '../runtime/jobmanager/checkpoint/retained-checkpoints.js'

/** Java's largest long, as near as a number comes to it: what Flink's dashboard takes for no periodic checkpoints. */
const DISABLED_CHECKPOINT_INTERVAL = 2 ** 63
/** Flink's default of what does not exist here. */
const PERIODIC_MATERIALIZATION_INTERVAL_MS = 600_000

/** What a job's checkpoints are to be like, as the wire type of the REST API. Pure. */
export function checkpointConfigInfoOf(configuration: Configuration, jobGraph: JobGraph): CheckpointConfigInfo {
  const coordinator = readCheckpointCoordinatorConfiguration(configuration, jobGraph)
  const retention = retentionAt('FAILED', configuration)
  const isInFiles = checkpointsDirectory(configuration) !== undefined
  const isRocksDb = configuration.get(StateBackendOptions.STATE_BACKEND) === 'rocksdb'
  return {
    mode:
      configuration.get(CheckpointingOptions.CHECKPOINTING_MODE) === 'EXACTLY_ONCE' ? 'exactly_once' : 'at_least_once',
    interval: coordinator.intervalMs ?? DISABLED_CHECKPOINT_INTERVAL,
    timeout: coordinator.timeoutMs,
    min_pause: coordinator.minPauseMs,
    max_concurrent: configuration.get(CheckpointingOptions.MAX_CONCURRENT_CHECKPOINTS),
    externalization: {
      enabled: retention !== 'NO_EXTERNALIZED_CHECKPOINTS',
      delete_on_cancellation: retention !== 'RETAIN_ON_CANCELLATION',
    },
    state_backend: isRocksDb ? 'EmbeddedRocksDBStateBackend' : 'HashMapStateBackend',
    checkpoint_storage: isInFiles ? 'FileSystemCheckpointStorage' : 'JobManagerCheckpointStorage',
    unaligned_checkpoints: coordinator.unaligned !== undefined,
    tolerable_failed_checkpoints: coordinator.tolerableFailures,
    aligned_checkpoint_timeout: configuration.get(CheckpointingOptions.ALIGNED_CHECKPOINT_TIMEOUT),
    checkpoints_after_tasks_finish: coordinator.afterTasksFinish,
    state_changelog_enabled: false,
    changelog_periodic_materialization_interval: PERIODIC_MATERIALIZATION_INTERVAL_MS,
    changelog_storage: null,
    incremental_checkpoints: configuration.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS),
  }
}
