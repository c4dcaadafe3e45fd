import { FlinkError } from '../../core/errors/flink-error.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { argumentError, has, valueOf } from '../arguments/parsed-values.js'
import { printable } from '../terminal/printable-text.js'
import { stillWaiting, withProgress } from '../output/progress.js'
import { jobIdOf } from '../job/job-id-of.js'
import { restClusterClientOf } from '../job/rest-cluster-client-of.js'
import { checkSavepointType, SAVEPOINT_TYPE_OPTION } from '../arguments/savepoint-type.js'

const DEPRECATION = 'DEPRECATION WARNING: Cancelling a job with savepoint is deprecated. Use "stop" instead.'

export const cancelCommand: CliCommand = {
  name: 'cancel',
  sentence: 'cancels a running program.',
  usage: '[OPTIONS] <Job ID>',
  stopAtOperand: false,
  options: [
    {
      short: 's',
      long: 'withSavepoint',
      value: 'optional',
      valueName: 'targetDirectory',
      description:
        'Trigger a savepoint, then cancel the job. Without a directory the configured default is used (state.savepoints.dir).',
    },
    { ...SAVEPOINT_TYPE_OPTION, hidden: true },
  ],
  examples: [
    'flink-ts cancel cca7bc1061d61cf15238e92312c2fc20',
    'flink-ts cancel -s /tmp/savepoints cca7bc1061d61cf15238e92312c2fc20',
  ],
  async execute(parsed, context) {
    const [operand] = parsed.operands
    if (!has(parsed, 'withSavepoint')) {
      if (operand === undefined) throw argumentError('Missing JobID. Specify a JobID to cancel a job.')
      return cancel(await jobIdOf(operand, context), context)
    }
    checkSavepointType(parsed)
    // `cancel -s JOB`: the job id was taken for the directory because it comes last.
    const target = operand === undefined ? undefined : valueOf(parsed, 'withSavepoint')
    const job = operand ?? valueOf(parsed, 'withSavepoint')
    if (job === undefined) throw argumentError('Missing JobId')
    return cancelWithSavepoint(await jobIdOf(job, context), target, context)
  },
}

async function cancel(jobId: string, context: CliContext): Promise<number> {
  context.print(`Cancelling job ${jobId}.`)
  const client = restClusterClientOf(context)
  await orFail(jobId, () => withProgress('cancelling the job', context, () => client.cancel(jobId)))
  context.print(`Cancelled job ${jobId}.`)
  return 0
}

async function cancelWithSavepoint(jobId: string, target: string | undefined, context: CliContext): Promise<number> {
  const targetDirectory =
    target === undefined
      ? undefined
      : absoluteTarget(target, 'target directory of the savepoint', context.workingDirectory)
  context.print(DEPRECATION)
  const where = target ?? 'default savepoint directory'
  context.print(`Cancelling job ${jobId} with CANONICAL savepoint to ${printable(where)}.`)
  const client = restClusterClientOf(context)
  const location = await orFail(jobId, async () => {
    return withProgress('taking the savepoint', context, async (say) => {
      const triggered = await client.triggerSavepoint(jobId, { targetDirectory, cancelJob: true })
      return client.awaitSavepoint(triggered, (what) => {
        say(stillWaiting(jobId, what))
      })
    })
  })
  context.print(`Cancelled job ${jobId}. Savepoint stored in ${printable(location)}.`)
  return 0
}

async function orFail<T>(jobId: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw new FlinkError('ACTION_FAILED', { text: `Could not cancel job ${jobId}.` }, { cause })
  }
}
