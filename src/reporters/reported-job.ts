import type { MetricTypes } from '../core/metrics/metric-types.js'

/** Metrics by the names that REST has for them. */
export type MetricValues = Readonly<Record<string, number | string>>

/** What reporters get of a job: plain data, of one moment. */
export interface ReportedJob {
  readonly jobId: string
  readonly name: string
  /** The machine. */
  readonly host: string
  /** Of the job as a whole. */
  readonly values: MetricValues
  readonly vertices: readonly ReportedVertex[]
}

export interface ReportedVertex {
  readonly id: string
  readonly name: string
  /** Head first. */
  readonly operators: readonly { readonly id: string; readonly name: string }[]
  /** Those that have reported. */
  readonly subtasks: readonly ReportedSubtask[]
}

export interface ReportedSubtask {
  readonly subtaskIndex: number
  readonly attemptNumber: number
  readonly executionId: string
  readonly taskManager: string
  /** Of its operators by `<operator>.<metric>`. */
  readonly values: MetricValues
  readonly types: MetricTypes
}
