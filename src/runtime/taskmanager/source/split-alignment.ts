// Duty: keeps a source, and each of its splits, from being read further ahead of the others of its alignment group than allowed.
// Invariants: the source waits while its time is greater than the greatest that its coordinator allows; a split is paused while its
// own is. Without an alignment nothing is ever greater.
// Thread: the task worker that owns the task.
import { MAX_WATERMARK, NO_TIMESTAMP } from '../network/stream-element.js'
import type { ReaderOutputs } from './reader-outputs.js'

export interface SplitAlignmentInput {
  readonly outputs: () => Pick<ReaderOutputs, 'emitter' | 'splits'>
  readonly pauseOrResume: (splitsToPause: readonly string[], splitsToResume: readonly string[]) => void
  readonly report: (watermark: number) => void
}

export class SplitAlignment {
  readonly #input: SplitAlignmentInput
  readonly #paused = new Set<string>()
  #maxWatermark = MAX_WATERMARK

  constructor(input: SplitAlignmentInput) {
    this.#input = input
  }

  get mustWait(): boolean {
    return this.#maxWatermark !== MAX_WATERMARK && this.#input.outputs().emitter.currentWatermark > this.#maxWatermark
  }

  get pausedSplits(): ReadonlySet<string> {
    return this.#paused
  }

  setMaxWatermark(maxWatermark: number): void {
    this.#maxWatermark = maxWatermark
    const { splits } = this.#input.outputs()
    for (const splitId of this.#paused) if (!splits.has(splitId)) this.#paused.delete(splitId)
    const pause: string[] = []
    const resume: string[] = []
    for (const [splitId, { watermark }] of splits) {
      const isPaused = this.#paused.has(splitId)
      if (watermark > maxWatermark && !isPaused) pause.push(splitId)
      else if (watermark <= maxWatermark && isPaused) resume.push(splitId)
    }
    this.#pauseOrResume(pause, resume)
  }

  onSplitWatermark(splitId: string, watermark: number): void {
    if (watermark > this.#maxWatermark && !this.#paused.has(splitId)) this.#pauseOrResume([splitId], [])
  }

  /** To the coordinator: nobody waits for an idle source, and nothing is to be said before the first watermark. */
  reportWatermark(): void {
    const { currentWatermark, isIdle } = this.#input.outputs().emitter
    if (isIdle) this.#input.report(MAX_WATERMARK)
    else if (currentWatermark !== NO_TIMESTAMP) this.#input.report(currentWatermark)
  }

  #pauseOrResume(pause: readonly string[], resume: readonly string[]): void {
    if (pause.length === 0 && resume.length === 0) return
    for (const splitId of pause) this.#paused.add(splitId)
    for (const splitId of resume) this.#paused.delete(splitId)
    this.#input.pauseOrResume(pause, resume)
  }
}
