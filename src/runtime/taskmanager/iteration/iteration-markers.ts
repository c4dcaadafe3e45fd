// Duty: a task's part in finding out whether a loop is empty: takes the markers of its channels, one of each, and hands on
// one of its own, which says for how many rounds nothing has happened up to here.
//
// Invariants: a marker waits for those of all channels whose data has not ended. Only what is in a loop sends markers, so no
// round goes by before everything that goes into the loop has ended. The task counts as quiet when it has neither taken nor
// emitted a record since the marker before, and holds none that it is going to emit. Why that is enough: README.md.
// Thread: the task's worker.

export interface IterationMarkersInput {
  readonly channelCount: number
  /** Grows with each record that is taken or emitted. */
  readonly activity: () => number
  /** Whether records are going to be emitted that were taken long ago. */
  readonly holdsRecords: () => boolean
  readonly forward: (quietRounds: number) => void
}

export class IterationMarkers {
  readonly #input: IterationMarkersInput
  /** By channel: the markers that wait for those of the others; no more than a few, as all go round together. */
  readonly #waiting: readonly number[][]
  readonly #ended: boolean[]
  #lastActivity = -1

  constructor(input: IterationMarkersInput) {
    this.#input = input
    this.#waiting = Array.from({ length: input.channelCount }, () => [])
    this.#ended = this.#waiting.map(() => false)
  }

  onMarker(quietRounds: number, channelIndex: number): void {
    this.#waiting[channelIndex]?.push(quietRounds)
    this.#forwardComplete()
  }

  /** Nothing comes from this channel any more. */
  onEndOfData(channelIndex: number): void {
    this.#ended[channelIndex] = true
    this.#forwardComplete()
  }

  #forwardComplete(): void {
    while (this.#isComplete()) {
      let quietRounds = Number.POSITIVE_INFINITY
      for (const waiting of this.#waiting) quietRounds = Math.min(quietRounds, waiting.shift() ?? quietRounds)
      this.#input.forward(this.#takeQuiet() ? quietRounds : 0)
    }
  }

  #isComplete(): boolean {
    const isThere = this.#waiting.every((waiting, channel) => waiting.length > 0 || this.#ended[channel] === true)
    return isThere && this.#waiting.some((waiting) => waiting.length > 0)
  }

  #takeQuiet(): boolean {
    const activity = this.#input.activity()
    const isQuiet = activity === this.#lastActivity && !this.#input.holdsRecords()
    this.#lastActivity = activity
    return isQuiet
  }
}
