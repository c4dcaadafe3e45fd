/** The value of one metric at one moment, as a reporter gives it away. */
export interface MetricSample {
  /** Whose it is, without names: `taskmanager`, `job`, `task`, `operator` and the groups of a function below that. */
  readonly scope: readonly string[]
  readonly name: string
  /** Whose it is, by name: Flink's scope variables without their brackets, such as `job_id`. */
  readonly variables: Readonly<Record<string, string>>
  readonly measured: Measured
}

export type Measured =
  | { readonly kind: 'gauge'; readonly value: number }
  /** `isMonotonic`: one of the engine's own. Functions may lower theirs. */
  | { readonly kind: 'counter'; readonly value: number; readonly isMonotonic: boolean }
  /** Events a second, and all of them. */
  | { readonly kind: 'meter'; readonly value: number; readonly count: number }
  | ({ readonly kind: 'histogram' } & HistogramValues)

export interface HistogramValues {
  readonly count: number
  readonly min: number
  readonly max: number
  /** By the part of the values that each is not exceeded by. */
  readonly quantiles: readonly (readonly [quantile: number, value: number])[]
}
