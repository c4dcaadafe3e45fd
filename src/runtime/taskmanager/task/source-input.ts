// Duty: the input of a source task: records come out of the head operator itself.
// Invariants: the source is not asked any more once it has said that it is at its end, or was ended early.
// Thread: the task's worker.
import type { SourceStatus, SourceStreamOperator } from '../operators/stream-operator.js'
import type { TaskInput, TriggerAnswer } from './task-input.js'

export class SourceInput implements TaskInput {
  readonly #source: SourceStreamOperator
  #state: 'open' | 'paused' | 'ended' = 'open'
  #mayHaveMore = true

  constructor(source: SourceStreamOperator) {
    this.#source = source
  }

  process(): SourceStatus {
    if (this.#state !== 'open') {
      this.#mayHaveMore = false
      return this.#state === 'paused' ? 'waiting' : 'end'
    }
    const status = this.#source.emitNext()
    this.#mayHaveMore = status === 'more'
    if (status === 'end') this.#state = 'ended'
    return status
  }

  hasData(): boolean {
    return this.#mayHaveMore && this.#state !== 'paused'
  }

  get isExhausted(): boolean {
    return this.#state === 'ended'
  }

  advanceToEndOfTime(): void {
    this.#source.advanceToEndOfTime()
  }

  onTrigger(): TriggerAnswer {
    return 'take-now'
  }

  onCheckpointAborted(): void {
    // No barrier is waited for.
  }

  pause(): void {
    if (this.#state === 'open') this.#state = 'paused'
  }

  resume(): void {
    if (this.#state === 'paused') this.#state = 'open'
    this.#mayHaveMore = true
  }

  endEarly(): void {
    this.#state = 'ended'
    this.#mayHaveMore = true
  }

  awaken(): void {
    this.#mayHaveMore = true
  }

  cancel(): void {
    this.#source.cancel()
  }

  close(): void {
    // The source is closed with the operators.
  }
}
