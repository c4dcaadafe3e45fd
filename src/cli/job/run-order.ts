import type { SessionRestClient } from '../../client/session-rest-client.js'
import type { RunOrder } from '../../client/session-programs.js'
import { Configuration } from '../../core/config/configuration.js'
import type { ConfigOption } from '../../core/config/config-option.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import type { CliContext } from '../arguments/cli-context.js'
import type { RunRequest } from './run-request.js'

/** A session that is asked by an address of this machine may find the directory of the command. */
const WORKING_DIRECTORY = '$internal.client.working-directory'
/** Options of the session and of this command, wherever they are set. */
const NEVER_SENT =
  /^(?:rest\.|security\.|cluster\.|env\.|high-availability|web\.|client\.|execution\.target$|taskmanager\.numberOfTaskSlots$)/
/** Those of the machine: the file of this one says nothing of that of the session, but who asks for them with -D means them. */
const OF_THE_MACHINE = /^(?:jobmanager\.|taskmanager\.|io\.tmp|metrics\.)/
/** They have fields of their own. */
const FIELDS: readonly ConfigOption<unknown>[] = [
  SavepointOptions.SAVEPOINT_PATH,
  SavepointOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE,
  SavepointOptions.RESTORE_MODE,
]

interface OrderSurroundings {
  readonly jobId: string
  readonly session: Pick<SessionRestClient, 'isLocal'>
  readonly context: Pick<CliContext, 'workingDirectory'>
}

/** What a session is to be told of a run. */
export function runOrderOf(request: RunRequest, { jobId, session, context }: OrderSurroundings): RunOrder {
  const configuration = Configuration.fromEntries(request.configuration)
  const skips = configuration.getOptional(SavepointOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE)
  return {
    jobId,
    entryClass: request.entry,
    programArgsList: request.args,
    savepointPath: configuration.getOptional(SavepointOptions.SAVEPOINT_PATH),
    allowNonRestoredState: skips,
    claimMode: configuration.getOptional(SavepointOptions.RESTORE_MODE),
    flinkConfiguration: {
      ...sentOf(configuration),
      ...(session.isLocal && { [WORKING_DIRECTORY]: context.workingDirectory }),
    },
  }
}

function sentOf(configuration: Configuration): Record<string, string> {
  const job = configuration.clone()
  for (const option of FIELDS) job.set(option, undefined)
  const entries = Object.entries(job.toMap()).filter(([key]) => {
    if (NEVER_SENT.test(key)) return false
    return !OF_THE_MACHINE.test(key) || isOfCommandLine(job.originOfKey(key))
  })
  return Object.fromEntries(entries)
}

/** `-Dkey=value`, `-p`: what a file sets has its path as origin. */
function isOfCommandLine(origin: string | undefined): boolean {
  return origin?.startsWith('-') === true
}
