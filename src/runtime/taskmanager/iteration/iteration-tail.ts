// Duty: where records of a loop leave for its head.
// Invariants: no watermark goes back: time in a loop would wait for itself. What a task says to all its outputs, barriers and
// markers among them, goes to this one as well (task/task-outputs.ts).
// Thread: the worker of the tail.
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { FeedbackOutput } from '../network/feedback-channel.js'
import type { OneInputStreamOperator, OperatorContext } from '../operators/stream-operator.js'
import { StreamOperatorBase } from '../operators/stream-operator-base.js'

export class IterationTail extends StreamOperatorBase implements OneInputStreamOperator {
  readonly inputs: readonly [this] = [this]
  readonly #feedback: FeedbackOutput

  constructor(binding: OperatorBinding, context: OperatorContext, feedback: FeedbackOutput) {
    super(binding, context)
    this.#feedback = feedback
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    this.#feedback.emit(value, timestamp, keyHash)
  }

  prepareKeys(): void {
    // It has no keyed state.
  }

  processWatermark(): boolean {
    return true
  }

  processWatermarkStatus(): boolean {
    return true
  }
}
