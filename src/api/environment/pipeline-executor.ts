import type { Configuration } from '../../core/config/configuration.js'
import type { RegisteredTypes } from '../../core/types/registered-types.js'
import type { RecordedTransformation } from '../dag/transformation.js'
import type { AccumulatorResult } from './accumulator-result.js'

/** What `execute()` hands over: everything recorded so far, and the configuration with the program's own settings in it. */
export interface Pipeline {
  readonly jobName: string
  readonly transformations: readonly RecordedTransformation[]
  readonly configuration: Configuration
  /** The classes whose instances travel. */
  readonly registeredTypes: RegisteredTypes
}

/** How a finished job is reported to the program: plain data that travels between threads. */
export interface JobResultData {
  readonly jobId: string
  readonly netRuntimeMs: number
  readonly accumulatorResults: Readonly<Record<string, AccumulatorResult>>
}

/** A job that was handed over. */
export interface SubmittedJob {
  readonly jobId: string
  /** Resolves when the job FINISHED, rejects with its cause when it FAILED or was CANCELED. */
  result(): Promise<JobResultData>
  cancel(): Promise<void>
  status(): Promise<string>
  triggerSavepoint(targetDirectory?: string): Promise<string>
  stopWithSavepoint(drain: boolean, targetDirectory?: string): Promise<string>
  /**
   * Of a job with a CollectSinkFunction: some results, each as its serializer wrote it; undefined when the job has FINISHED and there
   * are no more. Where the job ends otherwise it is never answered.
   */
  nextResults(): Promise<Uint8Array | undefined>
  /** No more results are wanted: the job need not wait for anybody to take them. */
  discardResults(): void
}

/**
 * The seam between a program and what runs it. The environment was given one: in the program worker it sends the plan
 * to the JobMaster; in a task worker it keeps the graph for deployment; for `info` it keeps the plan only.
 */
export interface PipelineExecutor {
  submit(pipeline: Pipeline): Promise<SubmittedJob>
}

/** The plan of what would run, as JSON. */
export type PlanRenderer = (pipeline: Pipeline) => string
