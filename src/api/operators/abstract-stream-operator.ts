import { FlinkError } from '../../core/errors/flink-error.js'
import type { MetricGroup } from '../../core/metrics/metric-group.js'
import type { TypeSerializer } from '../../core/types/type-serializer.js'
import type { Watermark } from '../eventtime/watermark.js'
import type { RuntimeContext } from '../functions/runtime-context.js'
import type { KeyedStateStore } from '../state/keyed-state-store.js'
import type { OperatorStateStore } from '../state/operator-state-store.js'
import type { InternalTimerService, Triggerable } from './internal-timer-service.js'
import type { OperatorRuntime } from './operator-runtime.js'
import type { Output } from './output.js'
import type { ProcessingTimeService } from './processing-time-service.js'
import type { StateInitializationContext, StateSnapshotContext } from './raw-state.js'
import type { StreamOperator } from './stream-operator.js'
import type { WatermarkStatus } from './watermark-status.js'

/**
 * The base of own operators: what they may ask of the engine, and what they do where they do not say otherwise: watermarks fire timers
 * and go on, idleness goes on, the hooks of the operator's life do nothing (they may be overridden without `super`).
 *
 * What is asked is there from `initializeState` on, not in the constructor (GRAPH_INVALID). One instance belongs to one operator of the
 * program: giving it to two is FUNCTION_SHARED.
 *
 * @example
 * ```ts
 * import {
 *   AbstractStreamOperator,
 *   StreamExecutionEnvironment,
 *   Types,
 *   ValueStateDescriptor,
 *   type OneInputStreamOperator,
 *   type StreamRecord,
 *   type ValueState,
 * } from 'flink-ts'
 *
 * class CountOfKey extends AbstractStreamOperator<number> implements OneInputStreamOperator<string, number> {
 *   #count!: ValueState<number>
 *   override open(): void {
 *     this.#count = this.getKeyedStateStore().getState(new ValueStateDescriptor<number>('count'))
 *   }
 *   processElement(element: StreamRecord<string>): void {
 *     const count = (this.#count.value() ?? 0) + 1
 *     this.#count.update(count)
 *     this.output.collect(element.replace(count))
 *   }
 * }
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const words = env.fromElements('to', 'be', 'to')
 * words.keyBy((word) => word).transform('Count', Types.LONG, new CountOfKey()).uid('count').print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/operators/AbstractStreamOperator.html
 */
export abstract class AbstractStreamOperator<OUT> implements StreamOperator {
  /** Of what it emits; never read. */
  declare readonly outputRecordType?: OUT
  #runtime: OperatorRuntime | undefined

  /** Called by the engine before everything else. */
  setup(runtime: OperatorRuntime): void {
    this.#runtime = runtime
  }

  initializeState(_context: StateInitializationContext): void | Promise<void> {
    return undefined
  }

  open(): void | Promise<void> {
    return undefined
  }

  finish(): void | Promise<void> {
    return undefined
  }

  close(): void | Promise<void> {
    return undefined
  }

  prepareSnapshotPreBarrier(_checkpointId: number): void | Promise<void> {
    return undefined
  }

  snapshotState(_context: StateSnapshotContext): void | Promise<void> {
    return undefined
  }

  notifyCheckpointComplete(_checkpointId: number): void | Promise<void> {
    return undefined
  }

  notifyCheckpointAborted(_checkpointId: number): void | Promise<void> {
    return undefined
  }

  /**
   * Fires the timers of event time up to the watermark, and passes it on. Where timers take longer than the task may be away from its
   * other work, the rest of them, and the watermark, follow once this method has returned.
   */
  processWatermark(mark: Watermark): void {
    this.#given.advanceTime(mark)
    this.output.emitWatermark(mark)
  }

  processWatermark1(mark: Watermark): void {
    this.#given.combineWatermark(mark, 0)
  }

  processWatermark2(mark: Watermark): void {
    this.#given.combineWatermark(mark, 1)
  }

  processWatermarkStatus(watermarkStatus: WatermarkStatus): void {
    this.output.emitWatermarkStatus(watermarkStatus)
  }

  processWatermarkStatus1(watermarkStatus: WatermarkStatus): void {
    this.#given.combineWatermarkStatus(watermarkStatus, 0)
  }

  processWatermarkStatus2(watermarkStatus: WatermarkStatus): void {
    this.#given.combineWatermarkStatus(watermarkStatus, 1)
  }

  getRuntimeContext(): RuntimeContext {
    return this.#given.runtimeContext
  }

  /** Keyed state by descriptor; on keyed streams only, else KEYED_STATE_ON_NON_KEYED_STREAM. */
  getKeyedStateStore(): KeyedStateStore {
    return this.#given.runtimeContext
  }

  /** State without keys. */
  getOperatorStateBackend(): OperatorStateStore {
    return this.#given.operatorStateStore
  }

  getProcessingTimeService(): ProcessingTimeService {
    return this.#given.processingTimeService
  }

  /**
   * The timers of a name, which are in snapshots under it; from `open` on, on keyed streams only (TIMERS_ON_NON_KEYED_STREAM). Two
   * namespaces are the same where the serializer writes the same bytes.
   */
  getInternalTimerService<K, N>(
    name: string,
    namespaceSerializer: TypeSerializer<N>,
    triggerable: Triggerable<K, N>,
  ): InternalTimerService<N> {
    return this.#given.getInternalTimerService(name, namespaceSerializer, triggerable)
  }

  /** Of the record, or of the timer that fires; undefined where there is none. */
  getCurrentKey(): unknown {
    return this.#given.getCurrentKey()
  }

  /**
   * That of the current key: the one under which raw keyed state keeps what belongs to the key. STATE_ACCESS_WITHOUT_KEY where
   * there is none.
   */
  getCurrentKeyGroup(): number {
    return this.#given.getCurrentKeyGroup()
  }

  /** From here on state and timers are those of this key, till the next record or timer. KEY_GROUP_REFUSED for another subtask's. */
  setCurrentKey(key: unknown): void {
    this.#given.setCurrentKey(key)
  }

  getMetricGroup(): MetricGroup {
    return this.#given.runtimeContext.getMetricGroup()
  }

  getOperatorName(): string {
    return this.#given.operatorName
  }

  /** 32 hex digits: what its state is found by. */
  getOperatorID(): string {
    return this.#given.operatorId
  }

  protected get output(): Output<OUT> {
    return this.#given.output
  }

  get #whyNothing(): string {
    const given = 'an operator has output, state and timers from initializeState() on, not in its constructor'
    const ownSetup = Reflect.get(this, 'setup') !== Reflect.get(AbstractStreamOperator.prototype, 'setup')
    return ownSetup ? `${given}, and only if its setup(runtime) calls super.setup(runtime)` : given
  }

  get #given(): OperatorRuntime {
    if (this.#runtime !== undefined) return this.#runtime
    const name = this.constructor.name === '' ? 'transform' : this.constructor.name
    throw new FlinkError('GRAPH_INVALID', { operator: name, reason: this.#whyNothing })
  }
}
