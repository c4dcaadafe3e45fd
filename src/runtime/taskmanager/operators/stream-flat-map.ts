// Duty: none, one or several results for each record.
// Invariants: results keep the record's timestamp and leave in the order in which they were collected.
// Thread: the task worker that owns the operator.
import type { FlatMapFunction } from '../../../api/functions/flat-map-function.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorContext } from './stream-operator.js'
import { TimestampedCollector } from './timestamped-collector.js'
import { OneInputUdfOperator } from './one-input-udf-operator.js'

export class StreamFlatMap extends OneInputUdfOperator {
  readonly #function: FlatMapFunction<unknown, unknown>
  readonly #collector: TimestampedCollector

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: FlatMapFunction<unknown, unknown>) {
    super(binding, context)
    this.#function = userFunction
    this.#collector = new TimestampedCollector(context.output)
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    this.#collector.timestamp = timestamp
    try {
      this.setCurrentKey(value, keyHash)
      const result: unknown = this.#function.flatMap(value, this.#collector)
      this.refuseResults(result, 'flatMap', this.#function)
    } catch (error) {
      throw this.failed(error)
    }
  }
}
