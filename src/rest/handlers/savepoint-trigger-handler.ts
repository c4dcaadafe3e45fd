import { jobIdOf, triggerIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { savepointRequestOf } from '../snapshot-requests.js'

/** Starts a savepoint; with `cancel-job` the job is cancelled after it. */
export const savepointTriggerHandler: Route = {
  method: 'POST',
  path: '/jobs/:jobid/savepoints',
  handle(request, { gateway, savepoints }) {
    const jobId = jobIdOf(request)
    const asked = savepointRequestOf(request)
    gateway.checkSavepointDirectory(jobId, asked.targetDirectory, 'target-directory')
    const id = savepoints.trigger(jobId, triggerIdOf(request), () => gateway.triggerSavepoint(jobId, asked))
    return Promise.resolve({ status: 202, body: { 'request-id': id } })
  },
}
