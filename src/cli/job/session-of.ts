import { setTimeout } from 'node:timers/promises'
import { isSession } from '../../client/is-session.js'
import { SessionRestClient } from '../../client/session-rest-client.js'
import { sessionEndpointOf } from '../../cluster/session-endpoint-of.js'
import { ClusterOptions } from '../../core/config/cluster-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { RestOptions } from '../../core/config/rest-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { SystemRandom } from '../../core/random/system-random.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { Target } from '../arguments/target-options.js'
import { expandHome } from '../arguments/expand-home.js'
import { workingDirectory } from '../arguments/working-directory.js'
import { printable } from '../terminal/printable-text.js'

/** Flink's variable with what its clients send beside the request. */
const HEADERS = 'FLINK_REST_CLIENT_HEADERS'

interface Surroundings {
  readonly command: CliCommand
  readonly warn: (text: string) => void
  readonly tell: (text: string) => void
}

/**
 * The session that a command is to ask. Undefined where `-m` names this machine and no session is there, as in scripts that were
 * written when it meant the machine alone: the command is about the jobs of this machine then. SESSION_ACTION_MISSING.
 */
export async function sessionOf(
  target: Exclude<Target, { kind: 'machine' }>,
  configuration: Configuration,
  { command, warn, tell }: Surroundings,
): Promise<SessionRestClient | undefined> {
  const { where, isLocal, isCertain } = target
  if (command.withSession === undefined && !isCertain) return undefined
  const endpoint = await sessionEndpointOf(configuration, workingDirectory(), process.env[HEADERS])
  if (command.withSession === undefined) {
    const advice = command.adviceInSession ?? `Without ${where} it is about the jobs of this machine.`
    throw new FlinkError('SESSION_ACTION_MISSING', { action: command.name, what: endpoint.url, where, advice })
  }
  const session = new SessionRestClient({
    endpoint,
    where,
    isLocal,
    retry: {
      attempts: configuration.get(RestOptions.RETRY_MAX_ATTEMPTS),
      delayMs: configuration.get(RestOptions.RETRY_DELAY),
    },
    sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
    monotonicMs: () => performance.now(),
    tell: (text) => {
      tell(printable(text))
    },
  })
  if (isCertain || (await isSession(endpoint)) || (await isHeldBySession(endpoint.url, configuration))) return session
  // Whoever looks for a job finds it here or does not; a job that begins is where nobody may look for it.
  if (command.name.startsWith('run')) {
    warn(
      `No session answers at ${printable(endpoint.url)} (set by ${printable(where)}): the job runs in a process of its own on this machine. Start a session with flink-ts start-cluster.`,
    )
  }
  return undefined
}

/** By what the run directory says: a session that is busy or stopped, or has no connection left to give, is there all the same. */
async function isHeldBySession(url: string, configuration: Configuration): Promise<boolean> {
  const { SessionDirectory } = await import('../../cluster/session/session-directory.js')
  const runDirectory = expandHome(configuration.get(ClusterOptions.RUN_DIRECTORY), workingDirectory())
  const { web } = (await new SessionDirectory(runDirectory, new SystemRandom()).running()) ?? {}
  return web !== undefined && new URL(web).port === new URL(url).port
}
