// Duty: the checkpoints for which a head writes down what comes back.
// Invariants: a checkpoint that waits for no barrier any more, or was aborted, is not written to.
// Thread: the worker of the head.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FeedbackLog } from './feedback-log.js'

export class FeedbackLogs {
  #open: FeedbackLog[] = []

  get isEmpty(): boolean {
    this.#forgetClosed()
    return this.#open.length === 0
  }

  begin(log: FeedbackLog): void {
    this.#open.push(log)
    this.#forgetClosed()
  }

  add(value: unknown, timestamp: number, keyHash: number, tail: number): void {
    for (const log of this.#open) log.add(value, timestamp, keyHash, tail)
  }

  onBarrier(checkpointId: number, tail: number): void {
    for (const log of this.#open) if (log.checkpointId === checkpointId) log.closeTail(tail)
    this.#forgetClosed()
  }

  onCancelBarrier(checkpointId: number): void {
    const reason = 'a task in the loop declined it'
    for (const log of this.#open) {
      if (log.checkpointId === checkpointId) log.fail(new FlinkError('CHECKPOINT_DECLINED', { checkpointId, reason }))
    }
    this.#forgetClosed()
  }

  onTailEnded(tail: number): void {
    for (const log of this.#open) log.closeTail(tail)
    this.#forgetClosed()
  }

  #forgetClosed(): void {
    if (this.#open.some((log) => !log.isOpen)) this.#open = this.#open.filter((log) => log.isOpen)
  }
}
