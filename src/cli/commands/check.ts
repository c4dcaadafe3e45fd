import { SystemClock } from '../../core/time/system-clock.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { CheckedProgram } from '../../cluster/check-program.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { argumentError, has, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'
import { applyProgramOptions, PROGRAM_OPTIONS, programArguments } from '../arguments/program-options.js'
import { runDirectoryOf } from '../job/rest-cluster-client-of.js'
import { onSnapshot, stateProcessorOf } from '../job/state-processor-of.js'
import { checkReport } from '../output/check-report.js'
import { checkLines } from '../output/check-lines.js'
import { tellingOfDelay } from '../output/telling-of-delay.js'

export const checkCommand: CliCommand = {
  name: 'check',
  sentence:
    'says what becomes of the state of a savepoint or checkpoint if a program is started from it, without starting it.',
  usage: '[OPTIONS] <job-file> <arguments> --against <savepoint|checkpoint|Job ID>',
  stopAtOperand: true,
  optionsAfter: 'against',
  options: [
    {
      long: 'against',
      value: 'required',
      valueName: 'snapshot',
      description:
        'Savepoint or checkpoint, as for run -s; a directory of checkpoints means the newest in it, a job its newest one. Options may follow it after the arguments of the program.',
    },
    { long: 'json', value: 'none', description: 'Print one JSON value instead of text.' },
    {
      short: 'n',
      long: 'allowNonRestoredState',
      value: 'none',
      description: 'State that no operator claims is no reason for exit code 1, as for run -n.',
    },
    {
      long: 'closed',
      value: 'none',
      description:
        'Call no function of the program. Without it functions are opened and closed, with no record, to learn which states they ask for.',
    },
    ...PROGRAM_OPTIONS,
  ],
  examples: [
    'flink-ts check job.js --against /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab',
    'flink-ts check -p 4 job.js --input words.txt --against /tmp/checkpoints --json',
    'flink-ts check job.js --against /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab -n && flink-ts run -s /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab -n job.js',
  ],
  async execute(parsed, context) {
    const { jobFile, args } = programArguments(parsed, checkCommand)
    const against = valueOf(parsed, 'against')
    if (against === undefined) throw argumentError('Missing --against. Name the savepoint or checkpoint to start from.')
    const checked = await checkedProgram(parsed, context, { jobFile, args, against })
    const { summary } = await (await stateProcessorOf(context)).inspect(checked.snapshot)
    if (summary === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `${checked.snapshot} is a snapshot` })
    const report = checkReport(checked.check, summary, has(parsed, 'allowNonRestoredState'))
    for (const reason of checked.passedOver) {
      context.printError(context.diagnostics.warning(`A checkpoint was passed over. ${reason}`))
    }
    if (has(parsed, 'json')) context.print(JSON.stringify(report, undefined, 2))
    else for (const line of checkLines(report)) context.print(line)
    return report.fits ? 0 : 1
  },
}

interface ProgramToCheck {
  readonly jobFile: string
  readonly args: readonly string[]
  readonly against: string
}

async function checkedProgram(
  parsed: ParsedOptions,
  context: CliContext,
  { jobFile, args, against }: ProgramToCheck,
): Promise<CheckedProgram> {
  const configuration = context.configuration.clone()
  applyProgramOptions(parsed, configuration)
  const { openProgram } = await import('../job/open-program.js')
  const { checkProgram } = await import('../../cluster/check-program.js')
  const { close, ...packaged } = await openProgram(jobFile, context.workingDirectory)
  try {
    const runDirectory = runDirectoryOf(context)
    const checked = onSnapshot(against, context, (pointer) =>
      checkProgram({
        program: { ...packaged, entry: valueOf(parsed, 'class'), args, configuration: configuration.toEntries() },
        pointer,
        opensFunctions: !has(parsed, 'closed'),
        isJobRunning: (jobId) => runDirectory.isJobRunning(jobId),
      }),
    )
    return await tellingOfDelay('the program: main and open() of its functions', checked, new SystemClock(), context)
  } finally {
    await close()
  }
}
