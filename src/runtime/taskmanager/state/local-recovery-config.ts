// Duty: where a subtask keeps its part of checkpoints on its own disk, and whether it goes on from that. A backend that has
// nothing to keep takes no notice of it.
// Thread: the task worker.
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { TaskLocalStatePlace } from '../../../storage/task-local-state.js'

export interface LocalRecoveryConfig {
  readonly subtask: Omit<TaskLocalStatePlace, 'checkpointId'>
  /** The first that is on the disk of what is kept. */
  readonly roots: readonly string[]
  readonly isRecoveredFrom: boolean
  readonly fileSystems: FileSystems
  readonly logger: Logger
}
