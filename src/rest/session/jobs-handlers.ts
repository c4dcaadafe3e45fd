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
    return { status: 200, body: { jobs: await gateway.overview() } }
  },
}
