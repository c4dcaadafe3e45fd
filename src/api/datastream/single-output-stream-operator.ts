import type { OnError } from '../dag/on-error.js'
import type { DeadLetter } from '../badrecords/dead-letter.js'
import type { OutputTag } from '../functions/output-tag.js'
import { checkedText } from '../types/checked-text.js'
import { checkType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { DataStream } from './data-stream.js'
import { checkedOnError, type DeadLetterSink } from './on-error-argument.js'
import { checkMaxParallelism, checkParallelism } from './parallelism-check.js'

/**
 * The output of an operator, which can be named and tuned.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type SingleOutputStreamOperator } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const doubled: SingleOutputStreamOperator<number> = env.fromSequence(1, 9).map((value) => value * 2)
 * doubled.uid('doubled').name('Double').setParallelism(2).startNewChain().print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#task-chaining-and-resource-groups
 */
export class SingleOutputStreamOperator<T> extends DataStream<T> {
  /** Id by which the operator's state is found again after a change of the program. Strongly recommended. */
  uid(uid: string): this {
    this.transformation.settings.uid = checkedText('uid', 'the uid', uid)
    return this
  }

  /**
   * Another id of the operator, 32 hex digits, for state that was stored under it: a restore from a snapshot that has this id takes its
   * state, from another one that of the uid. Snapshots are written under the uid: give one with it, and leave the hash out afterwards.
   * GRAPH_INVALID where it is none, or another operator's.
   */
  setUidHash(uidHash: string): this {
    this.transformation.settings.uidHash = checkedText('setUidHash', 'the hash', uidHash)
    return this
  }

  name(name: string): this {
    this.transformation.settings.name = checkedText('name', 'the name', name)
    return this
  }

  setDescription(description: string): this {
    this.transformation.settings.description = checkedText('setDescription', 'the description', description)
    return this
  }

  setParallelism(parallelism: number): this {
    checkParallelism(parallelism, this.transformation.settings)
    this.transformation.settings.parallelism = parallelism
    return this
  }

  /** Number of key groups: the upper limit of every later parallelism. */
  setMaxParallelism(maxParallelism: number): this {
    checkMaxParallelism(maxParallelism, this.transformation.settings.name)
    this.transformation.settings.maxParallelism = maxParallelism
    return this
  }

  /** Parallelism 1, for good. */
  forceNonParallel(): this {
    this.transformation.settings.parallelism = 1
    this.transformation.settings.nonParallel = true
    return this
  }

  /** The operator upstream and the one downstream run in other chains. */
  disableChaining(): this {
    this.transformation.settings.chainingStrategy = 'never'
    return this
  }

  /** The chain begins here. */
  startNewChain(): this {
    this.transformation.settings.chainingStrategy = 'head'
    return this
  }

  /** Operators of one group share workers; another name keeps them apart. */
  slotSharingGroup(slotSharingGroup: string): this {
    this.transformation.settings.slotSharingGroup = checkedText('slotSharingGroup', 'the group', slotSharingGroup)
    return this
  }

  /** Longest time in ms that a record waits in a half-full buffer downstream of this operator. */
  setBufferTimeout(timeoutMs: number): this {
    this.transformation.settings.bufferTimeoutMs = timeoutMs
    return this
  }

  /** Declares the type of the records. */
  returns(type: TypeInformation<T>): this {
    this.transformation.outputType = checkType(`${this.transformation.settings.name}.returns`, type)
    return this
  }

  /**
   * What becomes of a record with which the operator fails; `fail` where it is not called. `skip` leaves it out: the metric
   * numRecordsSkipped counts, the log says which. `dead-letter` makes a {@link DeadLetter} of it, for the sink that is given here or the
   * stream of `getDeadLetters`, in the same checkpoint as everything else of the record.
   *
   * What the operator had emitted for the record is taken back; what its function has done to state stays. Errors without a record (of
   * a timer, of a window that fires by one, of open and close), of the engine, and of operators downstream fail the job as ever: each
   * operator has a policy of its own.
   *
   * @example
   * ```ts
   * import { PrintSinkFunction, type DataStream } from 'flink-ts'
   *
   * const parsed = (lines: DataStream<string>): DataStream<unknown> =>
   *   lines.map((line) => JSON.parse(line) as unknown).onError('dead-letter', new PrintSinkFunction('dead'))
   * ```
   */
  onError(policy: 'fail' | 'skip'): this
  onError(policy: 'dead-letter', sink?: DeadLetterSink): this
  onError(policy: OnError, sink?: DeadLetterSink): this {
    const { settings } = this.transformation
    settings.badRecords = checkedOnError(settings.name, policy, sink)
    return this
  }

  /** The records with which the operator failed, after `onError('dead-letter')`; `X` is what it is given. */
  getDeadLetters<X = unknown>(): DataStream<DeadLetter<X>> {
    return this.recorder.deadLetters<X>(this.transformation)
  }

  /** What the operator wrote to the side output. */
  getSideOutput<X>(tag: OutputTag<X>): DataStream<X> {
    return this.recorder.sideOutput(this.transformation, tag)
  }
}
