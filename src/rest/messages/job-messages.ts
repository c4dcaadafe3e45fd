import type { IOMetricsInfo } from './vertex-messages.js'
import type { AnsweringCheckpoint, QueryableStateMessage } from './state-messages.js'

/** Wire types about jobs, as Flink's REST API names them. Times are epoch ms, -1 where unset; durations are ms. */

export interface TaskCounts {
  readonly total: number
  readonly created: number
  readonly scheduled: number
  readonly deploying: number
  readonly running: number
  readonly finished: number
  readonly canceling: number
  readonly canceled: number
  readonly failed: number
  readonly reconciling: number
  readonly initializing: number
}

/** One row of `GET /jobs/overview`. */
export interface JobOverview {
  readonly jid: string
  readonly name: string
  readonly state: string
  readonly 'start-time': number
  readonly 'end-time': number
  readonly duration: number
  readonly 'last-modification': number
  readonly tasks: TaskCounts
  readonly 'pending-operators': number
  /** Present where it has been restarted: how often, and since when its state is what it is, epoch ms. */
  readonly restarts?: { readonly count: number; readonly since: number }
  /** Its process ended without a word: what is known of the job is what it said when it began. */
  readonly died?: {
    /** Where its checkpoints lie, if it has any. */
    readonly checkpoints?: string
    /** True where `run --recover` goes on with it. */
    readonly isRecoverable?: boolean
    /** The states that may be asked about, of which the newest checkpoint can answer. */
    readonly queryableStates?: readonly QueryableStateMessage[]
  }
  /** In the archive: where the log of its process is, and what that printed. */
  readonly log?: { readonly directory: string; readonly pid: number }
  /** In the archive, of a job that has ended and had states that may be asked about. */
  readonly left?: {
    readonly queryableStates: readonly QueryableStateMessage[]
    /** The newest snapshot that was not removed, if it is in files: it answers. */
    readonly checkpoint: AnsweringCheckpoint | null
  }
}

export interface MultipleJobsOverview {
  readonly jobs: readonly JobOverview[]
}

export interface JobVertexInfo {
  readonly id: string
  readonly slotSharingGroupId: string
  readonly name: string
  readonly maxParallelism: number
  readonly parallelism: number
  readonly status: string
  readonly 'start-time': number
  readonly 'end-time': number
  readonly duration: number
  /** Subtasks by state, upper-case names. */
  readonly tasks: Readonly<Record<string, number>>
  readonly metrics: IOMetricsInfo
}

/** `GET /jobs/:jobid` */
export interface JobDetailsInfo {
  readonly jid: string
  readonly name: string
  /** Always false, as in Flink: it is about an older way to stop. */
  readonly isStoppable: false
  readonly state: string
  readonly 'job-type': 'STREAMING'
  readonly 'start-time': number
  readonly 'end-time': number
  readonly duration: number
  readonly maxParallelism: number
  readonly now: number
  /** When each status was entered; 0: it was not. */
  readonly timestamps: Readonly<Record<string, number>>
  readonly vertices: readonly JobVertexInfo[]
  /** Vertices by state. */
  readonly 'status-counts': Readonly<Record<string, number>>
  readonly plan: unknown
  readonly 'pending-operators': number
  /** What the user was warned of while it ran, the newest ones, oldest first; not in Flink's answer. */
  readonly warnings?: readonly { readonly timestamp: number; readonly message: string }[]
}

/** `GET /jobs/:jobid/config` */
export interface JobConfigInfo {
  readonly jid: string
  readonly name: string
  readonly 'execution-config': {
    readonly 'execution-mode': 'PIPELINED'
    readonly 'job-parallelism': number
    /** In words. */
    readonly 'restart-strategy': string
    readonly 'object-reuse-mode': boolean
    readonly 'user-config': Readonly<Record<string, string>>
  }
}

/** One thing that went wrong. */
export interface ExceptionInfo {
  readonly exceptionName: string
  /** With those of the causes. */
  readonly stacktrace: string
  readonly timestamp: number
  readonly failureLabels: Readonly<Record<string, string>>
  /** The next four where it was one task's. */
  readonly taskName?: string
  readonly location?: string
  readonly endpoint?: string
  readonly taskManagerId?: string
}

/** `GET /jobs/:jobid/exceptions`; what is beside the history is older and stands for the same. */
export interface JobExceptionsInfo {
  readonly 'root-exception': string | null
  readonly timestamp: number | null
  /** Of the tasks that have failed and were not restarted. */
  readonly 'all-exceptions': readonly {
    readonly exception: string
    readonly task: string
    readonly location: string
    readonly endpoint: string
    readonly timestamp: number
    readonly taskManagerId: string
  }[]
  readonly truncated: boolean
  readonly exceptionHistory: {
    /** The newest first. */
    readonly entries: readonly (ExceptionInfo & { readonly concurrentExceptions: readonly ExceptionInfo[] })[]
    readonly truncated: boolean
  }
}

/** `GET /jobs/:jobid/execution-result` */
export interface JobExecutionResultInfo {
  readonly status: { readonly id: 'IN_PROGRESS' | 'COMPLETED' }
  readonly 'job-execution-result'?: {
    readonly id: string
    readonly 'application-status': 'SUCCEEDED' | 'FAILED' | 'CANCELED'
    /** Of each a Java object in base64: all that Flink's client reads. */
    readonly 'accumulator-results': Readonly<Record<string, string>>
    readonly 'net-runtime': number
    readonly 'failure-cause'?: ThrowableInfo
  }
}

/** `GET /jobs/:jobid/program`, which is this engine's own: whether main goes on, and with what it failed if it did. */
export interface JobProgramInfo {
  readonly status: { readonly id: 'IN_PROGRESS' | 'COMPLETED' }
  readonly 'failure-cause'?: ThrowableInfo
}

/** `GET /jobs/:jobid/accumulators`: of a job that runs or has FINISHED, merged over its subtasks. */
export interface JobAccumulatorsInfo {
  /** Always empty, as in Flink. */
  readonly 'job-accumulators': readonly never[]
  /** `type`: the accumulator's class, `null` where `value` says why there is none. */
  readonly 'user-task-accumulators': readonly { readonly name: string; readonly type: string; readonly value: string }[]
  /** Java objects in base64, for Flink's client; empty where they are not asked for. */
  readonly 'serialized-user-task-accumulators': Readonly<Record<string, string>>
}

/** How an error travels inside an operation's result. */
export interface ThrowableInfo {
  /** That of Flink or Java for the same case; of what user code throws its own name. */
  readonly class: string
  readonly 'stack-trace': string
  /** Base64 of a Java object: all that Flink's client reads. */
  readonly 'serialized-throwable': string
}

/** `GET /jobs/:jobid/start`: how the program of the job was started; this engine's own. */
export interface JobStartInfo {
  /** Path of the job file or archive. */
  readonly jobFile: string
  /** Of that file as it was then; null where nobody knows, or where it goes with the job. */
  readonly file: { readonly sizeBytes: number; readonly mtimeMs: number } | null
  readonly entry: string | null
  readonly args: readonly string[]
  /** Of files and command line, by key, with where each value was set. */
  readonly configuration: Readonly<Record<string, string | { readonly text: string; readonly origin: string }>>
  readonly workingDirectory: string
  /** With what `--web` serves it over TCP, as `configuration`; absent where it does not. */
  readonly web?: Readonly<Record<string, string | { readonly text: string; readonly origin: string }>>
  /** Jobs that the program has submitted so far. */
  readonly jobs: number
}
