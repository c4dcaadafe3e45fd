// Duty: where a reader emits to, for itself or for one split: a record gets its timestamp, goes on, and is seen by the generator.
// Invariants: a record goes on before its generator sees it; a watermark that is pending at the task is finished before it. One
// class for every output of every source, so that the way of a record has one shape.
// Thread: the task worker that owns the task.
import type { SourceOutput } from '../../../api/connector/source/reader-output.js'
import type { FailedRecord } from '../../../api/badrecords/dead-letter.js'
import type { WatermarkGenerator } from '../../../api/eventtime/watermark-generator.js'
import type { WatermarkOutput } from '../../../api/eventtime/watermark-output.js'
import type { TimestampAssigner } from '../../../api/eventtime/timestamp-assigner.js'
import type { Watermark } from '../../../api/eventtime/watermark.js'
import { assignedTimestamp, givenTimestamp } from '../eventtime/assigned-timestamp.js'
import type { WatermarkEmitter } from '../eventtime/watermark-emitter.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { BadRecords } from '../operators/bad-records.js'
import type { Output } from '../operators/output.js'
import { asyncNotAllowed, isThenable } from '../state/thenable.js'

/** What all outputs of a source share. */
export interface SharedSourceOutput {
  readonly operatorName: string
  readonly output: Output
  readonly emitter: WatermarkEmitter
  readonly assigner: TimestampAssigner<unknown> | undefined
  /** Undefined where a record that fails fails the job. */
  readonly badRecords: BadRecords | undefined
}

/** A WatermarkGenerator whose results are looked at: they may be promises, which nobody would await. */
interface ObservedGenerator {
  onEvent(...event: Parameters<WatermarkGenerator<unknown>['onEvent']>): unknown
  onPeriodicEmit(output: WatermarkOutput): unknown
}

export interface SourceOutputTime {
  /** Undefined where the strategy makes no watermarks. */
  readonly generator: ObservedGenerator | undefined
  /** For what a record, or the reader itself, says of time. */
  readonly immediate: WatermarkOutput
  /** For what is said periodically. */
  readonly deferred: WatermarkOutput
}

export class SourceOutputWithWatermarks implements SourceOutput<unknown> {
  readonly #operatorName: string
  readonly #output: Output
  readonly #emitter: WatermarkEmitter
  readonly #assigner: TimestampAssigner<unknown> | undefined
  readonly #badRecords: BadRecords | undefined
  readonly #time: SourceOutputTime
  readonly #generator: ObservedGenerator | undefined
  #hasRecord = false

  constructor(shared: SharedSourceOutput, time: SourceOutputTime) {
    this.#operatorName = shared.operatorName
    this.#output = shared.output
    this.#emitter = shared.emitter
    this.#assigner = shared.assigner
    this.#badRecords = shared.badRecords
    this.#time = time
    this.#generator = time.generator
  }

  get hasRecord(): boolean {
    return this.#hasRecord
  }

  collect(record: unknown, timestampMs: number = NO_TIMESTAMP): void {
    this.#emitter.finishPending()
    this.#hasRecord = true
    const timestamp =
      this.#badRecords === undefined
        ? this.#timestampOf(record, timestampMs)
        : this.#guardedTimestampOf(record, timestampMs, this.#badRecords)
    if (timestamp === undefined) return
    this.#output.collect(record, timestamp)
    const generator = this.#generator
    if (generator === undefined) return
    const result = generator.onEvent(record, timestamp, this.#time.immediate)
    if (isThenable(result)) throw asyncNotAllowed(result, this.#operatorName, 'onEvent', generator)
  }

  recordFailed(error: unknown, failed: FailedRecord): void {
    this.#emitter.finishPending()
    if (this.#badRecords?.take(error, failed) !== true) throw error
  }

  emitWatermark(watermark: Watermark | number): void {
    this.#time.immediate.emitWatermark(watermark)
  }

  markIdle(): void {
    this.#time.immediate.markIdle()
  }

  markActive(): void {
    this.#time.immediate.markActive()
  }

  emitPeriodically(): void {
    const generator = this.#generator
    if (generator === undefined) return
    const result = generator.onPeriodicEmit(this.#time.deferred)
    if (isThenable(result)) throw asyncNotAllowed(result, this.#operatorName, 'onPeriodicEmit', generator)
  }

  #timestampOf(record: unknown, timestampMs: number): number {
    const assigner = this.#assigner
    return assigner === undefined
      ? givenTimestamp(timestampMs, record, this.#operatorName)
      : assignedTimestamp(assigner, record, timestampMs, this.#operatorName)
  }

  /** Undefined where the record has none, and the job goes on without it. */
  #guardedTimestampOf(record: unknown, timestampMs: number, badRecords: BadRecords): number | undefined {
    try {
      return this.#timestampOf(record, timestampMs)
    } catch (error) {
      if (!badRecords.take(error, { record })) throw error
      return undefined
    }
  }
}
