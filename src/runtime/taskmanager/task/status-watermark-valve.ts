// Duty: one watermark and one status out of those of all channels of an input, as Flink's valve gives them.
// Invariants: the output never goes back; it is the smallest watermark of the aligned channels. A channel is aligned
// while it is active and its watermark has reached the output's: one that wakes up holds nobody back before that. What
// an idle channel says of time is ignored; when the last channel goes idle, the greatest watermark comes out, so that
// the order in which they went makes no difference. A channel that ended keeps its last word: a source that has
// finished has said the greatest watermark, and one that was suspended must not let time go on.
// Thread: the task's worker.
import type { WatermarkStatus } from '../network/stream-element.js'

/** What the valve lets out, in order. */
export interface ValveOutput {
  onWatermark(timestamp: number): void
  onWatermarkStatus(status: WatermarkStatus): void
}

export class StatusWatermarkValve {
  readonly #output: ValveOutput
  readonly #watermarks: number[]
  readonly #isActive: boolean[]
  readonly #isAligned: boolean[]
  #activeChannels: number
  #lastOutput = Number.NEGATIVE_INFINITY
  /** Aligned channels that stand at the last output. While there is one, time cannot go on: nothing has to be looked for. */
  #holding: number

  constructor(channelCount: number, output: ValveOutput) {
    this.#output = output
    this.#watermarks = Array.from({ length: channelCount }, () => Number.NEGATIVE_INFINITY)
    this.#isActive = this.#watermarks.map(() => true)
    this.#isAligned = this.#watermarks.map(() => true)
    this.#activeChannels = channelCount
    this.#holding = channelCount
  }

  onWatermark(timestamp: number, channel: number): void {
    const before = this.#watermarks[channel] ?? Number.POSITIVE_INFINITY
    if (this.#isActive[channel] !== true || timestamp <= before) return
    this.#watermarks[channel] = timestamp
    if (this.#isAligned[channel] === true) {
      if (before === this.#lastOutput) this.#holding -= 1
    } else {
      this.#alignIfThere(channel)
    }
    this.#advance()
  }

  onStatus(status: WatermarkStatus, channel: number): void {
    const isActive = status === 'active'
    if (this.#isActive[channel] === isActive) return
    this.#isActive[channel] = isActive
    if (isActive) this.#wakeUp(channel)
    else this.#goIdle(channel)
  }

  /** Channels that time waits for: the smallest watermark of those that are not idle. None where all are. */
  holders(): number[] {
    const active = [...this.#watermarks.keys()].filter((channel) => this.#isActive[channel] === true)
    const smallest = active.reduce((least, channel) => Math.min(least, this.#watermarks[channel] ?? least), Infinity)
    return active.filter((channel) => this.#watermarks[channel] === smallest)
  }

  #wakeUp(channel: number): void {
    this.#activeChannels += 1
    this.#alignIfThere(channel)
    if (this.#activeChannels === 1) this.#output.onWatermarkStatus('active')
    this.#advance()
  }

  #goIdle(channel: number): void {
    this.#activeChannels -= 1
    if (this.#isAligned[channel] === true && this.#watermarks[channel] === this.#lastOutput) this.#holding -= 1
    this.#isAligned[channel] = false
    if (this.#activeChannels > 0) {
      this.#advance()
      return
    }
    this.#outputIfLater(Math.max(...this.#watermarks))
    this.#output.onWatermarkStatus('idle')
  }

  #alignIfThere(channel: number): void {
    const watermark = this.#watermarks[channel] ?? Number.NEGATIVE_INFINITY
    if (watermark < this.#lastOutput) return
    this.#isAligned[channel] = true
    if (watermark === this.#lastOutput) this.#holding += 1
  }

  #advance(): void {
    if (this.#holding > 0) return
    let smallest = Number.POSITIVE_INFINITY
    let holding = 0
    for (let channel = 0; channel < this.#watermarks.length; channel += 1) {
      const watermark = this.#watermarks[channel] ?? Number.POSITIVE_INFINITY
      if (this.#isAligned[channel] !== true || watermark > smallest) continue
      holding = watermark === smallest ? holding + 1 : 1
      smallest = watermark
    }
    if (holding === 0) return
    this.#holding = holding
    this.#outputIfLater(smallest)
  }

  #outputIfLater(timestamp: number): void {
    if (timestamp <= this.#lastOutput) return
    this.#lastOutput = timestamp
    this.#output.onWatermark(timestamp)
  }
}
