import type { MemoryLimits } from '../process/memory-limits.js'
import type { Configuration } from './configuration.js'
import { TaskManagerOptions } from './task-manager-options.js'

/** What Flink's shipped configuration leaves its TaskManager: 40 % of 1280 MB. */
const MOST_BY_DEFAULT = 512 * 1024 ** 2
/** Of the machine, for one worker: a job has about as many as the machine has cores, four at least. */
const MACHINE_DIVISOR = 16

/** Bytes of one worker for state on the disk. */
export function managedMemoryOf(configuration: Configuration, { machineBytes }: MemoryLimits): number {
  const configured = configuration.getOptional(TaskManagerOptions.MANAGED_MEMORY_SIZE)
  return configured ?? Math.min(MOST_BY_DEFAULT, machineBytes / MACHINE_DIVISOR)
}
