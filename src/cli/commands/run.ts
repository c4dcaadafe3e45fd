import type { Configuration } from '../../core/config/configuration.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import { applyClaimMode, CLAIM_MODE_OPTION, RESTORE_MODE_OPTION } from '../arguments/claim-mode.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { has, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'
import {
  applyProgramOptions,
  noteOnOptionsForProgram,
  PROGRAM_OPTIONS,
  programArguments,
} from '../arguments/program-options.js'

export const runCommand: CliCommand = {
  name: 'run',
  sentence: 'compiles and runs a program.',
  usage: '[OPTIONS] <job-file> <arguments>',
  stopAtOperand: true,
  options: [
    ...PROGRAM_OPTIONS,
    { short: 'd', long: 'detached', value: 'none', description: 'Runs the job in a process of its own and returns.' },
    {
      short: 's',
      long: 'fromSavepoint',
      value: 'required',
      valueName: 'savepointPath',
      description:
        'Path to a savepoint or checkpoint to restore the job from, e.g. /flink/savepoint-1537; a directory of checkpoints means the newest in it.',
    },
    {
      short: 'n',
      long: 'allowNonRestoredState',
      value: 'none',
      description: 'Skip savepoint state that no operator of the program claims.',
    },
    {
      short: 'sae',
      long: 'shutdownOnAttachedExit',
      value: 'none',
      description: 'Accepted; an attached run always ends its job with it.',
    },
    CLAIM_MODE_OPTION,
    RESTORE_MODE_OPTION,
    { short: 'yd', long: 'yarndetached', value: 'none', description: 'Old name of detached.', hidden: true },
    {
      short: 'q',
      long: 'sysoutLogging',
      value: 'none',
      description: 'Accepted for scripts.',
      hidden: true,
      withoutEffect: 'standard output has no log lines: they go to a file of env.log.dir',
    },
  ],
  examples: [
    'flink-ts run job.js --input words.txt',
    'flink-ts run -p 4 -c SocketWordCount dist/jobs/socket-word-count.js --hostname localhost --port 9999',
    'flink-ts run -s /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab job.js',
    'flink-ts run -d job.js',
    'flink-ts run -D state.backend.type=rocksdb -D execution.checkpointing.dir=/tmp/checkpoints job.js',
  ],
  async execute(parsed, context) {
    const { jobFile, args } = programArguments(parsed, runCommand)
    const note = noteOnOptionsForProgram(args, runCommand)
    if (note !== undefined) context.printError(context.diagnostics.warning(note))
    const configuration = context.configuration.clone()
    applyProgramOptions(parsed, configuration)
    applyRestoreOptions(parsed, configuration, context.workingDirectory)
    applyClaimMode(parsed, configuration, context.print)
    const request = {
      jobFile: absoluteTarget(jobFile, 'path of the job file', context.workingDirectory),
      entry: valueOf(parsed, 'class'),
      args,
      configuration: configuration.toEntries(),
    }
    if (has(parsed, 'detached') || has(parsed, 'yarndetached')) {
      const { runDetached } = await import('../job/run-detached.js')
      return runDetached(request, context)
    }
    const { runAttached } = await import('../job/run-attached.js')
    return runAttached(request, context)
  },
}

/** `-s` and `-n` become configuration, as in Flink, so that a detached process gets them with everything else. */
function applyRestoreOptions(parsed: ParsedOptions, configuration: Configuration, workingDirectory: string): void {
  const path = valueOf(parsed, 'fromSavepoint')
  const isAllowed = has(parsed, 'allowNonRestoredState')
  if (path !== undefined) {
    configuration.set(SavepointOptions.SAVEPOINT_PATH, absoluteTarget(path, 'path after -s', workingDirectory), '-s')
  }
  if (path !== undefined || isAllowed) {
    configuration.set(SavepointOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, isAllowed, '-n')
  }
}
