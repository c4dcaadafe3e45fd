// Duty: joins each record with those of the other stream that have its key and a time near its own.
// Invariants: a record that is not late is joined, when it comes, with the records that wait, and waits itself. One that is older
// than the watermark is late: it is joined with nothing. A record stops waiting when the watermark comes to its cleanup time,
// after which no record that it meets is on time: also where it was restored, though time begins anew then. It works against
// keyed state, InternalTimerService and Output only.
// Thread: the task worker that owns the operator.
import type { IntervalJoinSpec } from '../../../api/dag/operators/join-spec.js'
import type { ProcessJoinFunction } from '../../../api/functions/process-join-function.js'
import { ValueStateDescriptor } from '../../../api/state/value-state-descriptor.js'
import type { ValueState } from '../../../api/state/value-state.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Counter } from '../../../core/metrics/counter.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import { NUM_LATE_RECORDS_DROPPED, type LateRecordDropper } from '../operators/late-record-dropper.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import { TwoInputUdfOperator } from '../operators/two-input/two-input-udf-operator.js'
import type { InternalValueState } from '../state/internal-state.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'
import { VOID_NAMESPACE, VOID_NAMESPACES } from '../state/namespace-type.js'
import type { InternalTimerService, Triggerable } from '../timers/internal-timer-service.js'
import { BuffersSweep } from './buffers-sweep.js'
import { JoinBuffers, type WaitingTimes, type WatermarkTime } from './join-buffers.js'
import { joinBuffersType } from './join-buffers-type.js'
import { ProcessJoinContext } from './process-join-context.js'

/** Flink's name of the timers. */
const TIMERS = 'CLEANUP_TIMER'
const BUFFERS = 'JOIN_BUFFERS'

type AnyProcessJoinFunction = ProcessJoinFunction<unknown, unknown, unknown>
type Side = 'left' | 'right'

type BuffersState = ValueState<JoinBuffers> & InternalValueState<undefined>

interface Opened {
  readonly timers: InternalTimerService<undefined>
  readonly buffers: BuffersState
  /** Undefined where keys have timers. */
  readonly sweep: BuffersSweep | undefined
}

export class IntervalJoinOperator extends TwoInputUdfOperator implements Triggerable<undefined>, LateRecordDropper {
  readonly #spec: IntervalJoinSpec
  readonly #function: AnyProcessJoinFunction
  readonly #waiting: WaitingTimes
  readonly #pair: ProcessJoinContext
  readonly #lateRecords: Counter
  #opened: Opened | undefined
  #time: WatermarkTime = { watermark: NO_TIMESTAMP, number: 0 }

  constructor(binding: OperatorBinding, context: OperatorContext, spec: IntervalJoinSpec) {
    super(binding, context)
    this.#spec = spec
    this.#function = spec.function
    const { lowerMs, upperMs } = spec.bounds
    this.#waiting = { leftMs: Math.max(upperMs, 0), rightMs: Math.max(-lowerMs, 0) }
    this.#pair = new ProcessJoinContext(context.output)
    this.#lateRecords = context.metrics.counter(NUM_LATE_RECORDS_DROPPED)
  }

