import { FlinkError } from '../../core/errors/flink-error.js'
import type { FeedbackTransformation } from '../dag/transformation.js'
import { checkedText } from '../types/checked-text.js'
import { ConnectedStreams } from './connected-streams.js'
import type { DataStream } from './data-stream.js'
import { closeLoop } from './feedback-closing.js'
import type { TransformationRecorder } from './transformation-recorder.js'

/**
 * Where a loop begins whose records change their type on the way round: the first stream is the one that goes in, the second
 * has what comes back. As {@link IterativeStream} in everything else.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, Types, type ConnectedIterativeStreams } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const loop: ConnectedIterativeStreams<number, string> = env.fromSequence(1, 9).iterate().withFeedbackType(Types.STRING)
 * const texts = loop.flatMap<string>({
 *   flatMap1: (value, out) => out.collect('x'.repeat(value)),
 *   flatMap2: (text, out) => out.collect(text.slice(1)),
 * })
 * loop.closeWith(texts.filter((text) => text.length > 0))
 * texts.filter((text) => text.length === 1).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/overview/#iterations
 */
export class ConnectedIterativeStreams<IN, F> extends ConnectedStreams<IN, F> {
  readonly #feedback: FeedbackTransformation
  readonly #loopRecorder: TransformationRecorder

  constructor(feedback: FeedbackTransformation, recorder: TransformationRecorder) {
    super(recorder, { input: feedback.input, key: undefined }, { input: feedback, key: undefined })
    this.#feedback = feedback
    this.#loopRecorder = recorder
  }

  /** As `closeWith` of {@link IterativeStream}. */
  closeWith<S extends DataStream<F>>(feedbackStream: S): S {
    closeLoop(this.#feedback, feedbackStream, this.#loopRecorder)
    return feedbackStream
  }

  /** Id by which the records of the loop are found again in a snapshot after a change of the program. Strongly recommended. */
  uid(uid: string): this {
    this.#feedback.settings.uid = checkedText('uid', 'the uid', uid)
    return this
  }

  /** Always fails with GRAPH_INVALID: it would move the records of the loop away from where they come back. */
  override keyBy(): never {
    const reason =
      'Cannot change the input partitioning of an iteration head directly. Apply the partitioning on the input and feedback ' +
      'streams instead.'
    throw new FlinkError('GRAPH_INVALID', { operator: 'keyBy', reason })
  }
}
