// Duty: the worker's side of questions about state that come and are answered in shared memory.
// Invariants: an answer that finds no room there, or is none of values, is sent as it would be without.
// Thread: the task worker.
import {
  queriedValuesBytes,
  readQuery,
  writeQueriedValues,
  type QueriedValues,
} from '../../protocol/state-query-codec.js'
import type { StateQueryMemory } from '../../protocol/state-query-memory.js'
import type { AnsweredQuery, QueryState, StateQueried } from '../../protocol/state-queries.js'
import { MessageRingReader, MessageRingWriter } from '../network/message-ring.js'
import type { SharedInbox } from './thread-loop-scheduler.js'

export class RingQuestions implements SharedInbox {
  readonly #questions: MessageRingReader<QueryState>
  readonly #answers: MessageRingWriter<QueriedValues>
  readonly #onQuestion: (question: QueryState) => void

  constructor({ questions, answers, answerBell }: StateQueryMemory, onQuestion: (question: QueryState) => void) {
    this.#questions = new MessageRingReader(questions, answerBell, readQuery)
    this.#answers = new MessageRingWriter(answers, answerBell, {
      sizeBytes: queriedValuesBytes,
      write: writeQueriedValues,
    })
    this.#onQuestion = onQuestion
  }

  get hasMessages(): boolean {
    return this.#questions.hasMessages
  }

  take(): void {
    this.#questions.take(this.#onQuestion)
  }

  /** Gives back what has to be sent otherwise. */
  answer({ type, executionId, answered }: StateQueried): StateQueried | undefined {
    const left: AnsweredQuery[] = []
    for (const each of answered) {
      const { queryId, answer } = each
      const isGone = answer.kind === 'values' && this.#answers.offer({ executionId, queryId, values: answer.values })
      if (!isGone) left.push(each)
    }
    return left.length === 0 ? undefined : { type, executionId, answered: left }
  }
}
