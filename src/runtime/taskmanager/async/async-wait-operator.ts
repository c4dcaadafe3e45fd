// Duty: asks an asynchronous function about many records at a time, and emits what it answers.
// Invariants: at most `capacity` records are asked about; while that many are, the task takes no input, and what still comes in the same
// step waits in order. Results go out between two records, or within the call of a record; never within an action of the task but where
// it waits for them (the end of the input, before a barrier). Every record that is not out is in the snapshot. Nothing of the function's
// callbacks runs inside them but keeping what came.
// Figures: no timer, promise or closure a record beyond what the function makes (test/bench/README.md, async).
// Thread: the task worker that owns the operator; callbacks of the function come between its steps.
import type { AsyncSpec } from '../../../api/dag/operators/async-spec.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import { WatermarkEmitter } from '../eventtime/watermark-emitter.js'
import type { WatermarkStatus } from '../network/stream-element.js'
import { OneInputUdfOperator } from '../operators/one-input-udf-operator.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import type { CapturedState } from '../operators/stream-operator-state-handler.js'
import { WaitingElements } from '../operators/waiting-elements.js'
import type { SnapshotIncrement } from '../state/keyed-state-backend.js'
import { sourceOf } from '../state/thenable.js'
import { FiringSlice } from '../timers/firing-slice.js'
import { AsyncCalls } from './async-calls.js'
import { AsyncRecord } from './async-record.js'
import { InFlightState, type InFlightRecord } from './in-flight-state.js'
import { RecordTimeouts } from './record-timeouts.js'
import { StreamElementQueue } from './stream-element-queue.js'
import { WaitingRecords } from './waiting-records.js'

/** Twelve fields: the parts of the operator, which are files of their own. */
export class AsyncWaitOperator extends OneInputUdfOperator {
  readonly #spec: AsyncSpec
  readonly #records = new WaitingRecords()
  readonly #queue: StreamElementQueue
  readonly #calls: AsyncCalls
  readonly #timeouts: RecordTimeouts
  readonly #watermarks: WatermarkEmitter
  readonly #slice: FiringSlice
  /** Elements that came while there was no place for them. */
  readonly #waiting: WaitingElements
  #numWaiting = 0
  readonly #emission: () => boolean
  #inFlight: InFlightState | undefined
  #restored: readonly InFlightRecord[] = []

