// Duty: answers a program that runs again in a task worker as it was answered the first time.
// Invariants: each question about a job gets the answers that it had, in their order; none comes before the program has made
// as many execute() calls as it had made then; of several that are due the one that came first then comes first now, with
// time for the program to go on between two. What had no answer yet when the job of this worker was submitted gets none.
// Thread: the task worker.
import { deserializeError } from '../../../core/errors/error-codec.js'
import type {
  EarlierAnswers,
  ProgramAnswer,
  ProgramAnswerValue,
  ProgramQuestion,
} from '../../protocol/program-answers.js'

interface Waiting {
  readonly answer: ProgramAnswer
  readonly position: number
  readonly resolve: (value: ProgramAnswerValue) => void
  readonly reject: (error: Error) => void
}

export class AnswerReplay {
  readonly #answers: EarlierAnswers
  /** By position: how often the answer was given. */
  readonly #given: number[]
  #waiting: Waiting[] = []
  #executes = 0
  #isScheduled = false

  constructor(answers: EarlierAnswers) {
    this.#answers = answers
    this.#given = answers.map(() => 0)
  }

  /** The program called execute() once more. */
  executed(): void {
    this.#executes += 1
    this.#schedule()
  }

  ask(graphIndex: number, question: ProgramQuestion): Promise<ProgramAnswerValue> {
    const position = this.#answers.findIndex(
      (answer, index) =>
        answer.graphIndex === graphIndex && answer.question === question && (this.#given[index] ?? 0) < answer.times,
    )
    const answer = this.#answers[position]
    if (answer === undefined) return new Promise(() => undefined)
    this.#given[position] = (this.#given[position] ?? 0) + 1
    return new Promise((resolve, reject) => {
      this.#waiting.push({ answer, position, resolve, reject })
      this.#schedule()
    })
  }

  /** Resolves when the program has heard all that it waits for and can hear, and gone on from there. */
  async idle(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve))
    while (this.#isScheduled)
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#giveNext()
    })
  }

  #giveNext(): void {
    const due = this.#waiting.filter(({ answer }) => answer.executesBefore <= this.#executes)
    const next = due.sort((one, other) => one.position - other.position)[0]
    // An execute() that is yet to come schedules the rest.
    if (next === undefined) return
    this.#waiting = this.#waiting.filter((waiting) => waiting !== next)
    const { outcome } = next.answer
    if ('error' in outcome) next.reject(deserializeError(outcome.error))
    else next.resolve(outcome.value)
    this.#schedule()
  }
}
