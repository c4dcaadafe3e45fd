import { FlinkError } from '../../core/errors/flink-error.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { argumentError, has, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'
import { printable } from '../terminal/printable-text.js'
import { withProgress } from '../output/progress.js'
import { TIMEOUT_OPTION, withTimeout } from '../arguments/wait-options.js'
import { awaitedSavepoint } from '../job/awaited-snapshot.js'
import { jobIdOf } from '../job/job-id-of.js'
import { restClusterClientOf, runDirectoryOf } from '../job/rest-cluster-client-of.js'
import { adviceOnSubAction, subActionsOf } from '../arguments/sub-actions.js'
import { checkSavepointType, SAVEPOINT_TYPE_OPTION } from '../arguments/savepoint-type.js'

export const savepointCommand: CliCommand = {
  name: 'savepoint',
  sentence: 'triggers savepoints for a running job or disposes existing ones.',
  usage: '[OPTIONS] <Job ID> [<target directory>]',
  stopAtOperand: false,
  withSession: 'asks-it',
  options: [
    { short: 'd', long: 'dispose', value: 'required', description: 'Path of savepoint to dispose.' },
    {
      short: 'detached',
      value: 'none',
      description: 'Only trigger the savepoint and print the trigger id, without waiting for it.',
    },
    { short: 'j', long: 'jarfile', value: 'required', description: 'Accepted for scripts.', hidden: true },
    SAVEPOINT_TYPE_OPTION,
    TIMEOUT_OPTION,
  ],
  examples: [
    'flink-ts savepoint cca7bc1061d61cf15238e92312c2fc20 /tmp/savepoints',
    'flink-ts savepoint word-count   (the name of a job, or the beginning of its id)',
    'flink-ts savepoint --timeout 5min --json cca7bc1061d61cf15238e92312c2fc20',
    'flink-ts savepoint -d /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab',
    'flink-ts savepoint inspect /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab   (see savepoint inspect -h)',
    'flink-ts savepoint rescale /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab --max-parallelism 1024 -o /tmp/savepoints/rescaled   (see savepoint rescale -h)',
  ],
  async execute(parsed, context) {
    const dispose = valueOf(parsed, 'dispose')
    if (dispose !== undefined) return disposeSavepoint(dispose, context)
    checkSavepointType(parsed)
    return triggerSavepoint(parsed, withTimeout(parsed, context))
  },
}

async function triggerSavepoint(parsed: ParsedOptions, context: CliContext): Promise<number> {
  const [job, target, ...rest] = parsed.operands
  if (job === undefined) throw argumentError('Missing JobID. Specify a Job ID to trigger a savepoint.')
  const advice = adviceOnSubAction('savepoint', job)
  const jobId = await jobIdOf(job, context, { reserved: subActionsOf('savepoint'), advice })
  if (rest.length > 0) context.tell('Provided more arguments than required. Ignoring not needed arguments.')
  const targetDirectory =
    target === undefined
      ? undefined
      : absoluteTarget(target, 'target directory of the savepoint', context.workingDirectory)
  const client = restClusterClientOf(context)
  const isDetached = has(parsed, 'detached')
  context.tell(`Triggering savepoint ${isDetached ? 'in detached mode ' : ''}for job ${jobId}.`)
  if (!isDetached) context.tell('Waiting for response...')
  try {
    const progress = 'taking the savepoint'
    const request = { targetDirectory, cancelJob: false }
    const triggered = await withProgress(progress, context, () => client.triggerSavepoint(jobId, request))
    if (isDetached) {
      const { triggerId } = triggered
      context.answer({ jobId, triggerId }, [
        `Successfully trigger manual savepoint, triggerId: ${printable(triggerId)}`,
      ])
      return 0
    }
    const location = await awaitedSavepoint(progress, triggered, client, context)
    context.answer({ jobId, savepoint: location }, [
      `Savepoint completed. Path: ${printable(location)}`,
      'You can resume your program from this savepoint with the run command.',
    ])
    return 0
  } catch (cause) {
    throw new FlinkError('ACTION_FAILED', { text: `Failed to trigger a savepoint for the job ${jobId}.` }, { cause })
  }
}

async function disposeSavepoint(path: string, context: CliContext): Promise<number> {
  const { disposeSnapshot } = await import('../../cluster/dispose-snapshot.js')
  const target = absoluteTarget(path, 'path of the savepoint', context.workingDirectory)
  context.tell(`Disposing savepoint '${printable(path)}'.`)
  context.tell('Waiting for response...')
  try {
    if (context.session === undefined) {
      const { defaultFileSystems } = await import('../../filesystems/default-file-systems.js')
      await disposeSnapshot(target, runDirectoryOf(context), defaultFileSystems(context.configuration))
    } else await restClusterClientOf(context).disposeSavepoint(context.session, target)
  } catch (cause) {
    throw new FlinkError('ACTION_FAILED', { text: `Failed to dispose the savepoint '${path}'.` }, { cause })
  }
  context.answer({ disposed: target }, [`Savepoint '${printable(path)}' disposed.`])
  return 0
}
