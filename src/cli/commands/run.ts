import type { Configuration } from '../../core/config/configuration.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import type { SessionRestClient } from '../../client/session-rest-client.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import { applyClaimMode, CLAIM_MODE_OPTION, RESTORE_MODE_OPTION } from '../arguments/claim-mode.js'
import { applyMissingOffset, MISSING_OFFSET, MISSING_OFFSET_OPTION } from '../arguments/missing-offset.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { settingOf } from '../arguments/load-cli-configuration.js'
import { argumentError, has, valueOf, valuesOf, type ParsedOptions } from '../arguments/parsed-values.js'
import {
  applyProgramOptions,
  noteOnOptionsForProgram,
  PROGRAM_OPTIONS,
  programArguments,
} from '../arguments/program-options.js'
import { TIMEOUT_OPTION, withTimeout } from '../arguments/wait-options.js'
import { WEB_OPTION } from '../arguments/web-option.js'
import { workingDirectory } from '../arguments/working-directory.js'
import { jobIdOf } from '../job/job-id-of.js'
import { withWeb } from '../job/web-request.js'
import type { RunRequest } from '../job/run-request.js'

export const RECOVER = 'recover'
const WAIT = 'wait'
/** Options that say what is to run, or from what. */
const OF_THE_JOB: readonly string[] = [
  ...['class', 'parallelism', 'jarfile', 'arguments'],
  ...['fromSavepoint', 'allowNonRestoredState', 'claimMode', 'restoreMode', MISSING_OFFSET],
]

export const runCommand: CliCommand = {
  name: 'run',
  sentence: 'compiles and runs a program.',
  usage: '[OPTIONS] <job-file> <arguments>',
  stopAtOperand: true,
  withSession: 'asks-it',
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
      description:
        'Attached, in a session: cancels the job when the command ends before it (Ctrl-C), or is not heard of any more. Outside of a session a job always ends with its command.',
    },
    MISSING_OFFSET_OPTION,
    CLAIM_MODE_OPTION,
    RESTORE_MODE_OPTION,
    WEB_OPTION,
    {
      long: RECOVER,
      value: 'required',
      valueName: 'jobId',
      description:
        'Starts the job of this id again, whose process has died, from its newest checkpoint: all else is as it was started with high-availability.type: filesystem.',
    },
    {
      long: WAIT,
      value: 'none',
      description:
        'With -d: return only when all tasks of the job run, not longer than --timeout; exit code 1 where it ends before.',
    },
    TIMEOUT_OPTION,
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
    'flink-ts run -d --wait --timeout 30s --json job.js',
    'flink-ts run -m localhost:8081 -d job.js   (in a session: see start-cluster -h)',
    'flink-ts run --web 8082 job.js',
    'flink-ts run -D state.backend.type=rocksdb -D execution.checkpointing.dir=/tmp/checkpoints job.js',
    'flink-ts run --recover 28cf1a77b6d50c9c2ed2d5b5c1c7c3f5 -D high-availability.storageDir=/tmp/ha',
  ],
  async execute(parsed, context) {
    refuseOfMachine(parsed, context.session)
    if (has(parsed, RECOVER)) {
      const { recoveredRequest } = await import('../job/recovered-request.js')
      const keys = valuesOf(parsed, 'D').map((definition) => settingOf(definition).key)
      const request = await recoveredRequest(await jobIdOf(recoveredJob(parsed), context), keys, context)
      return start(request, parsed, { ...context, workingDirectory: workingDirectory() })
    }
    // By the name of the action that was asked for: run-application does the same.
    const { jobFile, args } = programArguments(parsed, this)
    const note = noteOnOptionsForProgram(args, this)
    if (note !== undefined) context.printError(context.diagnostics.warning(note))
    const configuration = context.configuration.clone()
    applyProgramOptions(parsed, configuration)
    applyRestoreOptions(parsed, configuration, context.workingDirectory)
    applyClaimMode(parsed, configuration, context.tell)
    applyMissingOffset(parsed, configuration)
    const request = {
      jobFile: absoluteTarget(jobFile, 'path of the job file', context.workingDirectory),
      entry: valueOf(parsed, 'class'),
      args,
      configuration: configuration.toEntries(),
    }
    return start(request, parsed, context)
  },
}

async function start(asked: RunRequest, parsed: ParsedOptions, context: CliContext): Promise<number> {
  if (context.session !== undefined) return startInSession(asked, parsed, context, context.session)
  const request = withWeb(asked, parsed, context.configuration)
  const isDetached = has(parsed, 'detached') || has(parsed, 'yarndetached')
  const idle = noteOnWaiting(parsed, isDetached)
  if (idle !== undefined) context.printError(context.diagnostics.warning(idle))
  if (isDetached) {
    const { runDetached } = await import('../job/run-detached.js')
    return runDetached(request, withTimeout(parsed, context), has(parsed, WAIT) ? 'running' : 'submission')
  }
  const { runAttached } = await import('../job/run-attached.js')
  return runAttached(request, context)
}

function refuseOfMachine(parsed: ParsedOptions, session: SessionRestClient | undefined): void {
  const given = [RECOVER, 'web'].find((name) => has(parsed, name))
  if (session === undefined || given === undefined) return
  throw argumentError(
    `--${given} is about a job of this machine, and ${session.url} is a session: leave one of them out.`,
  )
}

async function startInSession(
  request: RunRequest,
  parsed: ParsedOptions,
  context: CliContext,
  session: SessionRestClient,
): Promise<number> {
  const isDetached = has(parsed, 'detached') || has(parsed, 'yarndetached')
  const idle = noteOnWaiting(parsed, isDetached)
  if (idle !== undefined) context.printError(context.diagnostics.warning(idle))
  const { runInSession } = await import('../job/run-in-session.js')
  const returns = isDetached ? (has(parsed, WAIT) ? 'running' : 'submitted') : 'ended'
  const endsWithCommand = returns === 'ended' && has(parsed, 'shutdownOnAttachedExit')
  return runInSession(request, { session, returns, endsWithCommand }, withTimeout(parsed, context))
}

/** Whoever bounds a wait has to know when it is not bounded. */
function noteOnWaiting(parsed: ParsedOptions, isDetached: boolean): string | undefined {
  const given = [WAIT, 'timeout'].filter((name) => has(parsed, name)).map((name) => `--${name}`)
  if (given.length === 0 || (isDetached && has(parsed, WAIT))) return undefined
  const missing = isDetached ? '--wait' : '-d: the command lasts as long as its job'
  return `${given.join(' and ')} ${given.length === 1 ? 'has' : 'have'} no effect without ${missing}.`
}

/** The job is what it was: nothing of it can be said anew. */
function recoveredJob(parsed: ParsedOptions): string {
  const [operand] = parsed.operands
  const other = operand ?? OF_THE_JOB.find((name) => has(parsed, name))
  if (other === undefined) return valueOf(parsed, RECOVER) ?? ''
  const long = other === MISSING_OFFSET ? MISSING_OFFSET_OPTION.long : other
  const given = operand === undefined ? `--${String(long)}` : `"${operand}"`
  throw argumentError(
    `--recover takes the id of a job and nothing else of it, but ${given} was given: its program, arguments and configuration are kept in high-availability.storageDir. To start a program from a checkpoint: run -s <checkpoint> <job-file>.`,
  )
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
