import { jobIdOf, unresolvable } from '../request-parameters.js'
import type { RestRequest, Route } from '../route.js'

/** Flink's; a history holds fewer. */
const MOST = 20

/** What went wrong in a job so far, the newest first. */
export const jobExceptionsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/exceptions',
  async handle(request, { gateway }) {
    const most = isLabelAskedFor(request) ? 0 : mostOf(request)
    return { status: 200, body: await gateway.exceptions(jobIdOf(request), most) }
  },
}

function mostOf({ query }: RestRequest): number {
  const text = query['maxExceptions']
  if (text === undefined || text === '') return MOST
  if (!/^[+-]?\d{1,9}$/.test(text)) throw unresolvable('query', 'maxExceptions', text)
  return Math.max(0, Number(text))
}

/** `key:value,...`. No exception of this engine has labels, so that one with a label is none. */
function isLabelAskedFor({ query }: RestRequest): boolean {
  const text = query['failureLabelFilter'] ?? ''
  if (text === '') return false
  if (text.split(',').some((label) => !/^[^:]+:[^:]+$/.test(label)))
    throw unresolvable('query', 'failureLabelFilter', text)
  return true
}
