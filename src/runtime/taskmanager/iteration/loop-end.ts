// Duty: says when a loop is over: sends markers round, one after the other, and looks at what comes back.
//
//   begin -> marker goes round --quiet for long enough--> over
//               ^     \___ not yet: the next one ___/
//                \________ quiet, but the longest wait is not over: the next one after that
//
// Invariants: one marker is on its way, or a timer runs, or it is over.
// Thread: the worker of the head.
import type { ProcessingTimeService } from '../operators/processing-time-service.js'

/** Rounds for each loop that a record can come through, and for the first and the last look. See README.md. */
const ROUNDS_A_LOOP = 2

export interface LoopEndInput {
  /** How many loops the program has. */
  readonly loops: number
  readonly maxWaitMs: number
  readonly processingTime: ProcessingTimeService
  readonly emitMarker: (quietRounds: number) => void
}

export class LoopEnd {
  readonly #input: LoopEndInput
  readonly #neededRounds: number
  /** When it was last known that something had happened, in ms since the epoch. */
  #lastActivity = 0
  #isOver = false

  constructor(input: LoopEndInput) {
    this.#input = input
    this.#neededRounds = ROUNDS_A_LOOP * (input.loops + 1)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  begin(): void {
    this.#lastActivity = this.#input.processingTime.currentProcessingTime()
    this.#input.emitMarker(1)
  }

  /** The marker has come back: for so many rounds nothing has happened in what it went through. */
  returned(quietRounds: number): void {
    const { maxWaitMs, processingTime, emitMarker } = this.#input
    const now = processingTime.currentProcessingTime()
    if (quietRounds === 0) this.#lastActivity = now
    const overAt = this.#lastActivity + maxWaitMs
    if (quietRounds < this.#neededRounds) emitMarker(quietRounds + 1)
    else if (now >= overAt) this.#isOver = true
    else this.#look(overAt, quietRounds + 1)
  }

  #look(at: number, quietRounds: number): void {
    this.#input.processingTime.registerTimer(at, () => {
      this.#input.emitMarker(quietRounds)
      return true
    })
  }
}
