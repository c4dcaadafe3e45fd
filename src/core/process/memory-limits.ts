import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'

export interface MemoryLimits {
  /** Of the machine, or of the container where that has less. */
  readonly machineBytes: number
  /** Of the heap of this thread. */
  readonly heapBytes: number
}

export function memoryLimits(): MemoryLimits {
  const machineBytes = totalmem()
  // 0, or more than there is, where nothing is limited.
  const constrainedBytes = process.constrainedMemory()
  const isConstrained = constrainedBytes > 0 && constrainedBytes < machineBytes
  return {
    machineBytes: isConstrained ? constrainedBytes : machineBytes,
    heapBytes: getHeapStatistics().heap_size_limit,
  }
}
