import { FlinkError } from '../../core/errors/flink-error.js'
import type { OnError } from '../dag/on-error.js'
import type { OneInputTransformation, SinkTransformation } from '../dag/transformation.js'
import { checkedText } from '../types/checked-text.js'
import { checkedOnError, type DeadLetterSink } from './on-error-argument.js'
import { checkParallelism } from './parallelism-check.js'

/**
 * The end of a stream: a sink, which can be named and tuned.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type DataStreamSink } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const sink: DataStreamSink<number> = env.fromElements(1, 2, 3).print()
 * sink.uid('print').name('numbers')
 * ```
 */
export class DataStreamSink<T> {
  /** Keeps the type of the records; never read. */
  declare readonly recordType: T
  readonly #transformation: OneInputTransformation | SinkTransformation

  constructor(transformation: OneInputTransformation | SinkTransformation) {
    this.#transformation = transformation
  }

  name(name: string): this {
    this.#transformation.settings.name = checkedText('name', 'the name', name)
    return this
  }

  /** Id by which state is found again after a change of the program. Of a sink with committers theirs are made of it. */
  uid(uid: string): this {
    this.#transformation.settings.uid = checkedText('uid', 'the uid', uid)
    return this
  }

  /**
   * Another id of the operator, for state that was stored under it; see {@link SingleOutputStreamOperator.setUidHash}. GRAPH_INVALID for a
   * sink of several operators, which `sinkTo` gives.
   */
  setUidHash(uidHash: string): this {
    if (this.#transformation.type === 'sink') {
      const reason = 'a sink of several operators has no one id; give it the uid under which its state was stored'
      throw new FlinkError('GRAPH_INVALID', { operator: this.#transformation.settings.name, reason })
    }
    this.#transformation.settings.uidHash = checkedText('setUidHash', 'the hash', uidHash)
    return this
  }

  setDescription(description: string): this {
    this.#transformation.settings.description = checkedText('setDescription', 'the description', description)
    return this
  }

  setParallelism(parallelism: number): this {
    checkParallelism(parallelism, this.#transformation.settings)
    this.#transformation.settings.parallelism = parallelism
    return this
  }

  /**
   * What becomes of a record with which the sink fails, as {@link SingleOutputStreamOperator.onError}: of one that `write` or `invoke`
   * throws for, or whose promise is broken. What a sink has taken and cannot flush or commit fails the job.
   */
  onError(policy: 'fail' | 'skip'): this
  onError(policy: 'dead-letter', sink: DeadLetterSink): this
  onError(policy: OnError, sink?: DeadLetterSink): this {
    const { settings } = this.#transformation
    settings.badRecords = checkedOnError(settings.name, policy, sink)
    return this
  }

  slotSharingGroup(slotSharingGroup: string): this {
    this.#transformation.settings.slotSharingGroup = checkedText('slotSharingGroup', 'the group', slotSharingGroup)
    return this
  }

  disableChaining(): this {
    this.#transformation.settings.chainingStrategy = 'never'
    return this
  }
}
