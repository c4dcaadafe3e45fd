// Duty: the memory of a worker for state on the disk, from its configuration and from what there is.
// Invariants: pure. Half of it is for the driver and half for objects, of which a record that finds its value among them pays
// no decoding; but objects never get more than a quarter of the heap, because their size is an estimate and the heap has to
// bear what functions make as well.
// Thread: the task worker.
import type { Configuration } from '../../../../core/config/configuration.js'
import { RocksDBOptions } from '../../../../core/config/rocksdb-options.js'
import { TaskManagerOptions } from '../../../../core/config/task-manager-options.js'
import type { MemoryLimits } from '../../../../core/process/memory-limits.js'
import { StateMemory } from './state-memory.js'

/** What Flink's shipped configuration leaves its TaskManager: 40 % of 1280 MB. */
const MOST_BY_DEFAULT = 512 * 1024 ** 2
/** Of the machine, for one worker: a job has about as many as the machine has cores, four at least. */
const MACHINE_DIVISOR = 16
const OBJECTS_RATIO = 0.5
const HEAP_DIVISOR = 4

export function memoryOfWorker(configuration: Configuration, slots: number, limits: MemoryLimits): StateMemory {
  const fixedPerSlot = configuration.getOptional(RocksDBOptions.FIX_PER_SLOT_MEMORY_SIZE)
  const isShared = fixedPerSlot !== undefined || configuration.get(RocksDBOptions.USE_MANAGED_MEMORY)
  const bytes = fixedPerSlot === undefined ? managedBytes(configuration, limits) : fixedPerSlot * slots
  const objectBytes = Math.min(bytes * OBJECTS_RATIO, limits.heapBytes / HEAP_DIVISOR)
  const writeBufferRatio = configuration.get(RocksDBOptions.WRITE_BUFFER_RATIO)
  return new StateMemory({ driverBytes: bytes - objectBytes, objectBytes, writeBufferRatio }, isShared)
}

function managedBytes(configuration: Configuration, { machineBytes }: MemoryLimits): number {
  const configured = configuration.getOptional(TaskManagerOptions.MANAGED_MEMORY_SIZE)
  return configured ?? Math.min(MOST_BY_DEFAULT, machineBytes / MACHINE_DIVISOR)
}
