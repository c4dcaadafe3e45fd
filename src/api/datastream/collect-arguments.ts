import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { checkedText } from '../types/checked-text.js'

/** What `executeAndCollect` was given: a name, a limit, both in this order, or nothing. */
export function collectArguments(given: readonly unknown[]): { readonly jobName: string; readonly limit?: number } {
  const [first, second] = given
  const limit = typeof first === 'string' ? second : first
  const jobName = typeof first === 'string' ? checkedText('executeAndCollect', 'the name', first) : 'DataStream Collect'
  if (limit === undefined) return { jobName }
  if (typeof limit === 'number' && Number.isInteger(limit) && limit > 0) return { jobName, limit }
  const reason = `the limit must be a whole number greater than 0, but is ${describeValue(limit)}`
  throw new FlinkError('GRAPH_INVALID', { operator: 'executeAndCollect', reason })
}
