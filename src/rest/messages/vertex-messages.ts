/**
 * Wire types about the vertices of a job, their subtasks and attempts, as Flink's REST API names them. Times are epoch ms, -1 where
 * unset; durations are ms, -1 of what has not begun.
 */

/** What went through subtasks, summed; `…-complete`: of all of them it is known. */
export interface IOMetricsInfo {
  readonly 'read-bytes': number
  readonly 'read-bytes-complete': boolean
  readonly 'write-bytes': number
  readonly 'write-bytes-complete': boolean
  readonly 'read-records': number
  readonly 'read-records-complete': boolean
  readonly 'write-records': number
  readonly 'write-records-complete': boolean
  readonly 'accumulated-backpressured-time': number
  readonly 'accumulated-idle-time': number
  readonly 'accumulated-busy-time': number
}

/** `GET …/subtasks/:subtaskindex` and `…/attempts/:attempt` */
export interface SubtaskExecutionAttemptDetailsInfo {
  readonly subtask: number
  readonly status: string
  readonly attempt: number
  /** `(unassigned)` before it has a place, as the next one and the id of its task manager. */
  readonly host: string
  readonly endpoint: string
  readonly 'start-time': number
  readonly 'end-time': number
  readonly duration: number
  readonly metrics: IOMetricsInfo
  readonly 'taskmanager-id': string
  /** By state, of those that every attempt goes through. */
  readonly 'status-duration': Readonly<Record<string, number>>
  /** The same as `start-time`: Flink writes both. */
  readonly start_time: number
}

/** Whole numbers. */
export interface MetricStatistics {
  readonly min: number
  readonly max: number
  readonly avg: number
  readonly sum: number
  readonly median: number
  readonly p25: number
  readonly p75: number
  readonly p95: number
}

export interface AggregatedTaskDetailsInfo {
  readonly metrics: Readonly<Record<string, MetricStatistics>>
  readonly 'status-duration': Readonly<Record<string, MetricStatistics>>
}

/** `GET /jobs/:jobid/vertices/:vertexid` */
export interface JobVertexDetailsInfo {
  readonly id: string
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number
  readonly now: number
  readonly subtasks: readonly SubtaskExecutionAttemptDetailsInfo[]
  readonly aggregated: AggregatedTaskDetailsInfo
}

/** `GET …/subtasktimes` */
export interface SubtasksTimesInfo {
  readonly id: string
  readonly name: string
  readonly now: number
  readonly subtasks: readonly {
    readonly subtask: number
    readonly host: string
    readonly endpoint: string
    readonly duration: number
    /** By state; 0: it was not in it. */
    readonly timestamps: Readonly<Record<string, number>>
  }[]
}

/** `GET …/taskmanagers` */
export interface JobVertexTaskManagersInfo {
  readonly id: string
  readonly name: string
  readonly now: number
  readonly taskmanagers: readonly {
    readonly host: string
    readonly endpoint: string
    readonly status: string
    readonly 'start-time': number
    readonly 'end-time': number
    readonly duration: number
    readonly metrics: IOMetricsInfo
    readonly 'status-counts': Readonly<Record<string, number>>
    readonly 'taskmanager-id': string
    readonly aggregated: AggregatedTaskDetailsInfo
  }[]
}

export interface UserAccumulator {
  readonly name: string
  readonly type: string
  readonly value: string
}

/** `GET …/accumulators` */
export interface JobVertexAccumulatorsInfo {
  readonly id: string
  readonly 'user-accumulators': readonly UserAccumulator[]
}

/** `GET …/subtasks/accumulators` */
export interface SubtasksAllAccumulatorsInfo {
  readonly id: string
  readonly parallelism: number
  readonly subtasks: readonly {
    readonly subtask: number
    readonly attempt: number
    readonly host: string
    readonly endpoint: string
    readonly 'user-accumulators': readonly UserAccumulator[]
  }[]
}

/** `GET …/attempts/:attempt/accumulators` */
export interface SubtaskExecutionAttemptAccumulatorsInfo {
  readonly subtask: number
  readonly attempt: number
  /** Of the execution. */
  readonly id: string
  readonly 'user-accumulators': readonly UserAccumulator[]
}

/** `GET …/resource-requirements`, by vertex id. */
export type JobResourceRequirements = Readonly<
  Record<string, { readonly parallelism: { readonly lowerBound: number; readonly upperBound: number } }>
>
