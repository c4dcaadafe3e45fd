/** Wire types about metrics, as Flink's REST API names them. Values are text, ratios are 0 to 1. */

/** One entry of `GET .../metrics`: a name, and its value where values were asked for. */
export interface MetricInfo {
  readonly id: string
  readonly value?: string
}

/** One entry of `GET .../subtasks/metrics`. */
export interface AggregatedMetricInfo {
  readonly id: string
  readonly min?: number
  readonly max?: number
  readonly avg?: number
  readonly sum?: number
  /** Percent that the values are apart from their average. */
  readonly skew?: number
}

export type BackPressureLevel = 'ok' | 'low' | 'high'

export interface SubtaskBackPressureInfo {
  readonly subtask: number
  readonly backpressureLevel: BackPressureLevel
  /** The same: Flink writes both spellings. */
  readonly 'backpressure-level': BackPressureLevel
  readonly ratio: number
  readonly idleRatio: number
  readonly busyRatio: number
}

/** `GET /jobs/:jobid/vertices/:vertexid/backpressure`; `deprecated` says that nothing is known and comes alone. */
export interface JobVertexBackPressureInfo {
  readonly status: 'ok' | 'deprecated'
  readonly backpressureLevel?: BackPressureLevel
  readonly 'backpressure-level'?: BackPressureLevel
  /** Epoch ms of the newest report. */
  readonly 'end-timestamp'?: number
  readonly subtasks?: readonly SubtaskBackPressureInfo[]
}
