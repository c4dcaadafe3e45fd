import { jobIdOf, triggerIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { stopRequestOf } from '../snapshot-requests.js'

/** Takes a savepoint and ends the job after it; polled like a savepoint. */
export const stopWithSavepointHandler: Route = {
  method: 'POST',
  path: '/jobs/:jobid/stop',
  handle(request, { gateway, savepoints }) {
    const jobId = jobIdOf(request)
    const asked = stopRequestOf(request)
    gateway.checkSavepointDirectory(jobId, asked.targetDirectory, 'targetDirectory')
    const id = savepoints.trigger(jobId, triggerIdOf(request), () => gateway.stopWithSavepoint(jobId, asked))
    return Promise.resolve({ status: 202, body: { 'request-id': id } })
  },
}
