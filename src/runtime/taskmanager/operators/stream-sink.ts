// Duty: the end of a chain: gives records to a SinkFunction, one after the other.
// Invariants: while a promise of invoke is pending, records that still arrive (the rest of a step, of a flatMap) wait, in
// order, and the task takes no more input; snapshots and the end of the input wait for all of them. Every record is
// invoked with its own timestamp, watermark and key. A sink that keeps records back has written them before the barrier of a
// checkpoint, at the end of the input, and before it is closed, whatever the end; where it is closed in the middle, that is
// given up after a second, as whoever reads from the sink may never do so.
// Thread: the task worker that owns the operator.
import type { SinkFunction, SinkFunctionContext } from '../../../api/functions/sink-function.js'
import { isFlushingSink } from '../../../api/functions/sink/flushing-sink.js'
import { isTimedSink } from '../../../api/functions/sink/timed-sink.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { NO_TIMESTAMP, type WatermarkStatus } from '../network/stream-element.js'
import { isThenable } from '../state/thenable.js'
import { sinkProcessingTimeService } from './sink-clock.js'
import { SinkFlusher } from './sink-flusher.js'
import type { OperatorContext, OperatorSnapshotFuture, SnapshotRequest } from './stream-operator.js'
import { OneInputUdfOperator } from './one-input-udf-operator.js'
import { WaitingElements } from './waiting-elements.js'

/** How long the close of a sink that is in the middle waits for what it writes. */
const CLOSE_GRACE_MS = 1000
const NO_WATERMARK = Number.NEGATIVE_INFINITY

