import type { Clock, TimerHandle } from '../core/time/clock.js'
import { readQueriedValues, queryBytes, writeQuery, type QueriedValues } from '../runtime/protocol/state-query-codec.js'
import { allocateStateQueryMemory, type StateQueryMemory } from '../runtime/protocol/state-query-memory.js'
import type { QueryState, StateQueried } from '../runtime/protocol/state-queries.js'
import { DoorbellOwner, ringBell } from '../runtime/taskmanager/network/doorbell.js'
import { MessageRingReader, MessageRingWriter } from '../runtime/taskmanager/network/message-ring.js'

const LOOK_MS = 1
/** A task that answers later than this rings: no thread looks for something in vain all the time. */
const LOOKS = 20

export interface RingQueriesInput {
  /** Of the worker. */
  readonly bell: SharedArrayBuffer
  readonly clock: Clock
  readonly onAnswer: (message: StateQueried) => void
}

/**
 * Questions about state to a worker, and its answers, in memory that both share. To wake another thread takes the thread of a task
 * 25 us, more than all else that an answer takes: so this thread looks for answers every millisecond, for a while
 * after a question, and sleeps on its bell after that.
 */
export class RingQueries {
  readonly memory: StateQueryMemory = allocateStateQueryMemory()
  readonly #clock: Clock
  readonly #questions: MessageRingWriter<QueryState>
  readonly #answers: MessageRingReader<QueriedValues>
  readonly #bell: DoorbellOwner
  readonly #onAnswer: (message: StateQueried) => void
  /** Looks that are left before it sleeps. */
  #looks = 0
  #timer: TimerHandle | undefined
  #isClosed = false

  constructor({ bell, clock, onAnswer }: RingQueriesInput) {
    const { questions, answers, answerBell } = this.memory
    this.#clock = clock
    this.#questions = new MessageRingWriter(questions, bell, { sizeBytes: queryBytes, write: writeQuery })
    this.#answers = new MessageRingReader(answers, bell, readQueriedValues)
    this.#bell = new DoorbellOwner(answerBell)
    this.#onAnswer = onAnswer
  }

  /** False where it has to go as a message. */
  ask(query: QueryState): boolean {
    if (this.#isClosed || !this.#questions.offer(query)) return false
    this.#looks = LOOKS
    if (this.#timer === undefined) {
      this.#bell.awake()
      this.#lookLater()
    }
    return true
  }

  /** No answer comes after this. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    // A wait that nobody ends would keep the memory for ever.
    ringBell(new Int32Array(this.memory.answerBell))
  }

  #lookLater(): void {
    if (this.#isClosed) return
    this.#timer = this.#clock.setTimer(LOOK_MS, () => {
      this.#takeAnswers()
      this.#looks -= 1
      if (this.#looks > 0) this.#lookLater()
      else this.#sleep()
    })
  }

  #sleep(): void {
    this.#timer = undefined
    if (this.#isClosed) return
    const hasAnswers = (): boolean => this.#answers.hasMessages
    const isAsleep = this.#bell.sleep(hasAnswers, () => {
      this.#takeAnswers()
      if (this.#timer === undefined) this.#sleep()
    })
    if (!isAsleep) this.#lookLater()
  }

  #takeAnswers(): void {
    if (this.#isClosed) return
    this.#answers.take(({ executionId, queryId, values }) => {
      this.#onAnswer({
        type: 'state-queried',
        executionId,
        answered: [{ queryId, answer: { kind: 'values', values } }],
      })
    })
  }
}
