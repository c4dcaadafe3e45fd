import type { ConfigurationEntry } from '../messages/process-messages.js'
import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** The configuration with which the job's master runs; secrets are masked. */
export const jobManagerJobConfigurationHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/jobmanager/config',
  async handle(request, { gateway }) {
    const config = await gateway.config(jobIdOf(request))
    const entries = Object.entries(config['execution-config']['user-config'])
    const body: readonly ConfigurationEntry[] = entries.map(([key, value]) => ({ key, value }))
    return { status: 200, body }
  },
}
