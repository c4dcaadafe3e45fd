// Duty: the time of an operator with several inputs, out of the watermarks and statuses of all of them.
// Invariants: it never goes back; it is the smallest watermark of the inputs that are not idle, and stands still while all are, as
// Flink's does. An input that comes back from idle counts at once, so time waits for it. The operator is given one time again and
// again until it is done with it, and no newer one before.
// Thread: the task worker that owns the operator.
import type { WatermarkStatus } from '../network/stream-element.js'

export interface CombinedTimeListener {
  /** As an input's processWatermark: false when it is not done. */
  advance(timestamp: number): boolean
  emitWatermarkStatus(status: WatermarkStatus): void
}

export class CombinedWatermark {
  readonly #listener: CombinedTimeListener
  readonly #watermarks: number[]
  readonly #isIdle: boolean[]
  #combined = Number.NEGATIVE_INFINITY
  /** The listener is done with time up to here. */
  #done = Number.NEGATIVE_INFINITY
  #status: WatermarkStatus = 'active'
  #idleInputs = 0

  constructor(inputCount: number, listener: CombinedTimeListener) {
    this.#listener = listener
    this.#watermarks = Array.from({ length: inputCount }, () => Number.NEGATIVE_INFINITY)
    this.#isIdle = this.#watermarks.map(() => false)
  }

  /** What the operator is done with. */
  get currentWatermark(): number {
    return this.#done
  }

  /** For an input's processWatermark. */
  onWatermark(timestamp: number, input: number): boolean {
    this.#setIdle(input, false)
    if (timestamp > (this.#watermarks[input] ?? timestamp)) this.#watermarks[input] = timestamp
    return this.#update()
  }

  /** For an input's processWatermarkStatus. */
  onStatus(status: WatermarkStatus, input: number): boolean {
    this.#setIdle(input, status === 'idle')
    return this.#update()
  }

  #setIdle(input: number, isIdle: boolean): void {
    if (this.#isIdle[input] === isIdle) return
    this.#isIdle[input] = isIdle
    this.#idleInputs += isIdle ? 1 : -1
  }

  #update(): boolean {
    const isIdle = this.#idleInputs === this.#isIdle.length
    this.#setStatus(isIdle ? 'idle' : 'active')
    if (!isIdle) this.#combined = Math.max(this.#combined, this.#smallest())
    if (this.#done < this.#combined) {
      if (!this.#listener.advance(this.#combined)) return false
      this.#done = this.#combined
    }
    return true
  }

  #smallest(): number {
    let smallest = Number.POSITIVE_INFINITY
    for (let input = 0; input < this.#watermarks.length; input += 1) {
      const watermark = this.#watermarks[input] ?? smallest
      if (this.#isIdle[input] !== true && watermark < smallest) smallest = watermark
    }
    return smallest
  }

  #setStatus(status: WatermarkStatus): void {
    if (status === this.#status) return
    this.#status = status
    this.#listener.emitWatermarkStatus(status)
  }
}
