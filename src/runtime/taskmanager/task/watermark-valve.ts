// Duty: one watermark out of those of all channels.
// Invariants: the output never goes back; it is the smallest watermark of the channels that are not idle; a channel that
// ended counts as the greatest.
// Thread: the task's worker.
import { MAX_WATERMARK, type WatermarkStatus } from '../network/stream-element.js'

export class WatermarkValve {
  readonly #watermarks: number[]
  readonly #idle: boolean[]
  readonly #emitWatermark: (timestamp: number) => void
  readonly #emitStatus: (status: WatermarkStatus) => void
  #current = Number.NEGATIVE_INFINITY
  #isIdle = false

  constructor(
    channelCount: number,
    emitWatermark: (timestamp: number) => void,
    emitStatus: (status: WatermarkStatus) => void,
  ) {
    this.#watermarks = Array.from({ length: channelCount }, () => Number.NEGATIVE_INFINITY)
    this.#idle = Array.from({ length: channelCount }, () => false)
    this.#emitWatermark = emitWatermark
    this.#emitStatus = emitStatus
  }

  onWatermark(timestamp: number, channelIndex: number): void {
    if (timestamp <= (this.#watermarks[channelIndex] ?? Number.POSITIVE_INFINITY)) return
    this.#watermarks[channelIndex] = timestamp
    this.#idle[channelIndex] = false
    this.#updateStatus()
    this.#advance()
  }

  onStatus(status: WatermarkStatus, channelIndex: number): void {
    this.#idle[channelIndex] = status === 'idle'
    this.#updateStatus()
    if (!this.#isIdle) this.#advance()
  }

  /** Its source is done: it holds nobody back. No watermark is made up: a suspended job keeps its time. */
  onChannelEnded(channelIndex: number): void {
    if (this.#watermarks[channelIndex] === MAX_WATERMARK) return
    this.#idle[channelIndex] = true
    if (!this.#idle.every(Boolean)) this.#advance()
  }

  #updateStatus(): void {
    const isIdle = this.#idle.every(Boolean)
    if (isIdle === this.#isIdle) return
    this.#isIdle = isIdle
    this.#emitStatus(isIdle ? 'idle' : 'active')
  }

  #advance(): void {
    let smallest = Number.POSITIVE_INFINITY
    let hasActive = false
    for (const [index, watermark] of this.#watermarks.entries()) {
      if (this.#idle[index] === true) continue
      hasActive = true
      smallest = Math.min(smallest, watermark)
    }
    if (!hasActive || smallest <= this.#current) return
    this.#current = smallest
    this.#emitWatermark(smallest)
  }
}
