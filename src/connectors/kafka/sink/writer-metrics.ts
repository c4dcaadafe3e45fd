import type { Counter } from '../../../core/metrics/counter.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'

/** What a writer has given away, by Flink's names. */
export class WriterMetrics {
  readonly #records: Counter
  readonly #bytes: Counter
  readonly #errors: Counter

  constructor(metrics: MetricGroup) {
    this.#records = metrics.counter('numRecordsSend')
    this.#bytes = metrics.counter('numBytesSend')
    this.#errors = metrics.counter('numRecordsSendErrors')
  }

  written(numRecords: number, numBytes: number): void {
    this.#records.inc(numRecords)
    this.#bytes.inc(numBytes)
  }

  failed(): void {
    this.#errors.inc()
  }
}
