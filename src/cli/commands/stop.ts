import { FlinkError } from '../../core/errors/flink-error.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError, has, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'
import { printable } from '../terminal/printable-text.js'
import { TIMEOUT_OPTION, withTimeout } from '../arguments/wait-options.js'
import { withProgress } from '../output/progress.js'
import { awaitedSavepoint } from '../job/awaited-snapshot.js'
import { endAskedFor, WAIT_OPTION } from '../job/end-asked-for.js'
import { jobIdOf } from '../job/job-id-of.js'
import { restClusterClientOf } from '../job/rest-cluster-client-of.js'
import { checkSavepointType, SAVEPOINT_TYPE_OPTION } from '../arguments/savepoint-type.js'

export const stopCommand: CliCommand = {
  name: 'stop',
  sentence: 'stops a running program with a savepoint (streaming jobs only).',
  usage: '[OPTIONS] <Job ID>',
  stopAtOperand: false,
  withSession: 'asks-it',
  options: [
    {
      short: 'd',
      long: 'drain',
      value: 'none',
      description:
        'Send MAX_WATERMARK before taking the savepoint and stopping the pipeline. ' +
        'Windows and timers fire before their time: not for a job that is to go on from the savepoint.',
    },
    {
      short: 'p',
      long: 'savepointPath',
      value: 'optional',
      valueName: 'savepointPath',
      description: 'Path to the savepoint. Without it the configured default is used (state.savepoints.dir).',
    },
    { short: 'detached', value: 'none', description: 'Only trigger and print the trigger id.' },
    SAVEPOINT_TYPE_OPTION,
    WAIT_OPTION,
    TIMEOUT_OPTION,
  ],
  examples: [
    'flink-ts stop --savepointPath /tmp/savepoints cca7bc1061d61cf15238e92312c2fc20',
    'flink-ts stop word-count   (the name of a job, or the beginning of its id)',
    'flink-ts stop --wait --timeout 5min --savepointPath /tmp/savepoints cca7bc1061d61cf15238e92312c2fc20',
  ],
  async execute(parsed, given) {
    const context = withTimeout(parsed, given)
    const type = checkSavepointType(parsed)
    const { job, target } = jobAndTarget(parsed)
    const jobId = await jobIdOf(job, context)
    const targetDirectory =
      target === undefined
        ? undefined
        : absoluteTarget(target, 'target directory of the savepoint', context.workingDirectory)
    const drain = has(parsed, 'drain')
    const isDetached = has(parsed, 'detached')
    if (isDetached && has(parsed, 'wait'))
      throw argumentError('-detached returns at once, and --wait does not: leave one of them out.')
    const client = restClusterClientOf(context)
    const awaitEnd = await endAskedFor(jobId, parsed, context)
    context.tell(`${drain ? 'Draining' : 'Suspending'} job "${jobId}" with a ${type} savepoint.`)
    context.tell(`Triggering stop-with-savepoint ${isDetached ? 'in detached mode ' : ''}for job ${jobId}.`)
    if (!isDetached) context.tell('Waiting for response...')
    let location: string
    try {
      const progress = 'stopping with a savepoint'
      const triggered = await withProgress(progress, context, () =>
        client.triggerStop(jobId, { targetDirectory, drain }),
      )
      if (isDetached) {
        const { triggerId } = triggered
        const line = `Successfully trigger stop-with-savepoint in detached mode, triggerId: ${printable(triggerId)}`
        context.answer({ jobId, triggerId }, [line])
        return 0
      }
      location = await awaitedSavepoint(progress, triggered, client, context)
    } catch (cause) {
      const kind = isDetached ? 'detached savepoint' : 'savepoint'
      throw new FlinkError('ACTION_FAILED', { text: `Could not stop with a ${kind} job "${jobId}".` }, { cause })
    }
    const ended = await awaitEnd()
    const line = `Savepoint completed. Path: ${printable(location)}`
    context.answer({ jobId, savepoint: location, drained: drain, ...ended.fields }, [line, ...ended.lines])
    return 0
  },
}

/** `stop -p JOB`: the job id was taken for the path because it comes last. */
function jobAndTarget(parsed: ParsedOptions): { job: string; target: string | undefined } {
  const [operand] = parsed.operands
  const path = valueOf(parsed, 'savepointPath')
  const job = operand ?? path
  if (job === undefined) throw argumentError('Missing JobId')
  return { job, target: operand === undefined ? undefined : path }
}
