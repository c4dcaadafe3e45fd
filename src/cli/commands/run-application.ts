import type { CliCommand } from '../arguments/cli-command.js'
import { has, type ParsedOptions } from '../arguments/parsed-values.js'
import { programArguments } from '../arguments/program-options.js'
import { RECOVER, runCommand } from './run.js'

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
    const { values, operands } = has(parsed, RECOVER) ? parsed : withPlainFile(parsed, this)
    return runCommand.execute.call(this, { values: { ...values, detached: true }, operands }, context)
  },
}

/** The job file without its scheme, wherever it was named, as `-j`: an argument of the program stays as it is. */
function withPlainFile(parsed: ParsedOptions, action: CliCommand): ParsedOptions {
  const { jobFile, args } = programArguments(parsed, action)
  const { arguments: _, ...values } = parsed.values
  return { values: { ...values, jarfile: jobFile.replace(LOCAL_SCHEME, '') }, operands: args }
}
