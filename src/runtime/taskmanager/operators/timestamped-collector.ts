// Duty: the Collector that functions write to: gives every record the timestamp of the record it came from.
// Thread: the task worker that owns the operator.
import type { Collector } from '../../../api/functions/collector.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { Output } from './output.js'

export class TimestampedCollector implements Collector<unknown> {
  timestamp: number = NO_TIMESTAMP
  /** The function asked for the timestamp of a record that has none. */
  hasGivenNull = false
  readonly #output: Output

  constructor(output: Output) {
    this.#output = output
  }

  collect(record: unknown): void {
    this.#output.collect(record, this.timestamp)
  }
}
