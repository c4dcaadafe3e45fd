import { FlinkError } from '../../core/errors/flink-error.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { argumentError, has, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'
import { printable } from '../terminal/printable-text.js'
import { withProgress } from '../output/progress.js'
import { jobIdOf } from '../job/job-id-of.js'
import { awaitedSavepoint } from '../job/awaited-snapshot.js'
import { restClusterClientOf } from '../job/rest-cluster-client-of.js'
import { endAskedFor, WAIT_OPTION } from '../job/end-asked-for.js'
import { TIMEOUT_OPTION, withTimeout } from '../arguments/wait-options.js'
import { checkSavepointType, SAVEPOINT_TYPE_OPTION } from '../arguments/savepoint-type.js'

const DEPRECATION = 'DEPRECATION WARNING: Cancelling a job with savepoint is deprecated. Use "stop" instead.'

export const cancelCommand: CliCommand = {
  name: 'cancel',
  sentence: 'cancels a running program.',
  usage: '[OPTIONS] <Job ID>',
  stopAtOperand: false,
  withSession: 'asks-it',
  options: [
    {
      short: 's',
      long: 'withSavepoint',
      value: 'optional',
      valueName: 'targetDirectory',
      description:
        'Trigger a savepoint, then cancel the job. Without a directory the configured default is used (state.savepoints.dir).',
    },
    WAIT_OPTION,
    TIMEOUT_OPTION,
    { ...SAVEPOINT_TYPE_OPTION, hidden: true },
  ],
  examples: [
    'flink-ts cancel cca7bc1061d61cf15238e92312c2fc20',
    'flink-ts cancel word-count   (the name of a job, or the beginning of its id)',
    'flink-ts cancel -s /tmp/savepoints cca7bc1061d61cf15238e92312c2fc20',
    'flink-ts cancel --wait --timeout 30s cca7bc1061d61cf15238e92312c2fc20 && flink-ts run job.js',
  ],
  async execute(parsed, context) {
    const [operand] = parsed.operands
    if (!has(parsed, 'withSavepoint')) {
      if (operand === undefined) throw argumentError('Missing JobID. Specify a JobID to cancel a job.')
      return cancel(await jobIdOf(operand, context), parsed, withTimeout(parsed, context))
    }
    checkSavepointType(parsed)
    // `cancel -s JOB`: the job id was taken for the directory because it comes last.
    const target = operand === undefined ? undefined : valueOf(parsed, 'withSavepoint')
    const job = operand ?? valueOf(parsed, 'withSavepoint')
    if (job === undefined) throw argumentError('Missing JobId')
    const request = { jobId: await jobIdOf(job, context), target }
    return cancelWithSavepoint(request, parsed, withTimeout(parsed, context))
  },
}

async function cancel(jobId: string, parsed: ParsedOptions, context: CliContext): Promise<number> {
  context.tell(`Cancelling job ${jobId}.`)
  const client = restClusterClientOf(context)
  const awaitEnd = await endAskedFor(jobId, parsed, context)
  await orFail(jobId, () => withProgress('cancelling the job', context, () => client.cancel(jobId)))
  const ended = await awaitEnd()
  context.answer({ jobId, ...ended.fields }, [`Cancelled job ${jobId}.`, ...ended.lines])
  return 0
}

async function cancelWithSavepoint(
  { jobId, target }: { readonly jobId: string; readonly target: string | undefined },
  parsed: ParsedOptions,
  context: CliContext,
): Promise<number> {
  const targetDirectory =
    target === undefined
      ? undefined
      : absoluteTarget(target, 'target directory of the savepoint', context.workingDirectory)
  context.tell(DEPRECATION)
  const where = target ?? 'default savepoint directory'
  context.tell(`Cancelling job ${jobId} with ${checkSavepointType(parsed)} savepoint to ${printable(where)}.`)
  const client = restClusterClientOf(context)
  const awaitEnd = await endAskedFor(jobId, parsed, context)
  const location = await orFail(jobId, async () => {
    const triggered = await client.triggerSavepoint(jobId, { targetDirectory, cancelJob: true })
    return awaitedSavepoint('taking the savepoint', triggered, client, context)
  })
  const ended = await awaitEnd()
  const line = `Cancelled job ${jobId}. Savepoint stored in ${printable(location)}.`
  context.answer({ jobId, savepoint: location, ...ended.fields }, [line, ...ended.lines])
  return 0
}

async function orFail<T>(jobId: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw new FlinkError('ACTION_FAILED', { text: `Could not cancel job ${jobId}.` }, { cause })
  }
}
