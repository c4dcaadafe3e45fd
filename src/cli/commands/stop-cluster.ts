import { hostname } from 'node:os'
import { SessionDirectory } from '../../cluster/session/session-directory.js'
import { ClientOptions } from '../../core/config/client-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { startOfProcess } from '../../core/process/process-start.js'
import { SystemRandom } from '../../core/random/system-random.js'
import { durationText } from '../../core/time/duration-text.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError } from '../arguments/parsed-values.js'
import { TIMEOUT_OPTION, withTimeout } from '../arguments/wait-options.js'
import { runDirectoryOf } from '../job/rest-cluster-client-of.js'

const POLL_MS = 50
/** Whoever waits so long is told for what. */
const SLOW_MS = 3_000

export const stopClusterCommand: CliCommand = {
  name: 'stop-cluster',
  sentence: 'stops the session cluster, and its jobs as cluster.jobs-on-shutdown says.',
  usage: '[OPTIONS]',
  stopAtOperand: false,
  withSession: 'needs-none',
  options: [
    {
      ...TIMEOUT_OPTION,
      description:
        'Longest wait, as 30s or "5 min"; without it that of client.timeout (1 min). After it the session goes on to stop.',
    },
  ],
  examples: ['flink-ts stop-cluster', 'flink-ts stop-cluster --timeout 5min --json'],
  async execute(parsed, given) {
    const context = withTimeout(parsed, given)
    const [operand] = parsed.operands
    if (operand !== undefined) throw argumentError(`stop-cluster takes no arguments, but "${operand}" was given.`)
    const directory = new SessionDirectory(runDirectoryOf(context).path, new SystemRandom())
    const session = await directory.running()
    if (session === undefined) {
      context.answer({ stopped: false, pid: null }, [`No standalonesession daemon to stop on host ${hostname()}.`])
      return 0
    }
    const { pid, processStart, logFile } = session
    context.tell(`Stopping standalonesession daemon (pid: ${String(pid)}) on host ${hostname()}.`)
    process.kill(pid, 'SIGTERM')
    const timeoutMs = context.configuration.get(ClientOptions.CLIENT_TIMEOUT)
    const began = performance.now()
    let isTold = false
    while ((await startOfProcess(pid)) === processStart) {
      const waitedMs = performance.now() - began
      const reason = 'it waits for its jobs to end'
      if (waitedMs > timeoutMs) {
        throw new FlinkError('SESSION_STOP_UNFINISHED', { pid, timeout: durationText(timeoutMs), reason, log: logFile })
      }
      if (waitedMs > SLOW_MS && !isTold) {
        isTold = true
        context.tell(`Process ${String(pid)} has not ended yet: ${reason}.`)
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    context.answer({ stopped: true, pid }, ['The session cluster has stopped.'])
    return 0
  },
}
