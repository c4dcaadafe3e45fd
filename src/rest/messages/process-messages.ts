/** Wire types about the processes of a cluster, as Flink's REST API names them. Sizes are bytes, unless they say MiB. */

/** One row of `GET /jobmanager/config`. */
export interface ConfigurationEntry {
  readonly key: string
  readonly value: string
}

/** `GET /jobmanager/environment`; the machine that runs everything is Node here. */
export interface EnvironmentInfo {
  readonly jvm: { readonly version: string; readonly arch: string; readonly options: readonly string[] }
  readonly classpath: readonly string[]
}

export interface LogInfo {
  readonly name: string
  readonly size: number
  /** Epoch ms. */
  readonly mtime: number
}

/** `GET .../thread-dump` */
export interface ThreadDumpInfo {
  readonly threadInfos: readonly { readonly threadName: string; readonly stringifiedThreadInfo: string }[]
}

/** Of one slot or of all of a task manager; memory in MiB. */
export interface ResourceProfileInfo {
  readonly cpuCores: number
  readonly taskHeapMemory: number
  readonly taskOffHeapMemory: number
  readonly managedMemory: number
  readonly networkMemory: number
  readonly extendedResources: Readonly<Record<string, number>>
}

/** What a task manager was given; null: nothing was set aside, or nobody knows. */
export interface TaskExecutorMemoryConfiguration {
  readonly frameworkHeap: number | null
  readonly taskHeap: number | null
  readonly frameworkOffHeap: number | null
  readonly taskOffHeap: number | null
  readonly networkMemory: number | null
  readonly managedMemory: number | null
  readonly jvmMetaspace: number | null
  readonly jvmOverhead: number | null
  readonly totalFlinkMemory: number | null
  readonly totalProcessMemory: number | null
}

/** One row of `GET /taskmanagers`. */
export interface TaskManagerInfo {
  readonly id: string
  readonly path: string
  /** 0: tasks of a process exchange their records in memory. */
  readonly dataPort: number
  readonly jmxPort: number
  /** Epoch ms of the last sign of life, despite its name. */
  readonly timeSinceLastHeartbeat: number
  readonly slotsNumber: number
  readonly freeSlots: number
  readonly totalResource: ResourceProfileInfo
  readonly freeResource: ResourceProfileInfo
  readonly hardware: {
    readonly cpuCores: number
    readonly physicalMemory: number
    readonly freeMemory: number
    readonly managedMemory: number
  }
  readonly memoryConfiguration: TaskExecutorMemoryConfiguration
}

/** Memory of a task manager and its garbage collections; -1 where there is no limit or nobody counts. */
export interface TaskManagerMetricsInfo {
  readonly heapUsed: number
  readonly heapCommitted: number
  readonly heapMax: number
  readonly nonHeapUsed: number
  readonly nonHeapCommitted: number
  readonly nonHeapMax: number
  readonly directCount: number
  readonly directUsed: number
  readonly directMax: number
  readonly mappedCount: number
  readonly mappedUsed: number
  readonly mappedMax: number
  readonly memorySegmentsAvailable: number
  readonly memorySegmentsTotal: number
  readonly nettyShuffleMemorySegmentsAvailable: number
  readonly nettyShuffleMemorySegmentsUsed: number
  readonly nettyShuffleMemorySegmentsTotal: number
  readonly nettyShuffleMemoryAvailable: number
  readonly nettyShuffleMemoryUsed: number
  readonly nettyShuffleMemoryTotal: number
  readonly garbageCollectors: readonly { readonly name: string; readonly count: number; readonly time: number }[]
}

/** `GET /taskmanagers/:taskmanagerid` */
export interface TaskManagerDetailsInfo extends TaskManagerInfo {
  readonly metrics: TaskManagerMetricsInfo
  readonly allocatedSlots: readonly { readonly jobId: string; readonly resource: ResourceProfileInfo }[]
}
