// Duty: the memory of a worker for state on the disk, from its configuration and from what there is.
// Invariants: pure. Half of it is for the driver and half for objects, of which a record that finds its value among them pays
// no decoding; but objects never get more than a quarter of the heap, because their size is an estimate and the heap has to
// bear what functions make as well.
// Thread: the task worker.
import type { Configuration } from '../../../../core/config/configuration.js'
import { managedMemoryOf } from '../../../../core/config/managed-memory.js'
import { RocksDBOptions } from '../../../../core/config/rocksdb-options.js'
import type { MemoryLimits } from '../../../../core/process/memory-limits.js'
import { StateMemory } from './state-memory.js'

const OBJECTS_RATIO = 0.5
const HEAP_DIVISOR = 4

export function memoryOfWorker(configuration: Configuration, slots: number, limits: MemoryLimits): StateMemory {
  const fixedPerSlot = configuration.getOptional(RocksDBOptions.FIX_PER_SLOT_MEMORY_SIZE)
  const isShared = fixedPerSlot !== undefined || configuration.get(RocksDBOptions.USE_MANAGED_MEMORY)
  const bytes = fixedPerSlot === undefined ? managedMemoryOf(configuration, limits) : fixedPerSlot * slots
  const objectBytes = Math.min(bytes * OBJECTS_RATIO, limits.heapBytes / HEAP_DIVISOR)
  const writeBufferRatio = configuration.get(RocksDBOptions.WRITE_BUFFER_RATIO)
  return new StateMemory({ driverBytes: bytes - objectBytes, objectBytes, writeBufferRatio }, isShared)
}
