/** What kind the metrics of a group are, by the names under which its `values` stand; all others are gauges. */
export interface MetricTypes {
  readonly counters: readonly string[]
  /** Each is several values: `<name>_count`, `<name>_p99`. */
  readonly histograms: readonly string[]
  /** With the count of each: its value is the rate. */
  readonly meters: Readonly<Record<string, number>>
}
