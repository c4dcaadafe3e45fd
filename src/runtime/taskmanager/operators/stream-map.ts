// Duty: one result for each record.
// Invariants: undefined is a result as any other; the result keeps the record's timestamp.
// Thread: the task worker that owns the operator.
import type { MapFunction } from '../../../api/functions/map-function.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OneInputStreamOperator, OperatorContext } from './stream-operator.js'
import { UdfStreamOperator } from './udf-stream-operator.js'

export class StreamMap extends UdfStreamOperator implements OneInputStreamOperator {
  readonly #function: MapFunction<unknown, unknown>

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: MapFunction<unknown, unknown>) {
    super(binding, context)
    this.#function = userFunction
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    let result: unknown
    try {
      this.setCurrentKey(value, keyHash)
      result = this.#function.map(value)
      this.refusePromise(result, 'map')
    } catch (error) {
      throw this.failed(error)
    }
    this.output.collect(result, timestamp)
  }
}
