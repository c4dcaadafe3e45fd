import { parseDuration } from '../../core/config/value-parsers.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError, has, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'
import { jobIdOf } from '../job/job-id-of.js'
import { runDirectoryOf } from '../job/rest-cluster-client-of.js'
import { chalkFor } from '../terminal/colours.js'
import type { JobActivity } from '../top/job-activity.js'
import type { LiveTop } from '../top/live-top.js'

const DEFAULT_INTERVAL_MS = 1000
/** More often nobody can read it, and the job has other work. */
const SHORTEST_INTERVAL_MS = 100
/** The exit code of a process that SIGHUP has ended. */
const HUNG_UP = 129
const NO_JOBS = 'No running jobs.'

export const topCommand: CliCommand = {
  name: 'top',
  sentence:
    'shows live what the operators of running jobs do, how far their event time lags and how their checkpoints go.',
  usage: '[OPTIONS] [<Job ID>]',
  stopAtOperand: false,
  withSession: 'asks-it',
  options: [
    {
      long: 'interval',
      value: 'required',
      valueName: 'duration',
      description: 'Time between two looks, as 2 (seconds) or 500 ms; 1 s if it is not given.',
    },
    {
      long: 'once',
      value: 'none',
      description:
        'Print it once, with rates of the last minute, and end. So it is where standard output is no terminal, and with --json.',
    },
  ],
  examples: [
    'flink-ts top',
    'flink-ts top cca7bc1061d61cf15238e92312c2fc20 --interval 5',
    'flink-ts top --once --json',
    'flink-ts top -m localhost:8081   (of the jobs of a session)',
  ],
  async execute(parsed, context) {
    const [operand, more] = parsed.operands
    if (more !== undefined) throw argumentError(`"${more}" is one job too many: name one, or none for all that run.`)
    const intervalMs = intervalOf(parsed)
    const jobId = operand === undefined ? undefined : await jobIdOf(operand, context)
    const [{ JobsWatch }, { jobsOfMachine, jobsOfSession }, { topLines }, { default: Table }, painter] =
      await Promise.all([
        import('../top/jobs-watch.js'),
        import('../top/watched-jobs.js'),
        import('../top/top-lines.js'),
        import('cli-table3'),
        chalkFor('stdout'),
      ])
    const { session } = context
    const jobsThere = session === undefined ? jobsOfMachine(runDirectoryOf(context)) : jobsOfSession(session)
    const watch = new JobsWatch(jobsThere, jobId)
    const lines = (jobs: readonly JobActivity[], width: number | undefined): string[] =>
      topLines(jobs, { width, painter, Table })
    const isLive = process.stdout.isTTY && !context.isJson && !has(parsed, 'once')
    const jobs = await watch.look()
    if (jobs.length === 0 || !isLive) {
      const width = process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : undefined
      context.answer({ jobs }, jobs.length === 0 ? [NO_JOBS] : lines(jobs, width))
      return 0
    }
    return showOnTerminal({ watch, intervalMs, lines, print: context.print })
  },
}

async function showOnTerminal(top: LiveTop): Promise<number> {
  const [{ showLive }, { LiveScreen }] = await Promise.all([
    import('../top/live-top.js'),
    import('../top/live-screen.js'),
  ])
  const exitCode = await showLive(
    new LiveScreen({ output: process.stdout, input: process.stdin, signals: process }),
    top,
  )
  // As the signal does it: at its end Node would reset the terminal, which is gone, and abort with a stack.
  if (exitCode === HUNG_UP) process.kill(process.pid, 'SIGHUP')
  return exitCode
}

/** A number without a unit is seconds, as of other tools that look again and again. */
function intervalOf(parsed: ParsedOptions): number {
  const text = valueOf(parsed, 'interval')
  if (text === undefined) return DEFAULT_INTERVAL_MS
  const intervalMs = durationOf(text)
  if (intervalMs >= SHORTEST_INTERVAL_MS) return intervalMs
  throw argumentError(`The interval "${text}" is too short: the shortest is ${String(SHORTEST_INTERVAL_MS)} ms.`)
}

function durationOf(text: string): number {
  try {
    return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text)
  } catch (error) {
    throw argumentError(`The interval "${text}" is no duration, such as 2 s or 500 ms: ${messageOf(error)}`)
  }
}
