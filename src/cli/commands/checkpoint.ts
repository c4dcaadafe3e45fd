import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError, has } from '../arguments/parsed-values.js'
import { stillWaiting, withProgress } from '../output/progress.js'
import { jobIdOf } from '../job/job-id-of.js'
import { restClusterClientOf } from '../job/rest-cluster-client-of.js'

const IN_MEMORY =
  'It lies in the memory of the job and ends with it. Set state.checkpoints.dir to resume from checkpoints.'

export const checkpointCommand: CliCommand = {
  name: 'checkpoint',
  sentence: 'manually triggers a checkpoint for a running job.',
  usage: '[OPTIONS] <Job ID>',
  stopAtOperand: false,
  options: [
    {
      short: 'full',
      long: 'full',
      value: 'none',
      description: 'Take a full checkpoint instead of the configured type.',
    },
  ],
  examples: ['flink-ts checkpoint cca7bc1061d61cf15238e92312c2fc20'],
  async execute(parsed, context) {
    const [job] = parsed.operands
    if (job === undefined) throw argumentError('Missing JobID. Specify a Job ID to manipulate a checkpoint.')
    const jobId = await jobIdOf(job, context)
    const full = has(parsed, 'full')
    const client = restClusterClientOf(context)
    context.print(`Triggering checkpoint for job ${jobId}.`)
    context.print('Waiting for response...')
    try {
      const id = await withProgress('taking the checkpoint', context, async (say) => {
        return client.awaitCheckpoint(await client.triggerCheckpoint(jobId, full), (what) => {
          say(stillWaiting(jobId, what))
        })
      })
      context.print(`Checkpoint${full ? '(FULL)' : ''} ${String(id)} for job ${jobId} completed.`)
      const isInMemory = await client.isCheckpointInMemory(jobId, id)
      context.print(isInMemory ? IN_MEMORY : 'You can resume your program from this checkpoint with the run command.')
      return 0
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: `Failed to trigger a checkpoint for the job ${jobId}.` }, { cause })
    }
  },
}
