import type { Configuration } from '../../core/config/configuration.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { refusalOf } from '../messages/error-messages.js'
import { askedTriggerIdOf, jobIdOf, triggerIdOf } from '../request-parameters.js'
import type { RestRequest, RestResponse } from '../route.js'
import { checkCheckpointRequest, savepointRequestOf, stopRequestOf } from '../snapshot-requests.js'
import { throwableInfo } from '../throwable-info.js'
import type { SessionRestContext, SessionRoute } from './session-route.js'

/** The first look at what came of an operation comes after so long, and the next ones later and later. */
const FIRST_POLL_MS = 20
const LONGEST_POLL_MS = 500

interface Kind {
  readonly path: string
  /** Where the job tells what came of it. */
  readonly results: string
  readonly what: string
  readonly failureKey: string
  /** Looks at what is asked; of a savepoint returns where it is to be, and which field may say so. */
  readonly read: (
    request: RestRequest,
  ) => { readonly target: string | undefined; readonly property: string } | undefined
}

const SAVEPOINTS: Kind = {
  ...{ path: 'savepoints', results: 'savepoints' },
  ...{ what: 'savepoint', failureKey: 'failure-cause' },
  read: (request) => ({ target: savepointRequestOf(request).targetDirectory, property: 'target-directory' }),
}
const STOPS: Kind = {
  ...SAVEPOINTS,
  path: 'stop',
  read: (request) => ({ target: stopRequestOf(request).targetDirectory, property: 'targetDirectory' }),
}
const CHECKPOINTS: Kind = {
  ...{ path: 'checkpoints', results: 'checkpoints' },
  ...{ what: 'checkpoint', failureKey: 'failureCause' },
  read(request) {
    checkCheckpointRequest(request)
    return undefined
  },
}

/**
 * Snapshots are taken by the job, and what came of them is kept here: a job that is stopped with a savepoint has gone when
 * its user asks for it.
 */
export const snapshotHandlers: readonly SessionRoute[] = [
  ...[SAVEPOINTS, STOPS, CHECKPOINTS].map(triggerRoute),
  ...[SAVEPOINTS, CHECKPOINTS].map(statusRoute),
]

function triggerRoute(kind: Kind): SessionRoute {
  return {
    method: 'POST',
    path: `/jobs/:jobid/${kind.path}`,
    async handle(request, context) {
      const { gateway, snapshots, random } = context
      const jobId = jobIdOf(request)
      const savepoint = kind.read(request)
      const triggerId = triggerIdOf(request) ?? random.hex(32)
      const accepted = { status: 202, body: { 'request-id': triggerId } }
      if (snapshots.has(jobId, triggerId)) return accepted
      try {
        const triggered = await gateway.answerOfJob(jobId, { ...request, body: { ...request.body, triggerId } })
        if (triggered.status !== 202) return triggered
      } catch (error) {
        // In Flink a trigger is always accepted, and what came of it is told to whoever asks for that.
        if (!FlinkError.is(error, 'JOB_NOT_FOUND') && !FlinkError.is(error, 'JOB_NOT_RUNNING')) throw error
        if (savepoint !== undefined) checkDirectory(savepoint, gateway.place.configuration)
        snapshots.trigger(jobId, triggerId, () => Promise.reject(error))
        return accepted
      }
      snapshots.trigger(jobId, triggerId, () => resultOf(kind, { jobId, triggerId }, context))
      return accepted
    },
  }
}

/** Of a job that cannot look for itself. */
function checkDirectory(
  { target, property }: NonNullable<ReturnType<Kind['read']>>,
  configuration: Configuration,
): void {
  if ((target ?? configuration.get(SavepointOptions.SAVEPOINT_DIRECTORY)) !== undefined) return
  throw new FlinkError('SAVEPOINT_DIRECTORY_MISSING', { property })
}

function statusRoute(kind: Kind): SessionRoute {
  return {
    method: 'GET',
    path: `/jobs/:jobid/${kind.results}/:triggerid`,
    async handle(request, { gateway, snapshots }) {
      const jobId = jobIdOf(request)
      try {
        return stateOf(snapshots.poll(jobId, askedTriggerIdOf(request), kind.what), kind)
      } catch (error) {
        if (!FlinkError.is(error, 'OPERATION_NOT_FOUND')) throw error
        return await asKnownToJob(request, gateway, error)
      }
    },
  }
}

/** It may have been triggered before this session began, or by somebody who spoke to the job itself. */
async function asKnownToJob(
  request: RestRequest,
  gateway: SessionRestContext['gateway'],
  unknown: FlinkError,
): Promise<RestResponse> {
  try {
    return await gateway.answerOfJob(jobIdOf(request), request)
  } catch {
    throw unknown
  }
}

function stateOf(
  outcome: { readonly value: unknown } | { readonly error: Error } | undefined,
  { failureKey }: Kind,
): RestResponse {
  if (outcome === undefined) return { status: 200, body: { status: { id: 'IN_PROGRESS' }, operation: null } }
  const operation = 'value' in outcome ? outcome.value : { [failureKey]: throwableInfo(outcome.error) }
  return { status: 200, body: { status: { id: 'COMPLETED' }, operation } }
}

/** What the job says in the end. */
async function resultOf(
  { results }: Kind,
  { jobId, triggerId }: { readonly jobId: string; readonly triggerId: string },
  { gateway, clock }: SessionRestContext,
): Promise<Readonly<Record<string, unknown>>> {
  const request = { method: 'GET', url: `/jobs/${jobId}/${results}/${triggerId}`, body: {} } as const
  for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_POLL_MS)) {
    await new Promise<void>((resolve) => {
      clock.setTimer(waitMs, resolve)
    })
    const operation = operationIn((await gateway.answerOfJob(jobId, request)).body)
    if (operation !== undefined) return operation
  }
}

function operationIn(body: unknown): Readonly<Record<string, unknown>> | undefined {
  const answer: unknown = typeof body === 'string' ? JSON.parse(body) : body
  const reason = refusalOf(answer)
  if (reason !== undefined) throw new FlinkError('CONTROL_REQUEST_FAILED', { reason })
  const { status, operation } = asObject(answer)
  return asObject(status)['id'] === 'COMPLETED' ? asObject(operation) : undefined
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
