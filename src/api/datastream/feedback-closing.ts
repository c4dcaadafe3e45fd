import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { descendsFrom, type FeedbackTransformation } from '../dag/transformation.js'
import { DataStream } from './data-stream.js'
import type { TransformationRecorder } from './transformation-recorder.js'

/** The stream goes back to where the loop begins. */
export function closeLoop(feedback: FeedbackTransformation, stream: unknown, recorder: TransformationRecorder): void {
  if (!(stream instanceof DataStream)) {
    throw refused(`closeWith() takes a stream of the loop, not ${describeValue(stream)}`)
  }
  if (!descendsFrom(stream.transformation, feedback)) {
    throw refused(
      'Cannot close an iteration with a feedback DataStream that does not originate from said iteration. ' +
        'Give closeWith() a stream that is made of what iterate() gave.',
    )
  }
  feedback.feedback.push({ id: recorder.numberOfFeedback(), input: stream.transformation })
}

function refused(reason: string): FlinkError {
  return new FlinkError('GRAPH_INVALID', { operator: 'iterate', reason })
}

/** Of `iterate(maxWaitTimeMillis)`. */
export function checkedMaxWait(maxWaitTimeMillis: unknown): number {
  if (typeof maxWaitTimeMillis === 'number' && maxWaitTimeMillis >= 0 && maxWaitTimeMillis < Number.POSITIVE_INFINITY) {
    return maxWaitTimeMillis
  }
  throw refused(`the longest wait must be a number of ms of at least 0, but is ${describeValue(maxWaitTimeMillis)}`)
}
