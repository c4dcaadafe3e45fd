// Duty: gives records their timestamps, and makes watermarks of them.
// Invariants: watermarks and idleness of upstream end here, all but the greatest watermark, which is the end of the data. A record
// goes on before its generator sees it. Periodic watermarks come in the interval of the job, none where it is 0.
// Thread: the task worker that owns the operator.
import type { TimestampAssigner } from '../../../api/eventtime/timestamp-assigner.js'
import type { WatermarkGenerator } from '../../../api/eventtime/watermark-generator.js'
import type { WatermarkStrategy } from '../../../api/eventtime/watermark-strategy.js'
import { PipelineOptions } from '../../../core/config/pipeline-options.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { ActivityClock } from '../eventtime/activity-clock.js'
import { assignedTimestamp } from '../eventtime/assigned-timestamp.js'
import { WatermarkEmitter } from '../eventtime/watermark-emitter.js'
import { createWatermarkGenerator } from '../eventtime/watermark-generators.js'
import { MAX_WATERMARK, type WatermarkStatus } from '../network/stream-element.js'
import { StreamOperatorBase } from './stream-operator-base.js'
import type { Input, OneInputStreamOperator, OperatorContext } from './stream-operator.js'
import { WITHOUT_SPLITS, type WatermarkMaker } from './watermark-maker.js'

export class TimestampsAndWatermarksOperator
  extends StreamOperatorBase
  implements OneInputStreamOperator, WatermarkMaker
{
  readonly inputs: readonly Input[] = [this]
  readonly #strategy: WatermarkStrategy<unknown>
  readonly #assigner: TimestampAssigner<unknown> | undefined
  readonly #watermarks: WatermarkEmitter
  readonly #activityClock: ActivityClock
  readonly #intervalMs: number
  #generator: WatermarkGenerator<unknown>
  #hasRecord = false

  constructor(binding: OperatorBinding, context: OperatorContext, strategy: WatermarkStrategy<unknown>) {
    super(binding, context)
    this.#strategy = strategy
    this.#assigner = strategy.timestampAssigner
    this.#watermarks = new WatermarkEmitter(context.output, context.time)
    this.#activityClock = new ActivityClock(context.clock)
    this.#intervalMs = context.configuration.get(PipelineOptions.AUTO_WATERMARK_INTERVAL)
    this.#generator = this.#createGenerator()
  }

  override async open(): Promise<void> {
    await super.open()
    if (this.#intervalMs > 0) this.#scheduleEmit()
  }

  processElement(value: unknown, timestamp: number): void {
    this.#watermarks.finishPending()
    this.#hasRecord = true
    try {
      const eventTimestamp =
        this.#assigner === undefined ? timestamp : assignedTimestamp(this.#assigner, value, timestamp, this.name)
      this.output.collect(value, eventTimestamp)
      const result: unknown = this.#generator.onEvent(value, eventTimestamp, this.#watermarks)
      this.refusePromise(result, 'onEvent', this.#generator)
    } catch (error) {
      throw this.failed(error)
    }
  }

  prepareKeys(): void {
    // It has no state.
  }

  processWatermark(timestamp: number): boolean {
    if (timestamp === MAX_WATERMARK) this.#watermarks.emitWatermark(timestamp)
    return true
  }

  processWatermarkStatus(_status: WatermarkStatus): boolean {
    // Its own records say whether it is idle.
    return true
  }

  override finish(): Promise<boolean> {
    this.#emitPeriodically()
    return super.finish()
  }

  watermarkTime(): ReturnType<WatermarkMaker['watermarkTime']> {
    const { currentWatermark: watermark, isIdle } = this.#watermarks
    const strategy = this.#strategy.generator.kind === 'none' ? 'none' : 'strategy'
    return { watermark, isIdle, strategy, hasRecord: this.#hasRecord, ...WITHOUT_SPLITS }
  }

  #createGenerator(): WatermarkGenerator<unknown> {
    try {
      return createWatermarkGenerator(this.#strategy, { clock: this.context.clock }, this.#activityClock)
    } catch (error) {
      throw this.failed(error)
    }
  }

  #scheduleEmit(): void {
    const { processingTime } = this.context
    processingTime.registerTimer(processingTime.currentProcessingTime() + this.#intervalMs, this.#onTimer)
  }

  /** What is not done of it is pending at the task. */
  readonly #onTimer = (): boolean => {
    this.#emitPeriodically()
    this.#scheduleEmit()
    return true
  }

  #emitPeriodically(): void {
    // Nothing can come in while the output is full: that is not idleness.
    if (this.context.isOutputAvailable()) this.#activityClock.resume()
    else this.#activityClock.pause()
    try {
      const result: unknown = this.#generator.onPeriodicEmit(this.#watermarks)
      this.refusePromise(result, 'onPeriodicEmit', this.#generator)
    } catch (error) {
      throw this.failed(error)
    }
  }
}
