import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError } from '../arguments/parsed-values.js'
import { jobIdOf } from '../job/job-id-of.js'
import { restClusterClientOf } from '../job/rest-cluster-client-of.js'
import { watermarksDocument } from '../output/watermarks-document.js'
import { watermarkLines } from '../output/watermark-lines.js'

export const watermarksCommand: CliCommand = {
  name: 'watermarks',
  sentence: 'shows how far event time has come in a running job, and what holds it back.',
  usage: '<Job ID>',
  stopAtOperand: false,
  withSession: 'asks-it',
  options: [],
  examples: ['flink-ts watermarks cca7bc1061d61cf15238e92312c2fc20', 'flink-ts watermarks word-count --json'],
  async execute(parsed, context) {
    const [job] = parsed.operands
    if (job === undefined) throw argumentError('Missing JobID. Specify a Job ID to see its watermarks.')
    const jobId = await jobIdOf(job, context)
    context.tell('Waiting for response...')
    try {
      const info = await restClusterClientOf(context).watermarks(jobId)
      context.answer(watermarksDocument(info), watermarkLines(info))
      return 0
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: `Could not get the watermarks of job ${jobId}.` }, { cause })
    }
  },
}
