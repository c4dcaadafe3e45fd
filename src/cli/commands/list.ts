import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { chalkFor } from '../terminal/colours.js'
import { jobsDocument } from '../output/jobs-document.js'
import { jobTable, type StatePainter } from '../output/job-table.js'
import { has } from '../arguments/parsed-values.js'
import { restClusterClientOf } from '../job/rest-cluster-client-of.js'

export const listCommand: CliCommand = {
  name: 'list',
  sentence: 'lists running and scheduled programs.',
  usage: '[OPTIONS]',
  stopAtOperand: false,
  withSession: 'asks-it',
  options: [
    { short: 'a', long: 'all', value: 'none', description: 'Show all programs and their JobIDs' },
    { short: 'r', long: 'running', value: 'none', description: 'Show only running programs and their JobIDs' },
    { short: 's', long: 'scheduled', value: 'none', description: 'Show only scheduled programs and their JobIDs' },
  ],
  examples: ['flink-ts list', 'flink-ts list -a', 'flink-ts list -r --json'],
  async execute(parsed, context) {
    const all = has(parsed, 'all')
    const neither = !has(parsed, 'running') && !has(parsed, 'scheduled')
    context.tell('Waiting for response...')
    const jobs = await listJobs(() => restClusterClientOf(context).listJobs(all))
    const sections = {
      running: all || neither || has(parsed, 'running'),
      scheduled: all || neither || has(parsed, 'scheduled'),
      terminated: all,
    }
    const painter = jobs.length > 0 && !context.isJson ? await statePainter() : undefined
    context.answer({ jobs: jobsDocument(jobs, sections) }, jobTable(jobs, sections, painter))
    return 0
  },
}

/** Green while all is well, red after a failure. */
async function statePainter(): Promise<StatePainter | undefined> {
  const chalk = await chalkFor('stdout')
  if (chalk === undefined) return undefined
  return (state) => {
    if (state === 'RUNNING' || state === 'FINISHED') return chalk.green(state)
    return state === 'FAILED' || state === 'FAILING' ? chalk.red(state) : chalk.yellow(state)
  }
}

async function listJobs<T>(list: () => Promise<T>): Promise<T> {
  try {
    return await list()
  } catch (cause) {
    throw new FlinkError('ACTION_FAILED', { text: 'Failed to retrieve job list.' }, { cause })
  }
}
