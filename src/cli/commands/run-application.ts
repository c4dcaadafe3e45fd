import type { CliCommand } from '../arguments/cli-command.js'
import { runCommand } from './run.js'

/** The scheme by which Flink names a file of the machine that runs the job. */
const LOCAL_SCHEME = /^local:\/\//

/** Flink runs `main` on the cluster then, and the command returns: a detached job is just that. */
export const runApplicationCommand: CliCommand = {
  ...runCommand,
  name: 'run-application',
  sentence: 'runs an application in Application Mode: as run -d.',
  examples: [
    'flink-ts run-application -t local job.js --input words.txt',
    'flink-ts run-application local:///opt/app.js',
  ],
  execute(parsed, context) {
    const [file = '', ...rest] = parsed.operands
    const operands = LOCAL_SCHEME.test(file) ? [file.replace(LOCAL_SCHEME, ''), ...rest] : parsed.operands
    const values = { ...parsed.values, detached: true as const }
    return runCommand.execute.call(this, { values, operands }, context)
  },
}
