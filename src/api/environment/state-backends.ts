import type { Configuration } from '../../core/config/configuration.js'
import { StateBackendOptions } from '../../core/config/state-backend-options.js'
import {
  FileSystemCheckpointStorage,
  JobManagerCheckpointStorage,
  type CheckpointStorage,
} from './checkpoint-storages.js'

/**
 * Where working state lives; writes itself into the configuration of a job.
 *
 * @example
 * ```ts
 * import { FsStateBackend, MemoryStateBackend, type StateBackend } from 'flink-ts'
 *
 * const backendFor = (uri: string | null): StateBackend =>
 *   uri === null ? new MemoryStateBackend() : new FsStateBackend(uri)
 * ```
 */
export interface StateBackend {
  applyTo(configuration: Configuration): void
}

/**
 * State on the heap, checkpoints in the memory of the JobManager: for tests and jobs with little state.
 * `maxStateSize` in bytes, 5 MB by default, bounds the state of one operator subtask. Snapshots are always asynchronous.
 *
 * @example
 * ```ts
 * import { MemoryStateBackend, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.setStateBackend(new MemoryStateBackend())
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/state_backends/
 */
export class MemoryStateBackend implements StateBackend {
  readonly #storage: CheckpointStorage

  constructor(maxStateSize?: number, _asynchronousSnapshots?: boolean) {
    this.#storage = new JobManagerCheckpointStorage(maxStateSize)
  }

  applyTo(configuration: Configuration): void {
    configuration.set(StateBackendOptions.STATE_BACKEND, 'jobmanager')
    this.#storage.applyTo(configuration)
  }
}

/**
 * State on the heap, checkpoints in files below `uri` (a path or `file:` URI). Snapshots are always asynchronous.
 * A job that names them so goes on by itself at the next start.
 *
 * @example
 * ```ts
 * import { FsStateBackend, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.setStateBackend(new FsStateBackend('file:///tmp/flink/checkpoints'))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/state_backends/
 */
export class FsStateBackend implements StateBackend {
  readonly #storage: CheckpointStorage

  constructor(uri: string, _asynchronousSnapshots?: boolean) {
    this.#storage = new FileSystemCheckpointStorage(uri)
  }

  applyTo(configuration: Configuration): void {
    configuration.set(StateBackendOptions.STATE_BACKEND, 'filesystem')
    this.#storage.applyTo(configuration)
  }
}

/**
 * State on the heap; where checkpoints go is set apart from it, with `getCheckpointConfig().setCheckpointStorage`.
 *
 * @example
 * ```ts
 * import { HashMapStateBackend, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.setStateBackend(new HashMapStateBackend())
 * env.getCheckpointConfig().setCheckpointStorage('file:///tmp/flink/checkpoints')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/state_backends/#the-hashmapstatebackend
 */
export class HashMapStateBackend implements StateBackend {
  applyTo(configuration: Configuration): void {
    configuration.set(StateBackendOptions.STATE_BACKEND, 'hashmap')
  }
}
