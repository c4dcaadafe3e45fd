import { checkFormatType, jobIdOf, optionalFlag, optionalPath, triggerIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Starts a savepoint; with `cancel-job` the job is cancelled after it. */
export const savepointTriggerHandler: Route = {
  method: 'POST',
  path: '/jobs/:jobid/savepoints',
  handle(request, { gateway, savepoints }) {
    const jobId = jobIdOf(request)
    checkFormatType(request)
    const targetDirectory = optionalPath(request, 'target-directory')
    const cancelJob = optionalFlag(request, 'cancel-job')
    gateway.checkSavepointDirectory(jobId, targetDirectory, 'target-directory')
    const id = savepoints.trigger(jobId, triggerIdOf(request), () =>
      gateway.triggerSavepoint(jobId, { targetDirectory, cancelJob }),
    )
    return Promise.resolve({ status: 202, body: { 'request-id': id } })
  },
}
