// Duty: runs a KeyedCoProcessFunction, or a CoProcessFunction of two keyed streams: as CoProcessOperator, with the current key
// and with timers.
// Invariants: as CoProcessOperator's; the key is the backend's current one.
// Thread: the task worker that owns the operator.
import type { KeyedCoProcessFunction } from '../../../../api/functions/co-process-function.js'
import type {
  KeyedProcessFunctionContext,
  KeyedProcessFunctionOnTimerContext,
} from '../../../../api/functions/process-function.js'
import type { OperatorBinding } from '../../../../graph/program-graph.js'
import { VOID_NAMESPACES } from '../../state/namespace-type.js'
import { processContext } from '../process-operator.js'
import type { OperatorContext } from '../stream-operator.js'
import { USER_TIMERS, UserTimers } from '../user-timers.js'
import { TwoInputUdfOperator } from './two-input-udf-operator.js'

type AnyKeyedCoProcessFunction = KeyedCoProcessFunction<unknown, unknown, unknown, unknown>

export class KeyedCoProcessOperator extends TwoInputUdfOperator {
  readonly #function: AnyKeyedCoProcessFunction
  readonly #timers: UserTimers
  readonly #functionContext: KeyedProcessFunctionContext<unknown>
  readonly #onTimerContext: KeyedProcessFunctionOnTimerContext<unknown>

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: AnyKeyedCoProcessFunction) {
    super(binding, context)
    this.#function = userFunction
    this.#timers = new UserTimers({
      operatorName: binding.name,
      output: context.output,
      collector: this.collector,
      onTimer: (timestamp) => {
        this.#onTimer(timestamp)
      },
    })
    this.#functionContext = {
      ...processContext(this.collector, context, () => this.#timers.service),
      getCurrentKey: () => this.keyedBackend?.currentKey(),
    }
    this.#onTimerContext = { ...this.#functionContext, ...this.#timers.context }
  }

  override async open(): Promise<void> {
    this.#timers.open(this.getInternalTimerService(USER_TIMERS, VOID_NAMESPACES, this.#timers))
    await super.open()
  }

  protected processElement1(value: unknown): void {
    const result: unknown = this.#function.processElement1(value, this.#functionContext, this.collector)
    this.refuseResults(result, 'processElement1', this.#function)
  }

  protected processElement2(value: unknown): void {
    const result: unknown = this.#function.processElement2(value, this.#functionContext, this.collector)
    this.refuseResults(result, 'processElement2', this.#function)
  }

  #onTimer(timestamp: number): void {
    const result: unknown = this.#function.onTimer?.(timestamp, this.#onTimerContext, this.collector)
    this.refuseResults(result, 'onTimer', this.#function)
  }
}