  override async open(): Promise<void> {
    const backend = this.requireKeyedBackend(BUFFERS)
    const descriptor = new ValueStateDescriptor(BUFFERS, joinBuffersType(this.#spec.elementTypes))
    const buffers = backend.getOrCreateKeyedState(descriptor) as BuffersState
    const timers = this.getInternalTimerService(TIMERS, VOID_NAMESPACES, this)
    const { inMemory } = buffers
    const sweep = inMemory === undefined ? undefined : new BuffersSweep(inMemory, this.#waiting, this.context.clock)
    this.#opened = { timers, buffers, sweep }
    this.#takeOver(timers.restoredWatermark(), backend)
    await super.open()
  }

  get numLateRecordsDropped(): number {
    return this.#lateRecords.getCount()
  }

  /**
   * Records that wait no longer are taken away when their key is looked at next: here nothing else is touched. A snapshot may have
   * timers where none are set any more.
   */
  onEventTime(): void {
    const { timers, buffers: state, sweep } = this.#parts
    const buffers = state.peek() as JoinBuffers | undefined
    const lastCleanup = buffers?.lastCleanup ?? Number.NEGATIVE_INFINITY
    if (lastCleanup <= timers.currentWatermark()) state.clear()
    else if (sweep === undefined) timers.registerEventTimeTimer(VOID_NAMESPACE, lastCleanup)
  }

  /** There are none of processing time. */
  onProcessingTime(): void {}

  protected override fireTimers(timestamp: number): boolean {
    return super.fireTimers(timestamp) && this.#parts.sweep?.advance(timestamp) !== false
  }

  protected processElement1(value: unknown): void {
    const { timestamp } = this.collector
    if (this.#isLate(timestamp, 'left')) {
      this.#emitLate(this.#spec.leftLateTag, value, timestamp)
      return
    }
    const buffers = this.#currentBuffers()
    const cleanup = timestamp + this.#waiting.leftMs
    buffers.addLeft(timestamp, value, cleanup)
    if (cleanup <= this.#time.watermark) buffers.waitsBeyond = this.#time.watermark
    this.#keep(buffers)
    const { lowerMs, upperMs } = this.#spec.bounds
    const { right } = buffers
    const last = timestamp + upperMs
    for (let position = right.firstFrom(timestamp + lowerMs); position < right.end; position += 1) {
      const time = right.timeAt(position)
      if (time > last) return
      this.#emitPair(value, right.valueAt(position), timestamp, time)
    }
  }

  protected processElement2(value: unknown): void {
    const { timestamp } = this.collector
    if (this.#isLate(timestamp, 'right')) {
      this.#emitLate(this.#spec.rightLateTag, value, timestamp)
      return
    }
    const buffers = this.#currentBuffers()
    const cleanup = timestamp + this.#waiting.rightMs
    buffers.addRight(timestamp, value, cleanup)
    if (cleanup <= this.#time.watermark) buffers.waitsBeyond = this.#time.watermark
    this.#keep(buffers)
    const { lowerMs, upperMs } = this.#spec.bounds
    const { left } = buffers
    const last = timestamp - lowerMs
    for (let position = left.firstFrom(timestamp - upperMs); position < left.end; position += 1) {
      const time = left.timeAt(position)
      if (time > last) return
      this.#emitPair(left.valueAt(position), value, time, timestamp)
    }
  }

  get #parts(): Opened {
    if (this.#opened !== undefined) return this.#opened
    throw new FlinkError('ASSERTION_FAILED', { what: `${this.name} is used before it is open` })
  }

  /**
   * Time begins anew after a restore: what was over before it would meet records that are late and no longer taken for late. Where
   * keys need timers the snapshot may have none.
   */
  #takeOver(watermark: number, backend: KeyedStateBackend): void {
    const { sweep, timers } = this.#parts
    if (watermark === NO_TIMESTAMP && sweep !== undefined) return
    backend.applyToAllKeys(BUFFERS, VOID_NAMESPACE, (_key, state) => {
      const buffersState = state as unknown as BuffersState
      const buffers = buffersState.value()
      if (buffers === null) return
      if (watermark !== NO_TIMESTAMP && buffers.beginAnew(watermark, this.#waiting)) buffersState.update(buffers)
      if (sweep === undefined) timers.registerEventTimeTimer(VOID_NAMESPACE, buffers.lastCleanup)
    })
  }

  #isLate(timestamp: number, side: Side): boolean {
    if (timestamp === NO_TIMESTAMP) throw new FlinkError('JOIN_WITHOUT_TIMESTAMP', { operator: this.name, side })
    return timestamp < this.#parts.timers.currentWatermark()
  }

  #emitLate(tag: string | undefined, value: unknown, timestamp: number): void {
    if (tag === undefined) this.#lateRecords.inc()
    else this.output.collectSideOutput(tag, value, timestamp)
  }

  /** Without those that wait no longer. */
  #currentBuffers(): JoinBuffers {
    const time = this.#currentTime()
    const buffers = this.#parts.buffers.value() ?? new JoinBuffers(time.number)
    buffers.advance(time, this.#waiting)
    return buffers
  }

  #currentTime(): WatermarkTime {
    const watermark = this.#parts.timers.currentWatermark()
    if (watermark !== this.#time.watermark) this.#time = { watermark, number: this.#time.number + 1 }
    return this.#time
  }

  #keep(buffers: JoinBuffers): void {
    const { timers, buffers: state, sweep } = this.#parts
    if (sweep === undefined && !buffers.hasTimer) {
      buffers.hasTimer = true
      timers.registerEventTimeTimer(VOID_NAMESPACE, buffers.lastCleanup)
    }
    state.update(buffers)
  }

  #emitPair(left: unknown, right: unknown, leftTimestamp: number, rightTimestamp: number): void {
    const userFunction = this.#function
    this.#pair.setPair(leftTimestamp, rightTimestamp)
    this.collector.timestamp = leftTimestamp > rightTimestamp ? leftTimestamp : rightTimestamp
    const result: unknown = userFunction.processElement(left, right, this.#pair, this.collector)
    this.refuseResults(result, 'processElement', userFunction)
  }
}
