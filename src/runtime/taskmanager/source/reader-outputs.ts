// Duty: the outputs of a reader: its main one and one a split, and the time of the source that comes of theirs.
// Invariants: time is the smallest of the splits that are not idle. The source is idle when its splits and its main output are;
// an output that nothing was said on counts as idle for the main one, and holds time back for a split.
// Thread: the task worker that owns the task.
import type { ReaderOutput, SourceOutput } from '../../../api/connector/source/reader-output.js'
import type { FailedRecord } from '../../../api/badrecords/dead-letter.js'
import type { WatermarkGenerator } from '../../../api/eventtime/watermark-generator.js'
import type { WatermarkOutput } from '../../../api/eventtime/watermark-output.js'
import type { WatermarkStrategy } from '../../../api/eventtime/watermark-strategy.js'
import type { Watermark } from '../../../api/eventtime/watermark.js'
import { ActivityClock } from '../eventtime/activity-clock.js'
import { WatermarkEmitter } from '../eventtime/watermark-emitter.js'
import { createWatermarkGenerator } from '../eventtime/watermark-generators.js'
import { WatermarkOutputMultiplexer } from '../eventtime/watermark-output-multiplexer.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import { SourceOutputWithWatermarks, type SharedSourceOutput } from './source-output-with-watermarks.js'

interface SplitOutput {
  readonly output: SourceOutputWithWatermarks
  readonly clock: ActivityClock
  watermark: number
  isIdle: boolean
}

export interface ReaderOutputsInput {
  readonly operatorName: string
  readonly context: Pick<OperatorContext, 'output' | 'time' | 'clock' | 'badRecords'>
  readonly strategy: WatermarkStrategy<unknown>
  /** A split's time has come so far. */
  readonly onSplitWatermark: (splitId: string, watermark: number) => void
}

export class ReaderOutputs implements ReaderOutput<unknown> {
  readonly emitter: WatermarkEmitter
  readonly #input: ReaderOutputsInput
  readonly #shared: SharedSourceOutput
  readonly #multiplexer: WatermarkOutputMultiplexer
  readonly #main: SourceOutputWithWatermarks
  readonly #mainClock: ActivityClock
  readonly #splits = new Map<string, SplitOutput>()
  /** Of a split that was released. */
  #hadRecord = false

  constructor(input: ReaderOutputsInput) {
    const { context, strategy, operatorName } = input
    this.#input = input
    this.emitter = new WatermarkEmitter(context.output, context.time)
    this.#mainClock = new ActivityClock(context.clock)
    const { output, badRecords } = context
    this.#shared = { operatorName, output, emitter: this.emitter, assigner: strategy.timestampAssigner, badRecords }
    const idleness = new JointIdleness(this.emitter)
    this.#multiplexer = new WatermarkOutputMultiplexer(idleness.member())
    const main = idleness.member()
    const generator = this.#createGenerator(this.#mainClock)
    this.#main = new SourceOutputWithWatermarks(this.#shared, { generator, immediate: main, deferred: main })
  }

  collect(record: unknown, timestampMs: number = NO_TIMESTAMP): void {
    this.#main.collect(record, timestampMs)
  }

  recordFailed(error: unknown, failed: FailedRecord): void {
    this.#main.recordFailed(error, failed)
  }

  emitWatermark(watermark: Watermark | number): void {
    this.#main.emitWatermark(watermark)
  }

  markIdle(): void {
    this.#main.markIdle()
  }

  markActive(): void {
    this.#main.markActive()
  }

  createOutputForSplit(splitId: string): SourceOutput<unknown> {
    return (this.#splits.get(splitId) ?? this.#addSplit(splitId)).output
  }

  releaseOutputForSplit(splitId: string): void {
    const split = this.#splits.get(splitId)
    if (split === undefined) return
    this.#hadRecord ||= split.output.hasRecord
    this.#splits.delete(splitId)
    this.#multiplexer.unregisterOutput(splitId)
  }

  get hasRecord(): boolean {
    return this.#hadRecord || this.#main.hasRecord || [...this.#splits.values()].some(({ output }) => output.hasRecord)
  }

  get splits(): ReadonlyMap<string, { readonly watermark: number; readonly isIdle: boolean }> {
    return this.#splits
  }

  emitPeriodically(): void {
    for (const { output } of this.#splits.values()) output.emitPeriodically()
    this.#multiplexer.onPeriodicEmit()
    this.#main.emitPeriodically()
  }

  /** No record can come now, which is not idleness. */
  pauseClocks(): void {
    this.#mainClock.pause()
    for (const { clock } of this.#splits.values()) clock.pause()
  }

  /** Of all but the splits that are paused themselves: of those no record can come either. */
  resumeClocks(paused: ReadonlySet<string>): void {
    this.#mainClock.resume()
    for (const [splitId, { clock }] of this.#splits) {
      if (paused.has(splitId)) clock.pause()
      else clock.resume()
    }
  }

  #addSplit(splitId: string): SplitOutput {
    const clock = new ActivityClock(this.#input.context.clock)
    this.#multiplexer.registerNewOutput(splitId, {
      onWatermarkUpdate: (watermark) => {
        split.watermark = watermark
        this.#input.onSplitWatermark(splitId, watermark)
      },
      onIdleUpdate: (isIdle) => {
        split.isIdle = isIdle
      },
    })
    const output = new SourceOutputWithWatermarks(this.#shared, {
      generator: this.#createGenerator(clock),
      immediate: this.#multiplexer.getImmediateOutput(splitId),
      deferred: this.#multiplexer.getDeferredOutput(splitId),
    })
    const split: SplitOutput = { output, clock, watermark: NO_TIMESTAMP, isIdle: false }
    this.#splits.set(splitId, split)
    return split
  }

  #createGenerator(activityClock: ActivityClock): WatermarkGenerator<unknown> | undefined {
    const { strategy, context } = this.#input
    if (strategy.generator.kind === 'none' && strategy.idlenessMs === undefined) return undefined
    return createWatermarkGenerator(strategy, { clock: context.clock }, activityClock)
  }
}

/** One output for several that say when they are idle: it is when all of them are. */
class JointIdleness {
  readonly #output: WatermarkOutput
  readonly #active = new Set<WatermarkOutput>()

  constructor(output: WatermarkOutput) {
    this.#output = output
  }

  /** Not active before its first word. */
  member(): WatermarkOutput {
    const member: WatermarkOutput = {
      emitWatermark: (watermark) => {
        this.#active.add(member)
        this.#output.emitWatermark(watermark)
      },
      markIdle: () => {
        this.#active.delete(member)
        if (this.#active.size === 0) this.#output.markIdle()
      },
      markActive: () => {
        this.#active.add(member)
        this.#output.markActive()
      },
    }
    return member
  }
}
