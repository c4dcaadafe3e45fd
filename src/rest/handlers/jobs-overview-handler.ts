import type { Route } from '../route.js'

/** All jobs, running and ended. */
export const jobsOverviewHandler: Route = {
  method: 'GET',
  path: '/jobs/overview',
  async handle(_request, { gateway }) {
    return { status: 200, body: { jobs: await gateway.overview() } }
  },
}
