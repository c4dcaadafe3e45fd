import { RestOptions } from '../../core/config/rest-options.js'
import type { JobOverview } from '../messages/job-messages.js'
import type { SessionRoute } from './session-route.js'

/** The ids of all jobs. */
export const jobIdsHandler: SessionRoute = {
  method: 'GET',
  path: '/jobs',
  async handle(_request, { gateway }) {
    const jobs = (await gateway.overview()).map(({ jid, state }) => ({ id: jid, status: state }))
    return { status: 200, body: { jobs } }
  },
}

/** All jobs, running and ended. */
export const sessionJobsOverviewHandler: SessionRoute = {
  method: 'GET',
  path: '/jobs/overview',
  async handle(_request, { gateway }) {
    const jobs = await gateway.overview()
    const hasKnownFieldsOnly = gateway.place.configuration.get(RestOptions.KNOWN_FIELDS_ONLY)
    return { status: 200, body: { jobs: hasKnownFieldsOnly ? jobs.map(knownFieldsOf) : jobs } }
  },
}

/** Those of Flink 1.17 and 1.18. */
function knownFieldsOf(job: JobOverview): Partial<JobOverview> {
  const { jid, name, state, duration, tasks } = job
  const times = { 'start-time': job['start-time'], 'end-time': job['end-time'], duration }
  return { jid, name, state, ...times, 'last-modification': job['last-modification'], tasks }
}
