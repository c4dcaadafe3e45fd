// Duty: runs a function on a keyed stream, a KeyedProcessFunction or a ProcessFunction: as ProcessOperator, with the current
// key and with timers.
// Invariants: as ProcessOperator's; the key is the backend's current one.
// Thread: the task worker that owns the operator.
import type {
  KeyedProcessFunction,
  KeyedProcessFunctionContext,
  KeyedProcessFunctionOnTimerContext,
} from '../../../api/functions/process-function.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { VOID_NAMESPACES } from '../state/namespace-type.js'
import { processContext } from './process-operator.js'
import type { OperatorContext } from './stream-operator.js'
import { TimestampedCollector } from './timestamped-collector.js'
import { OneInputUdfOperator } from './one-input-udf-operator.js'
import { USER_TIMERS, UserTimers } from './user-timers.js'

type AnyKeyedProcessFunction = KeyedProcessFunction<unknown, unknown, unknown>

export class KeyedProcessOperator extends OneInputUdfOperator {
  readonly #function: AnyKeyedProcessFunction
  readonly #collector: TimestampedCollector
  readonly #timers: UserTimers
  readonly #functionContext: KeyedProcessFunctionContext<unknown>
  readonly #onTimerContext: KeyedProcessFunctionOnTimerContext<unknown>

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: AnyKeyedProcessFunction) {
    super(binding, context)
    this.#function = userFunction
    this.#collector = new TimestampedCollector(context.output)
    this.#timers = new UserTimers({
      operatorName: binding.name,
      output: context.output,
      collector: this.#collector,
      onTimer: (timestamp) => {
        this.#onTimer(timestamp)
      },
    })
    this.#functionContext = {
      ...processContext(this.#collector, context, () => this.#timers.service),
      getCurrentKey: () => this.keyedBackend?.currentKey(),
    }
    this.#onTimerContext = { ...this.#functionContext, ...this.#timers.context }
  }

  override async open(): Promise<void> {
    this.#timers.open(this.getInternalTimerService(USER_TIMERS, VOID_NAMESPACES, this.#timers))
    await super.open()
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    this.#collector.timestamp = timestamp
    try {
      this.setCurrentKey(value, keyHash)
      const result: unknown = this.#function.processElement(value, this.#functionContext, this.#collector)
      this.refuseResults(result, 'processElement', this.#function)
    } catch (error) {
      throw this.failed(error)
    }
  }

  #onTimer(timestamp: number): void {
    const result: unknown = this.#function.onTimer?.(timestamp, this.#onTimerContext, this.#collector)
    this.refuseResults(result, 'onTimer', this.#function)
  }
}
