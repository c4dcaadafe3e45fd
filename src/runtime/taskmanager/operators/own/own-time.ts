// Duty: time as an own operator sends it on: watermarks of its own accord, and timers that may take longer than one call.
// Invariants: what is emitted while timers are still to fire comes after them. A watermark that is not done downstream is pending at
// the task.
// Thread: the task worker that owns the operator.
import type { WatermarkStatus } from '../../network/stream-element.js'
import { WatermarkEmitter } from '../../eventtime/watermark-emitter.js'
import type { OperatorContext } from '../stream-operator.js'

export class OwnTime {
  readonly #emitter: WatermarkEmitter
  readonly #fireTimers: (timestamp: number) => boolean
  /** Up to where timers are still to fire; undefined where all have. */
  #firing: number | undefined
  /** The highest watermark that was emitted meanwhile. */
  #waiting: number | undefined

  /** `fireTimers` is false where it is not done. */
  constructor({ output, time }: Pick<OperatorContext, 'output' | 'time'>, fireTimers: (timestamp: number) => boolean) {
    this.#emitter = new WatermarkEmitter(output, time)
    this.#fireTimers = fireTimers
  }

  get isFiring(): boolean {
    return this.#firing !== undefined
  }

  advance(timestamp: number): void {
    if (this.#firing === undefined || timestamp > this.#firing) this.#firing = timestamp
    this.continue()
  }

  /** False: not done, as an input's `processWatermark`. */
  continue(): boolean {
    if (this.#firing === undefined) return true
    if (!this.#fireTimers(this.#firing)) return false
    this.#firing = undefined
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) this.#emitter.emitWatermark(waiting)
    return true
  }

  emitWatermark(timestamp: number): void {
    if (this.#firing === undefined) this.#emitter.emitWatermark(timestamp)
    else if (this.#waiting === undefined || timestamp > this.#waiting) this.#waiting = timestamp
  }

  emitStatus(status: WatermarkStatus): void {
    if (status === 'idle') this.#emitter.markIdle()
    else this.#emitter.markActive()
  }

  /** Before a record of the operator passes. */
  beforeRecord(): void {
    this.#emitter.finishPending()
  }
}
