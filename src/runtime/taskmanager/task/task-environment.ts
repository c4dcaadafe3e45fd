// Duty: what a task gets from the worker it lives in: clock, files and all else from outside.
// Invariants: one a worker, shared by its tasks.
// Thread: the task worker.
import type { Configuration } from '../../../core/config/configuration.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { TextOutput } from '../../../core/io/text-output.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { Random } from '../../../core/random/random.js'
import type { Clock } from '../../../core/time/clock.js'
import type { LocalStateDirectories } from '../../protocol/master-to-worker.js'
import type { WorkerToMaster } from '../../protocol/worker-to-master.js'
import type { StateBackend } from '../state/state-backend.js'

export interface TaskEnvironment {
  readonly configuration: Configuration
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly fileSystems: FileSystems
  /** Undefined for the one that a job's configuration names. */
  readonly stateBackend?: StateBackend | undefined
  /** Of the attempt; undefined where nothing is kept of checkpoints beside the tasks. */
  readonly localState?: LocalStateDirectories | undefined
  readonly standardOutput: TextOutput
  readonly standardError: TextOutput
  readonly send: (message: WorkerToMaster) => void
  /** Makes the worker's loop step its tasks soon. */
  readonly wake: () => void
}
