import { FlinkError } from '../core/errors/flink-error.js'
import type {
  EarlierAnswers,
  ProgramAnswer,
  ProgramOutcome,
  ProgramQuestion,
} from '../runtime/protocol/program-answers.js'

/** Of all jobs. */
const MAX_RESULT_BYTES = 64 * 1024 * 1024

/**
 * Everything that the program was told about its jobs, in order. Each further job takes it along to its task workers, which
 * run the program again up to that job: main then catches the same errors and takes the same branches.
 */
export class ProgramAnswerLog {
  #answers: ProgramAnswer[] = []
  #resultBytes = 0

  record(
    about: { graphIndex: number; question: ProgramQuestion; executesBefore: number },
    outcome: ProgramOutcome,
  ): void {
    if (about.question === 'next-results' && !this.#keepsResults(outcome)) return
    const last = this.#answers.at(-1)
    if (last !== undefined && isSameStatus(last, { ...about, outcome })) {
      this.#answers[this.#answers.length - 1] = { ...last, times: last.times + 1 }
    } else this.#answers.push({ ...about, outcome, times: 1 })
  }

  /** COLLECTED_TOO_MUCH where that is more than can be kept. */
  soFar(): EarlierAnswers {
    if (this.#resultBytes > MAX_RESULT_BYTES)
      throw new FlinkError('COLLECTED_TOO_MUCH', { limitBytes: MAX_RESULT_BYTES })
    return [...this.#answers]
  }

  /** A program may read results without end, and never run another job. */
  #keepsResults(outcome: ProgramOutcome): boolean {
    if ('value' in outcome && outcome.value instanceof Uint8Array) this.#resultBytes += outcome.value.length
    if (this.#resultBytes <= MAX_RESULT_BYTES) return true
    this.#answers = this.#answers.filter(({ question }) => question !== 'next-results')
    return false
  }
}

/** A program that polls would fill the memory of its thread. */
function isSameStatus(last: ProgramAnswer, next: Omit<ProgramAnswer, 'times'>): boolean {
  return (
    last.question === 'status' &&
    next.question === 'status' &&
    last.graphIndex === next.graphIndex &&
    last.executesBefore === next.executesBefore &&
    'value' in last.outcome &&
    'value' in next.outcome &&
    last.outcome.value === next.outcome.value
  )
}
