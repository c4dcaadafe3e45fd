// Duty: runs a KeyedProcessFunction: as ProcessOperator, with the current key.
// Invariants: as ProcessOperator's; the key is the backend's current one.
// Thread: the task worker that owns the operator.
import type { KeyedProcessFunction, KeyedProcessFunctionContext } from '../../../api/functions/process-function.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { processContext } from './process-operator.js'
import type { OperatorContext } from './stream-operator.js'
import { TimestampedCollector } from './timestamped-collector.js'
import { OneInputUdfOperator } from './one-input-udf-operator.js'

type AnyKeyedProcessFunction = KeyedProcessFunction<unknown, unknown, unknown>

export class KeyedProcessOperator extends OneInputUdfOperator {
  readonly #function: AnyKeyedProcessFunction
  readonly #collector: TimestampedCollector
  readonly #functionContext: KeyedProcessFunctionContext<unknown>

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: AnyKeyedProcessFunction) {
    super(binding, context)
    this.#function = userFunction
    this.#collector = new TimestampedCollector(context.output)
    this.#functionContext = {
      ...processContext(this.#collector, context),
      getCurrentKey: () => this.keyedBackend?.currentKey(),
    }
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    this.#collector.timestamp = timestamp
    try {
      this.setCurrentKey(value, keyHash)
      const result: unknown = this.#function.processElement(value, this.#functionContext, this.#collector)
      this.refusePromise(result, 'processElement', this.#function)
    } catch (error) {
      throw this.failed(error)
    }
  }
}