  constructor(binding: OperatorBinding, context: OperatorContext, spec: AsyncSpec) {
    super(binding, context)
    this.#spec = spec
    this.#queue = new StreamElementQueue(spec.outputMode)
    this.#calls = new AsyncCalls(spec, { name: this.name, context, errors: this.errors }, (record) => {
      this.#completed(record)
    })
    this.#timeouts = new RecordTimeouts(spec.timeoutMs, this.#records, context, (record) => {
      this.#timedOut(record)
    })
    this.#watermarks = new WatermarkEmitter(context.output, context.time)
    this.#slice = new FiringSlice(context)
    this.#waiting = new WaitingElements(context.createWaitingChannel(), {
      onRecord: (value, timestamp, keyHash) => {
        this.#numWaiting -= 1
        this.#take(value, timestamp, keyHash)
      },
      // Not emitted from here, even if the queue is empty: a row of them would go out without a look at the output.
      onWatermark: (timestamp) => {
        this.#numWaiting -= 1
        this.#queue.putWatermark(timestamp)
      },
      onWatermarkStatus: (status) => {
        this.#numWaiting -= 1
        this.#queue.putStatus(status)
      },
      mayContinue: () => this.#hasPlace,
    })
    this.#emission = () => this.#emit()
    context.metrics.gauge('numAsyncInFlight', () => this.#records.size)
  }

  /** Its results are still to come: a loop that it is in has not ended. */
  get holdsRecords(): boolean {
    return this.#records.size > 0 || this.#numWaiting > 0 || this.#restored.length > 0
  }

  override async initializeState(restored: OperatorSubtaskState | undefined, checkpointId?: number): Promise<void> {
    await super.initializeState(restored, checkpointId)
    const { operatorBackend, keyedBackend } = this.state
    const { taskInfo } = this.context
    const isKeyed = keyedBackend !== undefined
    this.#inFlight = new InFlightState(operatorBackend, this.#spec.elementType, { isKeyed, taskInfo })
    this.#restored = this.#inFlight.takeRestored()
  }

  /** What was restored is asked about again before anything else. */
  override async open(): Promise<void> {
    await super.open()
    for (const { value, timestamp, keyHash } of this.#restored) this.#takeOrWait(value, timestamp, keyHash)
    this.#restored = []
    this.#holdOrRelease()
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    this.#takeOrWait(value, timestamp, keyHash)
    if (this.#queue.hasNext && !this.#emit()) this.#requestEmission()
    this.#holdOrRelease()
  }

  override processWatermark(timestamp: number): boolean {
    if (this.#numWaiting === 0) this.#takeWatermark(timestamp)
    else {
      this.#numWaiting += 1
      this.#waiting.addWatermark(timestamp)
    }
    return true
  }

  override processWatermarkStatus(status: WatermarkStatus): boolean {
    if (this.#numWaiting === 0) this.#takeStatus(status)
    else {
      this.#numWaiting += 1
      this.#waiting.addWatermarkStatus(status)
    }
    return true
  }

  /** The snapshot has a place for what was asked about only: the rest is asked about first. */
  override async prepareSnapshotPreBarrier(_checkpointId: number): Promise<void> {
    while (this.#numWaiting > 0) {
      this.#emit()
      if (this.#numWaiting === 0) return
      if (!this.context.isOutputAvailable()) await this.context.whenOutputAvailable()
      else if (!this.#queue.hasNext && !(await this.context.emissions.whenRequested())) return
    }
  }

  /** Waits for all results, and for the attempts that these may take. */
  override async finish(): Promise<boolean> {
    for (;;) {
      if (!this.#emit()) return false
      if (this.#records.size === 0 && this.#numWaiting === 0) return super.finish()
      if (!(await this.context.emissions.whenRequested())) return true
    }
  }

  override async close(): Promise<void> {
    this.#timeouts.stop()
    this.#calls.close(this.#records)
    this.#waiting.close()
    await super.close()
  }

  /** Every record that is not out, in the order of arrival; that some have results already is not in it. */
  protected override captureState(
    checkpointId: number,
    timestamp: number,
    increment?: SnapshotIncrement,
  ): CapturedState | Promise<CapturedState> {
    this.#inFlight?.set(this.#records)
    return super.captureState(checkpointId, timestamp, increment)
  }

  get #hasPlace(): boolean {
    return this.#records.size < this.#spec.capacity
  }

  #takeOrWait(value: unknown, timestamp: number, keyHash: number): void {
    if (this.#numWaiting === 0 && this.#hasPlace) {
      this.#take(value, timestamp, keyHash)
      return
    }
    this.#numWaiting += 1
    this.#waiting.addRecord(this.context.waitingCopier.copy(value), timestamp, keyHash)
  }

  #take(value: unknown, timestamp: number, keyHash: number): void {
    const record = new AsyncRecord(this.context.waitingCopier.copy(value), timestamp, keyHash)
    this.#records.add(record)
    this.#queue.put(record)
    this.#timeouts.begin(record)
    this.#calls.ask(record, value)
  }

  #takeWatermark(timestamp: number): void {
    if (this.#queue.isEmpty) this.#watermarks.emitWatermark(timestamp)
    else this.#queue.putWatermark(timestamp)
  }

  #takeStatus(status: WatermarkStatus): void {
    if (this.#queue.isEmpty) this.#tellStatus(status)
    else this.#queue.putStatus(status)
  }

  #completed(record: AsyncRecord): void {
    this.#queue.completed(record)
    if (this.#queue.hasNext) this.#requestEmission()
  }

  #requestEmission(): void {
    this.context.emissions.request(this.#emission)
  }

  /** What may go out, and what has waited for a place. False: not all of it, as the output is full or others want the thread. */
  #emit(): boolean {
    this.#slice.begin()
    for (;;) {
      while (this.#queue.hasNext) {
        if (!this.#slice.mayContinue()) {
          this.#holdOrRelease()
          return false
        }
        this.#emitNext()
      }
      if (this.#numWaiting === 0 || !this.#hasPlace) break
      this.#waiting.deliver()
    }
    this.#holdOrRelease()
    return true
  }

  #emitNext(): void {
    const record = this.#queue.nextRecord
    if (record !== undefined) this.#emitResults(record)
    else this.#emitEnd()
  }

  #emitResults(record: AsyncRecord): void {
    const { results, timestamp, failure } = record
    this.#queue.removeRecord()
    this.#records.remove(record)
    if (results === undefined) return
    this.#watermarks.finishPending()
    if (failure !== undefined) {
      this.context.badRecords?.take(failure, { record: record.value, timestamp })
      return
    }
    const { output } = this
    for (const result of results) output.collect(result, timestamp)
  }

  /** A watermark that is not done downstream is pending at the task, and what follows it waits. */
  #emitEnd(): void {
    const end = this.#queue.nextEnd
    if (end === undefined) return
    const { status, watermark } = end
    if (status === 'active') {
      end.status = undefined
      this.#tellStatus(status)
    } else if (watermark !== undefined) {
      end.watermark = undefined
      this.#watermarks.emitWatermark(watermark)
    } else {
      end.status = undefined
      if (status !== undefined) this.#tellStatus(status)
    }
    if (end.status === undefined && end.watermark === undefined) this.#queue.removeEnd()
  }

  #tellStatus(status: WatermarkStatus): void {
    if (status === 'idle') this.#watermarks.markIdle()
    else this.#watermarks.markActive()
  }

  #holdOrRelease(): void {
    const { emissions } = this.context
    if (this.#hasPlace && this.#numWaiting === 0) emissions.releaseInput(this)
    else emissions.holdInput(this)
  }

  #timedOut(record: AsyncRecord): void {
    const { function: userFunction, timeoutMs } = this.#spec
    this.#calls.timedOut(record, () => {
      const [operator, source] = [this.name, sourceOf(userFunction, 'asyncInvoke')]
      const details = { operator, source, timeout: durationText(timeoutMs), record: describeValue(record.value) }
      return new FlinkError('ASYNC_TIMEOUT', details)
    })
  }
}
