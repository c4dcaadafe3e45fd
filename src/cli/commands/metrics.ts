import { ClientOptions } from '../../core/config/client-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { argumentError } from '../arguments/parsed-values.js'
import { jobIdOf } from '../job/job-id-of.js'
import { runDirectoryOf } from '../job/rest-cluster-client-of.js'
import type { JobMetricRow } from '../metrics/job-metric-rows.js'
import { metricLines } from '../metrics/metric-lines.js'

export const metricsCommand: CliCommand = {
  name: 'metrics',
  sentence: 'shows the metrics of a running job: of the job, of its subtasks and of their operators.',
  usage: '[OPTIONS] <Job ID> [<filter>]',
  stopAtOperand: false,
  withSession: 'asks-it',
  options: [],
  examples: [
    'flink-ts metrics cca7bc1061d61cf15238e92312c2fc20',
    "flink-ts metrics cca7bc1061d61cf15238e92312c2fc20 'numRecords*PerSecond'",
    "flink-ts metrics cca7bc1061d61cf15238e92312c2fc20 'My_operator.*' --json",
  ],
  async execute(parsed, context) {
    const [operand, filter, more] = parsed.operands
    if (operand === undefined) throw argumentError('Missing JobID. Specify a Job ID to see its metrics.')
    if (more !== undefined)
      throw argumentError(`"${more}" is too much: one filter in quotation marks may follow the job.`)
    const jobId = await jobIdOf(operand, context)
    context.tell('Waiting for response...')
    const all = await rowsOf(jobId, context)
    const metrics = filter === undefined ? all : await filtered(all, filter)
    const nothing = filter === undefined ? 'The job has no metrics yet.' : `No metric of the job is named ${filter}.`
    context.answer({ jobId, metrics }, metrics.length === 0 ? [nothing] : metricLines(metrics))
    return 0
  },
}

async function rowsOf(jobId: string, context: CliContext): Promise<JobMetricRow[]> {
  const [{ JobInspector }, { metricRowsOf }] = await Promise.all([
    import('../../client/job-inspector.js'),
    import('../metrics/job-metric-rows.js'),
  ])
  try {
    const timeoutMs = context.configuration.get(ClientOptions.CLIENT_TIMEOUT)
    const { session } = context
    const inspector = await (session === undefined
      ? JobInspector.of(runDirectoryOf(context), jobId, timeoutMs)
      : JobInspector.inSession(session, jobId, timeoutMs))
    return await metricRowsOf(inspector)
  } catch (cause) {
    throw new FlinkError('ACTION_FAILED', { text: `Could not get the metrics of job ${jobId}.` }, { cause })
  }
}

/** By the name alone, or with that of the operator before it. */
async function filtered(rows: readonly JobMetricRow[], filter: string): Promise<JobMetricRow[]> {
  const { default: picomatch } = await import('picomatch')
  // There are no folders: a slash is a character as any other.
  const isMeant = picomatch(filter, { bash: true, dot: true, nocase: true })
  return rows.filter(({ operator, name }) => isMeant(name) || (operator !== null && isMeant(`${operator}.${name}`)))
}
