import type {
  EarlierAnswers,
  ProgramAnswer,
  ProgramOutcome,
  ProgramQuestion,
} from '../runtime/protocol/program-answers.js'

/**
 * Everything that the program was told about its jobs, in order. Each further job takes it along to its task workers, which
 * run the program again up to that job: main then catches the same errors and takes the same branches.
 */
export class ProgramAnswerLog {
  readonly #answers: ProgramAnswer[] = []

  record(
    about: { graphIndex: number; question: ProgramQuestion; executesBefore: number },
    outcome: ProgramOutcome,
  ): void {
    const last = this.#answers.at(-1)
    if (last !== undefined && isSameStatus(last, { ...about, outcome })) {
      this.#answers[this.#answers.length - 1] = { ...last, times: last.times + 1 }
    } else this.#answers.push({ ...about, outcome, times: 1 })
  }

  soFar(): EarlierAnswers {
    return [...this.#answers]
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
