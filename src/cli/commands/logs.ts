import { ClientOptions } from '../../core/config/client-options.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { argumentError, has, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'
import { jobIdOf } from '../job/job-id-of.js'
import { logDirectoryOf } from '../job/log-files.js'
import { runDirectoryOf } from '../job/rest-cluster-client-of.js'
import type { LogsTaker } from '../logs/show-logs.js'
import { printable, printableLines, printableJson } from '../terminal/printable-text.js'

export const logsCommand: CliCommand = {
  name: 'logs',
  sentence: 'shows the log of a job, and what it printed where it runs detached; also of jobs that have ended.',
  usage: '[OPTIONS] <Job ID>',
  stopAtOperand: false,
  withSession: 'asks-it',
  options: [
    { short: 'f', long: 'follow', value: 'none', description: 'Go on with what comes, until the job has ended.' },
    {
      short: 'n',
      long: 'lines',
      value: 'required',
      valueName: 'number',
      description: 'Of what is there already only the last lines of each file; all where it is not given.',
    },
  ],
  examples: [
    'flink-ts logs cca7bc1061d61cf15238e92312c2fc20',
    'flink-ts logs -f -n 20 cca7bc1061d61cf15238e92312c2fc20',
    'flink-ts logs -m localhost:8081 -f cca7bc1061d61cf15238e92312c2fc20   (of a job of a session)',
    'flink-ts logs --json cca7bc1061d61cf15238e92312c2fc20 | grep \'"source":"log"\'',
  ],
  async execute(parsed, context) {
    const [operand, more] = parsed.operands
    if (operand === undefined) throw argumentError('Missing JobID. Specify a Job ID to see its logs.')
    if (more !== undefined) throw argumentError(`"${more}" is one job too many: name one.`)
    const lastLines = lastLinesOf(parsed)
    const jobId = await jobIdOf(operand, context)
    const { session } = context
    const wanted = { jobId, follow: has(parsed, 'follow'), lastLines }
    if (session !== undefined) {
      const { showSessionLogs } = await import('../logs/show-session-logs.js')
      const timeoutMs = context.configuration.get(ClientOptions.CLIENT_TIMEOUT)
      await showSessionLogs({ ...wanted, session, timeoutMs }, takerOf(context))
      return 0
    }
    const runDirectory = runDirectoryOf(context)
    const { showLogs } = await import('../logs/show-logs.js')
    const directory = logDirectoryOf(context.configuration, runDirectory, context.workingDirectory)
    await showLogs({ ...wanted, runDirectory, directory }, takerOf(context))
    return 0
  },
}

function takerOf(context: CliContext): LogsTaker {
  let shown: string | undefined
  return {
    take: (source, file, lines) => {
      if (context.isJson) {
        context.print(lines.map((line) => printableJson(JSON.stringify({ source, file, line }))).join('\n'))
        return
      }
      if (shown !== file && !context.isQuiet) context.print(`==> ${printable(file)} <==`)
      shown = file
      context.print(printableLines(`${lines.join('\n')}\n`).slice(0, -1))
    },
    tell: (text) => {
      if (!context.isQuiet) context.printError(`${text}\n`)
    },
    isOpen: context.isOutputOpen,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }
}

function lastLinesOf(parsed: ParsedOptions): number {
  const text = valueOf(parsed, 'lines')
  if (text === undefined) return Infinity
  if (!/^\d{1,15}$/.test(text)) throw argumentError(`The number of lines "${text}" is no whole number, such as 20.`)
  return Number(text)
}