export class StreamSink extends OneInputUdfOperator {
  readonly #function: SinkFunction<unknown>
  readonly #functionContext: SinkFunctionContext
  /** Of a sink that keeps records back. */
  readonly #flusher: SinkFlusher | undefined
  readonly #waiting: WaitingElements
  /** Of the record being invoked, and the watermark before it. */
  #timestamp = NO_TIMESTAMP
  #watermark = NO_WATERMARK
  /** What the last call of the function gave back, if that was a promise. */
  #invoked: PromiseLike<unknown> | undefined
  /** Settles when nothing waits any more. */
  #pending: Promise<void> | undefined
  #isClosing = false
  #isFinished = false

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: SinkFunction<unknown>) {
    super(binding, context)
    this.#function = userFunction
    const failed = (error: unknown): Error => this.failed(error)
    this.#flusher = isFlushingSink(userFunction) ? new SinkFlusher(userFunction, context, failed) : undefined
    this.#functionContext = {
      currentProcessingTime: () => context.clock.now(),
      currentWatermark: () => this.#watermark,
      timestamp: () => (this.#timestamp === NO_TIMESTAMP ? null : this.#timestamp),
    }
    this.#waiting = new WaitingElements(context.createWaitingChannel(), {
      onRecord: (value, timestamp, keyHash) => {
        this.#invokeWaiting(value, timestamp, keyHash)
      },
      onWatermark: (timestamp) => {
        this.#reach(timestamp)
      },
      mayContinue: () => this.#invoked === undefined,
    })
  }

  override async open(): Promise<void> {
    const [userFunction, { name, errors }] = [this.#function, this]
    if (isTimedSink(userFunction)) {
      userFunction.setProcessingTimeService(sinkProcessingTimeService(this.context, { name, errors }))
    }
    await super.open()
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    if (this.#pending !== undefined) {
      this.#waiting.addRecord(this.context.waitingCopier.copy(value), timestamp, keyHash)
      return
    }
    this.#invoke(value, timestamp, keyHash)
    if (this.#invoked !== undefined) this.#waitFor(this.#invoked)
  }

  override processWatermark(timestamp: number): boolean {
    if (this.#pending !== undefined) {
      this.#waiting.addWatermark(timestamp)
      return true
    }
    this.#reach(timestamp)
    if (this.#invoked !== undefined) this.#waitFor(this.#invoked)
    return true
  }

  /** After the records before it; a promise is waited for as one of invoke. */
  protected watermarkReached(timestamp: number): unknown {
    this.#watermark = timestamp
    return undefined
  }

  /** Nothing is downstream of a sink, so nobody asks. */
  override processWatermarkStatus(_status: WatermarkStatus): boolean {
    return true
  }

  override async prepareSnapshotPreBarrier(_checkpointId: number): Promise<void> {
    await this.#pending
    await this.#flusher?.flush()
  }

  override async snapshotState(request: SnapshotRequest): Promise<OperatorSnapshotFuture> {
    await this.#pending
    return super.snapshotState(request)
  }

  override async finish(): Promise<boolean> {
    await this.#pending
    await super.finish()
    await this.guarded(async () => this.#function.finish?.())
    await this.#flusher?.flush()
    this.#isFinished = true
    return true
  }

  override async close(): Promise<void> {
    this.#isClosing = true
    try {
      this.#flusher?.stop()
      if (this.#flusher !== undefined && !this.#isFinished) await this.#withinGrace(this.#flushRest(this.#flusher))
    } finally {
      this.#waiting.close()
      await super.close()
    }
  }

  /** Records that came in one step with an earlier one, which is still being written, are this sink's already. */
  async #flushRest(flusher: SinkFlusher): Promise<void> {
    for (let next = this.#invokeNext(); next !== undefined; next = this.#invokeNext()) await next
    await flusher.flush()
  }

  #withinGrace(flushed: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.context.clock.setTimer(CLOSE_GRACE_MS, resolve)
      flushed.then(resolve, reject).finally(() => {
        timer.cancel()
      })
    })
  }

  #invoke(value: unknown, timestamp: number, keyHash: number): void {
    this.#timestamp = timestamp
    try {
      this.setCurrentKey(value, keyHash)
      const result = this.#function.invoke(value, this.#functionContext)
      this.#invoked = isThenable(result) ? this.#forgiving(result, value) : undefined
    } catch (error) {
      throw this.failed(error)
    }
    if (!this.#isClosing) this.#flusher?.recordTaken()
  }

  /** One that came while another was written: nothing looks after it on its way here. */
  #invokeWaiting(value: unknown, timestamp: number, keyHash: number): void {
    const { badRecords } = this.context
    try {
      this.#invoke(value, timestamp, keyHash)
    } catch (error) {
      if (badRecords?.take(error, { record: value, timestamp }) !== true) throw error
    }
  }

  /** What was invoked with the record, and is kept where the job goes on without it. */
  #forgiving(invoked: PromiseLike<unknown>, record: unknown): PromiseLike<unknown> {
    const { badRecords } = this.context
    if (badRecords === undefined) return invoked
    const timestamp = this.#timestamp
    return invoked.then(undefined, (error: unknown) => {
      const failure = this.failed(error)
      if (!badRecords.take(failure, { record, timestamp })) throw failure
    })
  }

  #reach(timestamp: number): void {
    try {
      const result = this.watermarkReached(timestamp)
      this.#invoked = isThenable(result) ? result : undefined
    } catch (error) {
      throw this.failed(error)
    }
  }

  #waitFor(invoked: PromiseLike<unknown>): void {
    this.#pending = this.#awaitAll(invoked)
    this.context.suspendInputUntil(this.#pending)
  }

  /** As many of those that wait as it takes to get a promise; undefined when nothing waits any more. */
  #invokeNext(): PromiseLike<unknown> | undefined {
    this.#invoked = undefined
    this.#waiting.deliver()
    return this.#invoked
  }

  async #awaitAll(first: PromiseLike<unknown>): Promise<void> {
    try {
      await first
      while (!this.#isClosing) {
        const next = this.#invokeNext()
        if (next === undefined) return
        await next
      }
    } catch (error) {
      throw this.failed(error)
    } finally {
      this.#pending = undefined
    }
  }
}
