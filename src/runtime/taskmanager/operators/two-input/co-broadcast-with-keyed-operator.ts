// Duty: runs a KeyedBroadcastProcessFunction: a keyed stream and a broadcast one.
// Invariants: as CoBroadcastWithNonKeyedOperator's. With a broadcast element there is no current key; `applyToKeyedState` sets
// those of this subtask one after the other, and leaves none.
// Thread: the task worker that owns the operator.
import type { TwoInputSpec } from '../../../../api/dag/operators/two-input-spec.js'
import type {
  KeyedBroadcastProcessFunctionContext,
  KeyedBroadcastProcessFunctionOnTimerContext,
  KeyedBroadcastProcessFunctionReadOnlyContext,
  KeyedStateFunction,
} from '../../../../api/functions/keyed-broadcast-process-function.js'
import type { StateDescriptor } from '../../../../api/state/state-descriptor.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../../graph/program-graph.js'
import { VOID_NAMESPACE, VOID_NAMESPACES } from '../../state/namespace-type.js'
import { recordContext } from '../process-operator.js'
import type { OperatorContext } from '../stream-operator.js'
import { USER_TIMERS, UserTimers } from '../user-timers.js'
import { BroadcastStates } from './broadcast-states.js'
import { TwoInputUdfOperator } from './two-input-udf-operator.js'

type KeyedBroadcastProcessSpec = Extract<TwoInputSpec, { readonly kind: 'keyed-broadcast-process' }>
type StateFunction = KeyedStateFunction<unknown, unknown>

/** The type has none, but plain JavaScript may ask for them. */
function noTimers(operator: string): { readonly timerService: () => never } {
  return {
    timerService: () => {
      throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { operator, state: USER_TIMERS })
    },
  }
}

export class CoBroadcastWithKeyedOperator extends TwoInputUdfOperator {
  readonly #spec: KeyedBroadcastProcessSpec
  readonly #states: BroadcastStates
  readonly #timers: UserTimers
  readonly #readOnlyContext: KeyedBroadcastProcessFunctionReadOnlyContext<unknown>
  readonly #onTimerContext: KeyedBroadcastProcessFunctionOnTimerContext<unknown>
  readonly #readWriteContext: KeyedBroadcastProcessFunctionContext<unknown>

  constructor(binding: OperatorBinding, context: OperatorContext, spec: KeyedBroadcastProcessSpec) {
    super(binding, context)
    this.#spec = spec
    const states = new BroadcastStates(binding.name, this.state.operatorBackend)
    this.#states = states
    this.#timers = new UserTimers({
      operatorName: binding.name,
      output: context.output,
      collector: this.collector,
      onTimer: (timestamp) => {
        this.#onTimer(timestamp)
      },
    })
    const common = {
      ...recordContext(this.collector, context),
      currentProcessingTime: () => this.#timers.service.currentProcessingTime(),
      currentWatermark: () => this.#timers.service.currentWatermark(),
    }
    this.#readOnlyContext = {
      ...common,
      timerService: () => this.#timers.service,
      getBroadcastState: (descriptor) => states.readOnly(descriptor),
      getCurrentKey: () => this.keyedBackend?.currentKey(),
    }
    this.#onTimerContext = { ...this.#readOnlyContext, ...this.#timers.context }
    this.#readWriteContext = {
      ...common,
      ...noTimers(binding.name),
      getBroadcastState: (descriptor) => states.writable(descriptor),
      applyToKeyedState: (descriptor, action) => {
        this.#applyToKeyedState(descriptor, action)
      },
    }
  }

  override async open(): Promise<void> {
    this.#states.open(this.#spec.descriptors)
    this.#timers.open(this.getInternalTimerService(USER_TIMERS, VOID_NAMESPACES, this.#timers))
    await super.open()
  }

  protected processElement1(value: unknown): void {
    const { function: userFunction } = this.#spec
    const result: unknown = userFunction.processElement(value, this.#readOnlyContext, this.collector)
    this.refuseResults(result, 'processElement', userFunction)
  }

  protected processElement2(value: unknown): void {
    const { function: userFunction } = this.#spec
    const result: unknown = userFunction.processBroadcastElement(value, this.#readWriteContext, this.collector)
    this.refuseResults(result, 'processBroadcastElement', userFunction)
  }

  #onTimer(timestamp: number): void {
    const { function: userFunction } = this.#spec
    const result: unknown = userFunction.onTimer?.(timestamp, this.#onTimerContext, this.collector)
    this.refuseResults(result, 'onTimer', userFunction)
  }

  #applyToKeyedState(descriptor: StateDescriptor<unknown>, action: StateFunction | StateFunction['process']): void {
    const backend = this.requireKeyedBackend(descriptor.name)
    const state = backend.getOrCreateKeyedState(descriptor)
    const stateFunction = typeof action === 'function' ? { process: action } : action
    backend.applyToAllKeys(descriptor.name, VOID_NAMESPACE, (key) => {
      const result: unknown = stateFunction.process(key, state)
      this.refusePromise(result, 'process', stateFunction)
    })
  }
}
