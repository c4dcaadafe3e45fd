// Duty: the input of the head of a loop: records come back from the tails beside it.
// Invariants: while a snapshot to stop with is on its way nothing is given out, but all that comes back is taken, since it
// belongs to that snapshot. One that drains is taken when the loop has ended by itself.
// Thread: the task's worker.
import type { IterationHead } from '../iteration/iteration-head.js'
import type { CheckpointBarrier } from '../network/stream-element.js'
import type { SourceStatus } from '../operators/stream-operator.js'
import type { TaskInput, TriggerAnswer } from './task-input.js'

export class IterationInput implements TaskInput {
  readonly #head: IterationHead
  readonly #takeCheckpoint: (barrier: CheckpointBarrier) => void
  #state: 'open' | 'paused' | 'ended' = 'open'
  /** The task has been told of the end. */
  #isEndTold = false
  #atEnd: CheckpointBarrier[] = []

  constructor(head: IterationHead, takeCheckpoint: (barrier: CheckpointBarrier) => void) {
    this.#head = head
    this.#takeCheckpoint = takeCheckpoint
  }

  process(): SourceStatus {
    if (this.#state === 'paused') return this.#head.holdNext() ? 'more' : 'waiting'
    if (this.#state === 'open') {
      const status = this.#head.emitNext()
      if (status !== 'end') return status
      this.#state = 'ended'
    }
    // Asked again after it has told of the end, the task has ended its data.
    if (this.#isEndTold) for (const barrier of this.#atEnd.splice(0)) this.#takeCheckpoint(barrier)
    this.#isEndTold = true
    return 'end'
  }

  hasData(): boolean {
    if (this.#state === 'paused') return this.#head.hasFeedback
    if (this.#state === 'open') return this.#head.hasWork
    return !this.#isEndTold || this.#atEnd.length > 0
  }

  get isExhausted(): boolean {
    return this.#state === 'ended' && this.#atEnd.length === 0
  }

  advanceToEndOfTime(): void {
    // What comes back has never held time up.
  }

  onTrigger(barrier: CheckpointBarrier): TriggerAnswer {
    if (this.#state === 'ended' || barrier.options.stop !== 'drain') return 'take-now'
    this.#atEnd.push(barrier)
    return 'by-input'
  }

  onCheckpointAborted(checkpointId: number): void {
    this.#atEnd = this.#atEnd.filter((barrier) => barrier.checkpointId !== checkpointId)
  }

  pause(): void {
    if (this.#state === 'open') this.#state = 'paused'
  }

  resume(): void {
    if (this.#state === 'paused') this.#state = 'open'
  }

  endEarly(): void {
    this.#state = 'ended'
  }

  awaken(): void {
    // What comes back wakes the worker.
  }

  cancel(): void {
    // It is closed with the head.
  }

  close(): void {
    // It is closed with the head.
  }
}
