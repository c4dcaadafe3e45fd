/**
 * What goes from writers to committers, and from them to a post-commit topology: a summary of each subtask for each
 * checkpoint, then its committables.
 *
 * @example
 * ```ts
 * import { CommittableWithLineage, type CommittableMessage } from 'flink-ts'
 *
 * const committableOf = (message: CommittableMessage<string>): string | undefined =>
 *   message instanceof CommittableWithLineage ? message.getCommittable() : undefined
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/connector/sink2/CommittableMessage.html
 */
export type CommittableMessage<CommT> = CommittableSummary | CommittableWithLineage<CommT>

/**
 * How many committables of a checkpoint come from a subtask, right after it.
 *
 * @example
 * ```ts
 * import { CommittableSummary, type CommittableSummaryFacts } from 'flink-ts'
 *
 * const facts: CommittableSummaryFacts = {
 *   subtaskId: 0,
 *   numberOfSubtasks: 1,
 *   checkpointId: 7,
 *   numberOfCommittables: 2,
 *   numberOfFailedCommittables: 0,
 *   endOfInput: false,
 * }
 * console.log(new CommittableSummary(facts).getNumberOfCommittables()) // 2
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/connector/sink2/CommittableSummary.html
 */
export class CommittableSummary {
  readonly #facts: CommittableSummaryFacts

  constructor(facts: CommittableSummaryFacts) {
    this.#facts = { ...facts }
  }

  getSubtaskId(): number {
    return this.#facts.subtaskId
  }

  getNumberOfSubtasks(): number {
    return this.#facts.numberOfSubtasks
  }

  getCheckpointId(): number {
    return this.#facts.checkpointId
  }

  /** Those that follow. */
  getNumberOfCommittables(): number {
    return this.#facts.numberOfCommittables
  }

  /** Those that a committer has given up, which do not follow. */
  getNumberOfFailedCommittables(): number {
    return this.#facts.numberOfFailedCommittables
  }

  /** True of the last one of a subtask whose input has ended. */
  isEndOfInput(): boolean {
    return this.#facts.endOfInput
  }

  /** The same with other facts, for a topology that makes several committables one. */
  with(changes: Partial<CommittableSummaryFacts>): CommittableSummary {
    return new CommittableSummary({ ...this.#facts, ...changes })
  }
}

/** What a {@link CommittableSummary} says. */
export interface CommittableSummaryFacts {
  readonly subtaskId: number
  readonly numberOfSubtasks: number
  readonly checkpointId: number
  readonly numberOfCommittables: number
  readonly numberOfFailedCommittables: number
  readonly endOfInput: boolean
}

/**
 * A committable, and which subtask made it for which checkpoint.
 *
 * @example
 * ```ts
 * import { CommittableWithLineage } from 'flink-ts'
 *
 * const renamed = new CommittableWithLineage('in-progress-1', 7, 0).map((name) => name.replace('in-progress', 'part'))
 * console.log(renamed.getCommittable()) // part-1
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/connector/sink2/CommittableWithLineage.html
 */
export class CommittableWithLineage<CommT> {
  readonly #committable: CommT
  readonly #checkpointId: number
  readonly #subtaskId: number

  constructor(committable: CommT, checkpointId: number, subtaskId: number) {
    this.#committable = committable
    this.#checkpointId = checkpointId
    this.#subtaskId = subtaskId
  }

  getCommittable(): CommT {
    return this.#committable
  }

  getCheckpointId(): number {
    return this.#checkpointId
  }

  getSubtaskId(): number {
    return this.#subtaskId
  }

  map<NewCommT>(mapper: (committable: CommT) => NewCommT): CommittableWithLineage<NewCommT> {
    return new CommittableWithLineage(mapper(this.#committable), this.#checkpointId, this.#subtaskId)
  }
}
