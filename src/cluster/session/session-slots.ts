import { availableParallelism } from 'node:os'
import type { Configuration } from '../../core/config/configuration.js'
import { TaskManagerOptions } from '../../core/config/task-manager-options.js'

/** Several slots share a thread where there are many: what they cost is memory, and not much of it. */
const SLOTS_A_CORE = 16
const LEAST = 32

/** How many slots the jobs of a session have together. */
export function slotsIn(configuration: Configuration): number {
  return configuration.get(TaskManagerOptions.NUM_TASK_SLOTS) ?? Math.max(LEAST, SLOTS_A_CORE * availableParallelism())
}
