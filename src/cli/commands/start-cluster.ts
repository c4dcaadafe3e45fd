import { hostname } from 'node:os'
import { SessionDirectory } from '../../cluster/session/session-directory.js'
import { SessionOptions } from '../../core/config/session-options.js'
import { SystemRandom } from '../../core/random/system-random.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError, has } from '../arguments/parsed-values.js'
import { logDirectoryOf } from '../job/log-files.js'
import { runDirectoryOf } from '../job/rest-cluster-client-of.js'
import { sessionFiles } from '../session/session-files.js'

const FOREGROUND = 'foreground'

export const startClusterCommand: CliCommand = {
  name: 'start-cluster',
  sentence: 'starts a session cluster: one place for many jobs, with the REST API at rest.port.',
  usage: '[OPTIONS]',
  stopAtOperand: false,
  withSession: 'needs-none',
  options: [
    {
      long: FOREGROUND,
      value: 'none',
      description: 'This process is the session, until it is told to end: for systemd and containers.',
    },
  ],
  examples: [
    'flink-ts start-cluster',
    'flink-ts start-cluster -D rest.port=8082 -D taskmanager.numberOfTaskSlots=8',
    'flink-ts start-cluster --foreground -D cluster.jobs-on-shutdown=SAVEPOINT',
  ],
  async execute(parsed, context) {
    const [operand] = parsed.operands
    if (operand !== undefined) throw argumentError(`start-cluster takes no arguments, but "${operand}" was given.`)
    const { configuration, workingDirectory, diagnostics } = context
    const request = { configuration: configuration.toEntries(), workingDirectory }
    const runDirectory = runDirectoryOf(context)
    const logDirectory = logDirectoryOf(configuration, runDirectory, workingDirectory)
    const files = sessionFiles(configuration, { runDirectory: runDirectory.path, logDirectory, workingDirectory })
    context.tell('Starting cluster.')
    context.tell(`Starting standalonesession daemon on host ${hostname()}.`)
    const answer = (web: string, pid: number): void => {
      context.answer({ web, pid, log: files.log, pidFile: files.pid }, [`Web interface/REST: ${web}`])
    }
    const warning = (text: string): void => {
      context.printError(diagnostics.warning(text))
    }
    if (has(parsed, FOREGROUND)) {
      const { hostSession } = await import('../session/host-session.js')
      return hostSession(request, {
        started: (web) => {
          answer(web, process.pid)
        },
        warning,
      })
    }
    await runDirectory.prepare()
    // The file that it prints to is still that of the one which runs.
    await new SessionDirectory(runDirectory.path, new SystemRandom()).refuseRunning()
    const { startSession } = await import('../session/start-session.js')
    const { web, pid, warnings } = await startSession(request, files.output, configuration.get(SessionOptions.LOG_MAX))
    for (const text of warnings) warning(text)
    answer(web, pid)
    return 0
  },
}
