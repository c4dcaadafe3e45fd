import { checkedInteger } from '../types/checked-number.js'
import { checkedText } from '../types/checked-text.js'

/** What `executeAndCollect` was given: a name, a limit, both in this order, or nothing. */
export function collectArguments(given: readonly unknown[]): { readonly jobName: string; readonly limit?: number } {
  const [first, second] = given
  const limit = typeof first === 'string' ? second : first
  const jobName = typeof first === 'string' ? checkedText('executeAndCollect', 'the name', first) : 'DataStream Collect'
  if (limit === undefined) return { jobName }
  return { jobName, limit: checkedInteger('executeAndCollect', 'the limit', limit, { min: 1 }) }
}
