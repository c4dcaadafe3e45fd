import { checkFormatType, jobIdOf, optionalFlag, optionalPath, triggerIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Takes a savepoint and ends the job after it; polled like a savepoint. */
export const stopWithSavepointHandler: Route = {
  method: 'POST',
  path: '/jobs/:jobid/stop',
  handle(request, { gateway, savepoints }) {
    const jobId = jobIdOf(request)
    checkFormatType(request)
    const targetDirectory = optionalPath(request, 'targetDirectory')
    const drain = optionalFlag(request, 'drain')
    gateway.checkSavepointDirectory(jobId, targetDirectory, 'targetDirectory')
    const id = savepoints.trigger(jobId, triggerIdOf(request), () =>
      gateway.stopWithSavepoint(jobId, { targetDirectory, drain }),
    )
    return Promise.resolve({ status: 202, body: { 'request-id': id } })
  },
}
