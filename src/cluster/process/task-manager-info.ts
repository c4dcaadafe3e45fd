import { availableParallelism } from 'node:os'
import { managedMemoryOf } from '../../core/config/managed-memory.js'
import { StateBackendOptions } from '../../core/config/state-backend-options.js'
import { TaskManagerOptions } from '../../core/config/task-manager-options.js'
import { taskManagerIdOf, type TaskManagerPlace } from '../../core/ids/task-manager-id.js'
import { memoryLimits } from '../../core/process/memory-limits.js'
import type {
  ResourceProfileInfo,
  TaskManagerDetailsInfo,
  TaskManagerInfo,
  TaskManagerMetricsInfo,
} from '../../rest/messages/process-messages.js'
import type { JobDetails } from '../../runtime/jobmanager/jobmaster/job-details.js'
import { slotCountOf } from '../../runtime/jobmanager/scheduler/slot-assignment.js'
import type { HostedJob } from '../job-process-gateway.js'

const BYTES_OF_MB = 1024 * 1024
const COLLECTOR = /^Status\.JVM\.GarbageCollector\.(.+)\.Count$/

/** The memory of a job's workers, by what its configuration says of them. */
interface WorkerMemory {
  readonly heap: number
  readonly managed: number
  readonly network: number
}

/** The process of a running job as its task manager: all its slots are the job's. */
export function taskManagerInfoOf(job: HostedJob, place: TaskManagerPlace, now: number): TaskManagerInfo {
  const { jobId, name } = job.master.details()
  const { machineBytes, heapBytes } = memoryLimits()
  const slots = slotCountOf(job.jobGraph)
  const memory = memoryOf(job)
  return {
    id: taskManagerIdOf(place, jobId),
    path: `process ${String(place.pid)} of job ${name}`,
    dataPort: 0,
    jmxPort: -1,
    timeSinceLastHeartbeat: now,
    slotsNumber: slots,
    freeSlots: 0,
    totalResource: resource(slots, memory),
    freeResource: resource(0, { heap: 0, managed: 0, network: 0 }),
    hardware: {
      cpuCores: availableParallelism(),
      physicalMemory: machineBytes,
      freeMemory: Math.min(heapBytes + memory.heap, machineBytes),
      managedMemory: memory.managed,
    },
    memoryConfiguration: {
      frameworkHeap: heapBytes,
      taskHeap: memory.heap,
      frameworkOffHeap: null,
      taskOffHeap: null,
      networkMemory: memory.network,
      managedMemory: memory.managed,
      jvmMetaspace: null,
      jvmOverhead: null,
      totalFlinkMemory: heapBytes + memory.heap + memory.managed + memory.network,
      totalProcessMemory: null,
    },
  }
}

export function taskManagerDetailsOf(
  info: TaskManagerInfo,
  jobId: string,
  metrics: Readonly<Record<string, number>>,
): TaskManagerDetailsInfo {
  const { slotsNumber, totalResource } = info
  const slot = shareOf(totalResource, slotsNumber)
  const allocatedSlots = Array.from({ length: slotsNumber }, () => ({ jobId, resource: slot }))
  return { ...info, metrics: metricsInfoOf(metrics), allocatedSlots }
}

/** Memory that a task manager was given, as metrics. */
export function memoryMetricsOf(job: HostedJob): Record<string, number> {
  const { heap, managed, network } = memoryOf(job)
  const { heapBytes, machineBytes } = memoryLimits()
  return {
    // The main thread and the workers.
    'Status.JVM.Memory.Heap.Max': Math.min(heapBytes + heap, machineBytes),
    // The driver of state on the disk has it from the beginning on.
    'Status.Flink.Memory.Managed.Used': managed,
    'Status.Flink.Memory.Managed.Total': managed,
    'Status.Shuffle.Netty.TotalMemory': network,
  }
}

function memoryOf({ master, configuration }: HostedJob): WorkerMemory {
  const workers = workersOf(master.details())
  const limits = memoryLimits()
  const isOnDisk = configuration.get(StateBackendOptions.STATE_BACKEND) === 'rocksdb'
  const heap = configuration.get(TaskManagerOptions.TASK_HEAP_MEMORY) ?? limits.heapBytes
  return {
    heap: Math.min(heap * workers, limits.machineBytes),
    managed: isOnDisk ? Math.floor(managedMemoryOf(configuration, limits) * workers) : 0,
    network: configuration.get(TaskManagerOptions.NETWORK_MEMORY_MAX),
  }
}

function workersOf({ vertices }: JobDetails): number {
  return new Set(vertices.flatMap(({ subtasks }) => subtasks.map(({ worker }) => worker))).size
}

/** A slot counts as a core, as in Flink where nothing else is set. */
function resource(slots: number, { heap, managed, network }: WorkerMemory): ResourceProfileInfo {
  return {
    cpuCores: slots,
    taskHeapMemory: toMb(heap),
    taskOffHeapMemory: 0,
    managedMemory: toMb(managed),
    networkMemory: toMb(network),
    extendedResources: {},
  }
}

function shareOf(all: ResourceProfileInfo, slots: number): ResourceProfileInfo {
  return {
    ...all,
    cpuCores: 1,
    taskHeapMemory: Math.floor(all.taskHeapMemory / slots),
    managedMemory: Math.floor(all.managedMemory / slots),
    networkMemory: Math.floor(all.networkMemory / slots),
  }
}

function toMb(bytes: number): number {
  return Math.floor(bytes / BYTES_OF_MB)
}

/** What the list of metrics has not is 0 there, as in Flink. */
function metricsInfoOf(metrics: Readonly<Record<string, number>>): TaskManagerMetricsInfo {
  const memory = (name: string): number => metrics[`Status.JVM.Memory.${name}`] ?? 0
  const network = (name: string): number => metrics[`Status.Shuffle.Netty.${name}`] ?? 0
  const collectors = Object.keys(metrics).flatMap((name) => COLLECTOR.exec(name)?.[1] ?? [])
  return {
    heapUsed: memory('Heap.Used'),
    heapCommitted: memory('Heap.Committed'),
    heapMax: memory('Heap.Max'),
    nonHeapUsed: memory('NonHeap.Used'),
    nonHeapCommitted: memory('NonHeap.Committed'),
    nonHeapMax: memory('NonHeap.Max'),
    directCount: memory('Direct.Count'),
    directUsed: memory('Direct.MemoryUsed'),
    directMax: memory('Direct.TotalCapacity'),
    mappedCount: memory('Mapped.Count'),
    mappedUsed: memory('Mapped.MemoryUsed'),
    mappedMax: memory('Mapped.TotalCapacity'),
    memorySegmentsAvailable: network('AvailableMemorySegments'),
    memorySegmentsTotal: network('TotalMemorySegments'),
    nettyShuffleMemorySegmentsAvailable: network('AvailableMemorySegments'),
    nettyShuffleMemorySegmentsUsed: network('UsedMemorySegments'),
    nettyShuffleMemorySegmentsTotal: network('TotalMemorySegments'),
    nettyShuffleMemoryAvailable: network('AvailableMemory'),
    nettyShuffleMemoryUsed: network('UsedMemory'),
    nettyShuffleMemoryTotal: network('TotalMemory'),
    garbageCollectors: collectors.map((name) => ({
      name,
      count: metrics[`Status.JVM.GarbageCollector.${name}.Count`] ?? 0,
      time: metrics[`Status.JVM.GarbageCollector.${name}.Time`] ?? 0,
    })),
  }
}
