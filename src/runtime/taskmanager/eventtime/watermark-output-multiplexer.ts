// Duty: one watermark and one idleness out of those of many outputs, which come and go: the splits of a source.
// Invariants: what comes out never goes back. It is the smallest watermark of the outputs that are not idle, and stands still while
// all are. An immediate output is looked at with each of its words, a deferred one with the next periodic look; one that nothing
// was heard of holds time back, from its first moment on. One that goes away holds nobody back from the next look on. When the last has gone everything
// stays as it was: the next split may be on its way, and others would go past its time if they did not wait.
// Figures: only an output that can have held the others back has them looked at: with 10,000 splits, one record in 10,000.
// Thread: the task worker that owns the operator.
import type { Watermark } from '../../../api/eventtime/watermark.js'
import type { WatermarkOutput } from '../../../api/eventtime/watermark-output.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import { timestampOf } from './watermark-timestamp.js'

/** What is told of a single output. */
export interface WatermarkUpdateListener {
  onWatermarkUpdate(timestamp: number): void
  onIdleUpdate(isIdle: boolean): void
}

export class WatermarkOutputMultiplexer {
  readonly #underlying: WatermarkOutput
  readonly #outputs = new Map<string, PartialWatermark>()
  #combined = NO_TIMESTAMP
  /** Undefined: nothing was said. */
  #isIdle: boolean | undefined
  /** Outputs have changed without a look at them. */
  #isStale = false

  constructor(underlying: WatermarkOutput) {
    this.#underlying = underlying
  }

  /** That was emitted last; NO_TIMESTAMP before the first. */
  get combinedWatermark(): number {
    return this.#combined
  }

  registerNewOutput(id: string, listener?: WatermarkUpdateListener): void {
    if (this.#outputs.has(id)) throw new FlinkError('ASSERTION_FAILED', { what: `there is an output ${id} already` })
    this.#outputs.set(id, new PartialWatermark(listener))
    this.#setIdle(false)
  }

  /** False: there is none of that name. */
  unregisterOutput(id: string): boolean {
    this.#isStale = true
    return this.#outputs.delete(id)
  }

  getImmediateOutput(id: string): WatermarkOutput {
    const output = this.#output(id)
    return {
      emitWatermark: (watermark) => {
        this.#emitImmediately(output, timestampOf(watermark))
      },
      markIdle: () => {
        output.setIdle(true)
        this.onPeriodicEmit()
      },
      markActive: () => {
        output.setIdle(false)
        this.onPeriodicEmit()
      },
    }
  }

  getDeferredOutput(id: string): WatermarkOutput {
    const output = this.#output(id)
    return {
      emitWatermark: (watermark: Watermark | number) => {
        this.#isStale = true
        output.advance(timestampOf(watermark))
      },
      markIdle: () => {
        this.#isStale = true
        output.setIdle(true)
      },
      markActive: () => {
        this.#isStale = true
        output.setIdle(false)
      },
    }
  }

  /** Looks at all outputs. */
  onPeriodicEmit(): void {
    this.#isStale = false
    if (this.#outputs.size === 0) return
    let smallest = Number.POSITIVE_INFINITY
    let isIdle = true
    for (const output of this.#outputs.values()) {
      if (output.isIdle) continue
      isIdle = false
      if (output.watermark < smallest) smallest = output.watermark
    }
    this.#setIdle(isIdle)
    if (!isIdle) this.#advance(smallest)
  }

  #emitImmediately(output: PartialWatermark, timestamp: number): void {
    const { watermark: before, isIdle: wasIdle } = output
    const hasAdvanced = output.advance(timestamp)
    const mayAdvance = hasAdvanced && timestamp > this.#combined && (this.#isStale || before <= this.#combined)
    if (wasIdle || mayAdvance) this.onPeriodicEmit()
  }

  #advance(timestamp: number): void {
    if (timestamp <= this.#combined) return
    this.#combined = timestamp
    this.#underlying.emitWatermark(timestamp)
  }

  #setIdle(isIdle: boolean): void {
    if (isIdle === this.#isIdle) return
    this.#isIdle = isIdle
    if (isIdle) this.#underlying.markIdle()
    else this.#underlying.markActive()
  }

  #output(id: string): PartialWatermark {
    const output = this.#outputs.get(id)
    if (output === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `there is no output ${id}` })
    return output
  }
}

class PartialWatermark {
  watermark: number = NO_TIMESTAMP
  isIdle = false
  readonly #listener: WatermarkUpdateListener | undefined

  constructor(listener: WatermarkUpdateListener | undefined) {
    this.#listener = listener
  }

  /** True when it is later than before. In any case the output is idle no more. */
  advance(timestamp: number): boolean {
    this.setIdle(false)
    if (timestamp <= this.watermark) return false
    this.watermark = timestamp
    this.#listener?.onWatermarkUpdate(timestamp)
    return true
  }

  setIdle(isIdle: boolean): void {
    if (isIdle === this.isIdle) return
    this.isIdle = isIdle
    this.#listener?.onIdleUpdate(isIdle)
  }
}
