// What is asked of a job by who wants a snapshot of it: the job reads it, and so does the session for jobs that cannot.
import { FlinkError } from '../core/errors/flink-error.js'
import type { SavepointRequest, StopRequest } from './jobs-gateway.js'
import { checkFormatType, optionalFlag, optionalPath, optionalText, triggerIdOf } from './request-parameters.js'
import type { RestRequest } from './route.js'

/** CONTROL_REQUEST_INVALID, as of all that follow. */
export function savepointRequestOf(request: RestRequest): SavepointRequest {
  checkFormatType(request)
  triggerIdOf(request)
  return {
    targetDirectory: optionalPath(request, 'target-directory'),
    cancelJob: optionalFlag(request, 'cancel-job'),
  }
}

export function stopRequestOf(request: RestRequest): StopRequest {
  checkFormatType(request)
  triggerIdOf(request)
  return { targetDirectory: optionalPath(request, 'targetDirectory'), drain: optionalFlag(request, 'drain') }
}

/** Here there is one form of all checkpoints. INCREMENTAL_CHECKPOINT_UNSUPPORTED */
export function checkCheckpointRequest(request: RestRequest): void {
  triggerIdOf(request)
  const type = optionalText(request, 'checkpointType')?.toUpperCase() ?? 'CONFIGURED'
  if (type === 'INCREMENTAL') throw new FlinkError('INCREMENTAL_CHECKPOINT_UNSUPPORTED', {})
  if (type === 'CONFIGURED' || type === 'FULL') return
  const reason = `Request did not match expected format: checkpointType must be CONFIGURED or FULL, not ${type}.`
  throw new FlinkError('CONTROL_REQUEST_INVALID', { reason })
}
