import { FlinkError } from '../../core/errors/flink-error.js'
import { NOT_ADDRESSABLE } from '../../core/fs/not-addressable.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError, has } from '../arguments/parsed-values.js'
import { TIMEOUT_OPTION, withTimeout } from '../arguments/wait-options.js'
import { awaitedCheckpoint } from '../job/awaited-snapshot.js'
import { jobIdOf } from '../job/job-id-of.js'
import { restClusterClientOf } from '../job/rest-cluster-client-of.js'

const IN_MEMORY =
  'It lies in the memory of the job and ends with it. Set state.checkpoints.dir to resume from checkpoints.'

export const checkpointCommand: CliCommand = {
  name: 'checkpoint',
  sentence: 'manually triggers a checkpoint for a running job.',
  usage: '[OPTIONS] <Job ID>',
  stopAtOperand: false,
  withSession: 'asks-it',
  options: [
    {
      short: 'full',
      long: 'full',
      value: 'none',
      description: 'Take a full checkpoint instead of the configured type.',
    },
    TIMEOUT_OPTION,
  ],
  examples: [
    'flink-ts checkpoint cca7bc1061d61cf15238e92312c2fc20',
    'flink-ts checkpoint word-count   (the name of a job, or the beginning of its id)',
    'flink-ts checkpoint --timeout 10s --json cca7bc1061d61cf15238e92312c2fc20',
  ],
  async execute(parsed, given) {
    const context = withTimeout(parsed, given)
    const [job] = parsed.operands
    if (job === undefined) throw argumentError('Missing JobID. Specify a Job ID to manipulate a checkpoint.')
    const jobId = await jobIdOf(job, context)
    const full = has(parsed, 'full')
    const client = restClusterClientOf(context)
    context.tell(`Triggering checkpoint for job ${jobId}.`)
    context.tell('Waiting for response...')
    try {
      const triggered = await client.triggerCheckpoint(jobId, full)
      const checkpointId = await awaitedCheckpoint('taking the checkpoint', triggered, client, context)
      const path = await client.pathOfCheckpoint(jobId, checkpointId)
      const isInMemory = path === NOT_ADDRESSABLE
      context.answer({ jobId, checkpointId, checkpoint: isInMemory ? null : (path ?? null), inMemory: isInMemory }, [
        `Checkpoint${full ? '(FULL)' : ''} ${String(checkpointId)} for job ${jobId} completed.`,
        isInMemory ? IN_MEMORY : 'You can resume your program from this checkpoint with the run command.',
      ])
      return 0
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: `Failed to trigger a checkpoint for the job ${jobId}.` }, { cause })
    }
  },
}
