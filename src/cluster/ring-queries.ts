import { readQueriedValues, queryBytes, writeQuery, type QueriedValues } from '../runtime/protocol/state-query-codec.js'
import { allocateStateQueryMemory, type StateQueryMemory } from '../runtime/protocol/state-query-memory.js'
import type { QueryState, StateQueried } from '../runtime/protocol/state-queries.js'
import { DoorbellOwner, ringBell } from '../runtime/taskmanager/network/doorbell.js'
import { MessageRingReader, MessageRingWriter } from '../runtime/taskmanager/network/message-ring.js'

/**
 * Questions about state to a worker, and its answers, in memory that both share. To receive a message and to send one takes the thread of
 * a task 90 us of processor time, most of it to send.
 */
export class RingQueries {
  readonly memory: StateQueryMemory = allocateStateQueryMemory()
  readonly #questions: MessageRingWriter<QueryState>
  readonly #answers: MessageRingReader<QueriedValues>
  readonly #bell: DoorbellOwner
  readonly #onAnswer: (message: StateQueried) => void
  #state: 'unused' | 'listens' | 'closed' = 'unused'

  constructor(workerBell: SharedArrayBuffer, onAnswer: (message: StateQueried) => void) {
    const { questions, answers, answerBell } = this.memory
    this.#questions = new MessageRingWriter(questions, workerBell, { sizeBytes: queryBytes, write: writeQuery })
    this.#answers = new MessageRingReader(answers, workerBell, readQueriedValues)
    this.#bell = new DoorbellOwner(answerBell)
    this.#onAnswer = onAnswer
  }

  /** False where it has to go as a message. */
  ask(query: QueryState): boolean {
    if (this.#state === 'closed') return false
    if (this.#state === 'unused') this.#listen()
    return this.#questions.offer(query)
  }

  /** No answer comes after this. */
  close(): void {
    this.#state = 'closed'
    // A wait that nobody ends would keep the memory for ever.
    ringBell(new Int32Array(this.memory.answerBell))
  }

  #listen(): void {
    this.#state = 'listens'
    const isAsleep = this.#bell.sleep(
      () => this.#answers.hasMessages,
      () => {
        this.#takeAnswers()
      },
    )
    // Not at once: whoever asks is in the middle of that.
    if (!isAsleep)
      setImmediate(() => {
        this.#takeAnswers()
      })
  }

  #takeAnswers(): void {
    if (this.#state === 'closed') return
    this.#answers.take(({ executionId, queryId, values }) => {
      this.#onAnswer({
        type: 'state-queried',
        executionId,
        answered: [{ queryId, answer: { kind: 'values', values } }],
      })
    })
    this.#listen()
  }
}
