import { SessionDirectory } from '../../cluster/session/session-directory.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { SystemRandom } from '../../core/random/system-random.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { argumentError, has, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'
import {
  applyProgramOptions,
  noteOnOptionsForProgram,
  PROGRAM_OPTIONS,
  programArguments,
} from '../arguments/program-options.js'
import { WEB_OPTION } from '../arguments/web-option.js'
import { jobIdOf } from '../job/job-id-of.js'
import { runDirectoryOf } from '../job/rest-cluster-client-of.js'
import { withWeb } from '../job/web-request.js'
import type { RunRequest, UpgradeOrder } from '../job/run-request.js'

const WHERE = 'upgrade'
/** One after another, as a session starts its jobs itself. */
const IN_SESSION =
  'In a session: flink-ts savepoint <Job ID> <directory>, flink-ts check <job-file> --against <savepoint>, flink-ts stop -p <directory> <Job ID>, flink-ts run -t remote -d -s <savepoint> <job-file>.'

export const upgradeCommand: CliCommand = {
  name: 'upgrade',
  sentence: 'puts a new program in the place of a running one, which it goes on from with a savepoint.',
  usage: '[OPTIONS] <Job ID> <job-file> <arguments>',
  stopAtOperand: true,
  adviceInSession: IN_SESSION,
  options: [
    ...PROGRAM_OPTIONS,
    {
      short: 'd',
      long: 'detached',
      value: 'none',
      description: 'Runs the new job in a process of its own and returns when it runs.',
    },
    {
      short: 'n',
      long: 'allowNonRestoredState',
      value: 'none',
      description: 'Skip state of the old job that no operator of the new program claims.',
    },
    WEB_OPTION,
    {
      long: 'savepointPath',
      value: 'required',
      valueName: 'savepointPath',
      description:
        'Directory of the savepoint. Without it that is used with which the old job is configured (state.savepoints.dir).',
    },
    {
      long: 'closed',
      value: 'none',
      description: 'Call no function of the new program while the old one runs, to learn which states it asks for.',
    },
    {
      long: 'withoutReturn',
      value: 'none',
      description:
        'Go on though the file of the old program has changed or gone: if the new one does not start, the job stays stopped.',
    },
  ],
  examples: [
    'flink-ts upgrade 28cf1a77b6d50c9c2ed2d5b5c1c7c3f5 new-job.js --input words.txt',
    'flink-ts upgrade -d -p 4 --savepointPath /tmp/savepoints 28cf1a77b6d50c9c2ed2d5b5c1c7c3f5 job-2.tgz',
  ],
  async execute(parsed, context) {
    const [operand, ...operands] = parsed.operands
    if (operand === undefined) throw argumentError('Missing JobId')
    const jobId = await jobIdOf(operand, context)
    await refuseOfSession(jobId, context)
    const upgrade = upgradeOrder(parsed, jobId, context.workingDirectory)
    const { jobFile, args } = programArguments({ ...parsed, operands }, upgradeCommand)
    const note = noteOnOptionsForProgram(args, upgradeCommand)
    if (note !== undefined) context.printError(context.diagnostics.warning(note))
    const configuration = context.configuration.clone()
    applyProgramOptions(parsed, configuration)
    configuration.set(SavepointOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, has(parsed, 'allowNonRestoredState'), '-n')
    // The old program may have to come back with it, and a job that claims it removes it.
    configuration.set(SavepointOptions.RESTORE_MODE, 'NO_CLAIM', WHERE)
    const job: RunRequest = {
      jobFile: absoluteTarget(jobFile, 'path of the job file', context.workingDirectory),
      entry: valueOf(parsed, 'class'),
      args,
      configuration: configuration.toEntries(),
      upgrade,
    }
    const request = withWeb(job, parsed, context.configuration)
    if (has(parsed, 'detached')) {
      const { runDetached } = await import('../job/run-detached.js')
      return runDetached(request, context)
    }
    const { runAttached } = await import('../job/run-attached.js')
    return runAttached(request, context)
  },
}

/** The new job would be one of this command, which nobody starts again when it dies. JOB_OF_SESSION */
async function refuseOfSession(jobId: string, context: CliContext): Promise<void> {
  const directory = new SessionDirectory(runDirectoryOf(context).path, new SystemRandom())
  if (await directory.knows(jobId)) throw new FlinkError('JOB_OF_SESSION', { jobId, advice: IN_SESSION })
}

function upgradeOrder(parsed: ParsedOptions, jobId: string, workingDirectory: string): UpgradeOrder {
  const target = valueOf(parsed, 'savepointPath')
  return {
    jobId,
    savepointDirectory:
      target === undefined ? undefined : absoluteTarget(target, 'target directory of the savepoint', workingDirectory),
    opensFunctions: !has(parsed, 'closed'),
    isWithoutReturn: has(parsed, 'withoutReturn'),
    isQuiet: has(parsed, 'quiet'),
  }
}
