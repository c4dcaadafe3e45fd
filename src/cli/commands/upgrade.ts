import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError, has, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'
import {
  applyProgramOptions,
  noteOnOptionsForProgram,
  PROGRAM_OPTIONS,
  programArguments,
} from '../arguments/program-options.js'
import { WEB_OPTION } from '../arguments/web-option.js'
import { jobIdOf } from '../job/job-id-of.js'
import { withWeb } from '../job/web-request.js'
import type { RunRequest, UpgradeOrder } from '../job/run-request.js'

const WHERE = 'upgrade'

export const upgradeCommand: CliCommand = {
  name: 'upgrade',
  sentence: 'puts a new program in the place of a running one, which it goes on from with a savepoint.',
  usage: '[OPTIONS] <Job ID> <job-file> <arguments>',
  stopAtOperand: true,
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
    const upgrade = upgradeOrder(parsed, await jobIdOf(operand, context), context.workingDirectory)
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
