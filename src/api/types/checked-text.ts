import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'

/**
 * The text as it was given: GRAPH_INVALID where plain JavaScript gave no text, before it comes to where it stands for
 * something: in the plan, in the entry by which the job is found, in a path.
 */
export function checkedText(place: string, what: string, text: string): string {
  if (typeof text === 'string') return text
  const reason = `${what} has to be a string, and it was given ${describeValue(text)}`
  throw new FlinkError('GRAPH_INVALID', { operator: place, reason })
}
