import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError, has, valueOf } from '../arguments/parsed-values.js'
import { applyProgramOptions, PROGRAM_OPTIONS, programArguments } from '../arguments/program-options.js'
import { checkedProgram } from '../job/checked-program.js'
import { checkLines } from '../output/check-lines.js'

export const checkCommand: CliCommand = {
  name: 'check',
  sentence:
    'says what becomes of the state of a savepoint or checkpoint if a program is started from it, without starting it.',
  usage: '[OPTIONS] <job-file> <arguments> --against <savepoint|checkpoint|Job ID>',
  stopAtOperand: true,
  withSession: 'needs-none',
  optionsAfter: 'against',
  options: [
    {
      long: 'against',
      value: 'required',
      valueName: 'snapshot',
      description:
        'Savepoint or checkpoint, as for run -s; a directory of checkpoints means the newest in it, a job its newest one. Options may follow it after the arguments of the program.',
    },
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
    const configuration = context.configuration.clone()
    applyProgramOptions(parsed, configuration)
    const report = await checkedProgram(
      {
        jobFile,
        entry: valueOf(parsed, 'class'),
        args,
        configuration: configuration.toEntries(),
        against,
        opensFunctions: !has(parsed, 'closed'),
        allowNonRestoredState: has(parsed, 'allowNonRestoredState'),
      },
      context,
    )
    context.answer(report, checkLines(report))
    return report.fits ? 0 : 1
  },
}
