import type { FeedbackTransformation } from '../dag/transformation.js'
import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import type { ConnectedIterativeStreams } from './connected-iterative-streams.js'
import type { DataStream } from './data-stream.js'
import { closeLoop } from './feedback-closing.js'
import { SingleOutputStreamOperator } from './single-output-stream-operator.js'
import type { TransformationRecorder } from './transformation-recorder.js'

/**
 * Where a loop begins: the records of the stream that goes in and, once it is closed, those that come back. What is made of it
 * and given to `closeWith` goes round; everything else that is made of it leaves the loop.
 *
 * - The loop is as parallel as the stream that goes in, and so must be the streams that come back. With another parallelism, or
 *   without `closeWith`, `execute()` fails with GRAPH_INVALID.
 * - Where the stream that goes in is partitioned, records that come back are not: partition them before `closeWith`, or
 *   partition what `iterate` gave.
 * - Records that go round belong to every snapshot: each has its effect exactly once, also after a restore with another
 *   parallelism. `uid` names the state that holds them.
 * - Watermarks do not go round: time in the loop is that of the stream that goes in. A record that comes back with a timestamp
 *   older than that is late, as anywhere else.
 * - A loop with a bounded input ends when its input has ended and nothing goes round any more; with a longest wait not before
 *   nothing has come back for so long. A loop that never lets go of its records never ends.
 * - Records that come back faster than they are taken wait in memory (`taskmanager.memory.feedback.size`), then in a temporary
 *   file: nothing blocks.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type IterativeStream } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const loop: IterativeStream<number> = env.fromSequence(1, 9).iterate()
 * const halved = loop.map((value) => value / 2)
 * loop.closeWith(halved.filter((value) => value >= 1))
 * halved.filter((value) => value < 1).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/overview/#iterations
 */
export class IterativeStream<T> extends SingleOutputStreamOperator<T> {
  readonly #feedback: FeedbackTransformation

  constructor(feedback: FeedbackTransformation, recorder: TransformationRecorder) {
    super(feedback, recorder)
    this.#feedback = feedback
  }

  /**
   * The records of `feedbackStream` come back. Called again, those of several streams do. Gives `feedbackStream`, of which more
   * can be made. Fails with GRAPH_INVALID where it is not made of this stream.
   */
  closeWith<S extends DataStream<T>>(feedbackStream: S): S {
    closeLoop(this.#feedback, feedbackStream, this.recorder)
    return feedbackStream
  }

  /**
   * Another loop over the same input, in which the records that come back are of a type of their own: the input is the first of
   * two connected streams, what comes back is the second.
   */
  withFeedbackType<F>(feedbackType?: TypeInformation<F>): ConnectedIterativeStreams<T, F> {
    const type = checkOptionalType('withFeedbackType', feedbackType)
    return this.recorder.connectedIteration<T, F>(this.#feedback.input, { type, maxWaitMs: this.#feedback.maxWaitMs })
  }
}
