// Duty: runs a BroadcastProcessFunction: a stream without key and a broadcast one.
// Invariants: one context object for the records of each stream; only that of the broadcast one leads to state that can be
// changed. Each is about the record at hand and valid during the call only.
// Thread: the task worker that owns the operator.
import type { TwoInputSpec } from '../../../../api/dag/operators/two-input-spec.js'
import type {
  BroadcastProcessFunctionContext,
  BroadcastProcessFunctionReadOnlyContext,
} from '../../../../api/functions/broadcast-process-function.js'
import type { OperatorBinding } from '../../../../graph/program-graph.js'
import { NonKeyedTimerService } from '../../timers/non-keyed-timer-service.js'
import { recordContext } from '../process-operator.js'
import type { OperatorContext } from '../stream-operator.js'
import { BroadcastStates } from './broadcast-states.js'
import { TwoInputUdfOperator } from './two-input-udf-operator.js'

type BroadcastProcessSpec = Extract<TwoInputSpec, { readonly kind: 'broadcast-process' }>

export class CoBroadcastWithNonKeyedOperator extends TwoInputUdfOperator {
  readonly #spec: BroadcastProcessSpec
  readonly #states: BroadcastStates
  readonly #timers: NonKeyedTimerService
  readonly #readOnlyContext: BroadcastProcessFunctionReadOnlyContext
  readonly #readWriteContext: BroadcastProcessFunctionContext

  constructor(binding: OperatorBinding, context: OperatorContext, spec: BroadcastProcessSpec) {
    super(binding, context)
    this.#spec = spec
    const states = new BroadcastStates(binding.name, this.state.operatorBackend)
    this.#states = states
    this.#timers = new NonKeyedTimerService(binding.name, context.processingTime)
    const common = {
      ...recordContext(this.collector, context),
      currentProcessingTime: () => this.#timers.currentProcessingTime(),
      currentWatermark: () => this.#timers.currentWatermark(),
    }
    this.#readOnlyContext = { ...common, getBroadcastState: (descriptor) => states.readOnly(descriptor) }
    this.#readWriteContext = { ...common, getBroadcastState: (descriptor) => states.writable(descriptor) }
  }

  override async open(): Promise<void> {
    this.#states.open(this.#spec.descriptors)
    await super.open()
  }

  protected override advanceWatermark(timestamp: number): boolean {
    this.#timers.watermark = timestamp
    return super.advanceWatermark(timestamp)
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
}
