import { CheckpointingOptions } from '../../core/config/checkpointing-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { StateBackendOptions } from '../../core/config/state-backend-options.js'

/** Where working state and snapshots live; writes itself into the configuration of a job. */
export interface StateBackend {
  applyTo(configuration: Configuration): void
}

/**
 * State on the heap, checkpoints in the memory of the JobManager: for tests and jobs with little state.
 * `maxStateSize` in bytes, 5 MB by default, bounds the state of one operator subtask.
 */
export class MemoryStateBackend implements StateBackend {
  readonly #maxStateSizeBytes: number | undefined

  constructor(maxStateSize?: number, _asynchronousSnapshots?: boolean) {
    this.#maxStateSizeBytes = maxStateSize
  }

  applyTo(configuration: Configuration): void {
    configuration.set(StateBackendOptions.STATE_BACKEND, 'jobmanager')
    configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, 'jobmanager')
    if (this.#maxStateSizeBytes === undefined) return
    configuration.set(CheckpointingOptions.MAX_MEMORY_STATE_SIZE, this.#maxStateSizeBytes)
  }
}

/**
 * State on the heap, checkpoints in files below `uri`.
 *
 * @example
 * ```ts
 * import { FsStateBackend, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.setStateBackend(new FsStateBackend('file:///tmp/flink/checkpoints'))
 * ```
 */
export class FsStateBackend implements StateBackend {
  readonly #uri: string

  constructor(uri: string, _asynchronousSnapshots?: boolean) {
    this.#uri = uri
  }

  applyTo(configuration: Configuration): void {
    configuration.set(StateBackendOptions.STATE_BACKEND, 'filesystem')
    configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, 'filesystem')
    configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, this.#uri)
  }
}

/** State on the heap; where checkpoints go is set apart from it. */
export class HashMapStateBackend implements StateBackend {
  applyTo(configuration: Configuration): void {
    configuration.set(StateBackendOptions.STATE_BACKEND, 'hashmap')
  }
}
