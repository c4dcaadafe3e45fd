// Duty: the end of a chain: gives records to a SinkFunction, one after the other.
// Invariants: while a promise of invoke is pending, records that still arrive (the rest of a step, of a flatMap) wait here
// in order and the task takes no more input; snapshots and the end of the input wait for all of them. Every record is
// invoked with its own timestamp, watermark and key. A sink that keeps records back has written them before the barrier of a
// checkpoint, at the end of the input, and before it is closed, whatever the end.
// Thread: the task worker that owns the operator.
import type { SinkFunction, SinkFunctionContext } from '../../../api/functions/sink-function.js'
import { isFlushingSink } from '../../../api/functions/sink/flushing-sink.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { NO_TIMESTAMP, type WatermarkStatus } from '../network/stream-element.js'
import { isThenable } from '../state/thenable.js'
import { SinkFlusher } from './sink-flusher.js'
import type { OperatorContext, OperatorSnapshotFuture, SnapshotRequest } from './stream-operator.js'
import { OneInputUdfOperator } from './one-input-udf-operator.js'

interface WaitingRecord {
  readonly value: unknown
  readonly timestamp: number
  readonly keyHash: number
  readonly watermark: number
}

const NO_WATERMARK = Number.NEGATIVE_INFINITY

export class StreamSink extends OneInputUdfOperator {
  readonly #function: SinkFunction<unknown>
  readonly #functionContext: SinkFunctionContext
  /** Of a sink that keeps records back. */
  readonly #flusher: SinkFlusher | undefined
  /** Timestamp and watermark of the record being invoked. */
  #timestamp = NO_TIMESTAMP
  #invokeWatermark = NO_WATERMARK
  #watermark = NO_WATERMARK
  #waiting: WaitingRecord[] = []
  /** Settles when nothing waits any more. */
  #pending: Promise<void> | undefined

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: SinkFunction<unknown>) {
    super(binding, context)
    this.#function = userFunction
    const failed = (error: unknown): Error => this.failed(error)
    this.#flusher = isFlushingSink(userFunction) ? new SinkFlusher(userFunction, context, failed) : undefined
    this.#functionContext = {
      currentProcessingTime: () => context.clock.now(),
      currentWatermark: () => this.#invokeWatermark,
      timestamp: () => (this.#timestamp === NO_TIMESTAMP ? null : this.#timestamp),
    }
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    if (this.#pending !== undefined) {
      const waiting = this.context.waitingCopier.copy(value)
      this.#waiting.push({ value: waiting, timestamp, keyHash, watermark: this.#watermark })
      return
    }
    this.#invokeWatermark = this.#watermark
    const result = this.#invoke(value, timestamp, keyHash)
    this.#flusher?.recordTaken()
    if (!isThenable(result)) return
    this.#pending = this.#awaitAll(result)
    this.context.suspendInputUntil(this.#pending)
  }

  override processWatermark(timestamp: number): boolean {
    this.#watermark = timestamp
    return true
  }

  /** Nobody behind a sink asks. */
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
    return true
  }

  override async close(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    try {
      if (this.#flusher !== undefined) await this.#flushRest(this.#flusher, waiting)
    } finally {
      await super.close()
    }
  }

  /** Records that came in one step with an earlier one, which is still being written, are this sink's already. */
  async #flushRest(flusher: SinkFlusher, waiting: readonly WaitingRecord[]): Promise<void> {
    flusher.stop()
    for (const { value, timestamp, keyHash, watermark } of waiting) {
      this.#invokeWatermark = watermark
      await this.#invoke(value, timestamp, keyHash)
    }
    await flusher.flush()
  }

  #invoke(value: unknown, timestamp: number, keyHash: number): void | Promise<void> {
    this.#timestamp = timestamp
    try {
      this.setCurrentKey(value, keyHash)
      return this.#function.invoke(value, this.#functionContext)
    } catch (error) {
      throw this.failed(error)
    }
  }

  async #awaitAll(first: PromiseLike<unknown>): Promise<void> {
    try {
      await first
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#invokeWatermark = next.watermark
        await this.#invoke(next.value, next.timestamp, next.keyHash)
        this.#flusher?.recordTaken()
      }
    } catch (error) {
      throw this.failed(error)
    } finally {
      this.#pending = undefined
    }
  }
}
