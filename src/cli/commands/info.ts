import { absoluteTarget } from '../absolute-target.js'
import type { CliCommand } from '../cli-command.js'
import { valueOf } from '../parsed-values.js'
import { applyProgramOptions, PROGRAM_OPTIONS, programArguments } from '../program-options.js'

const WIDTH = 62
const TITLE = ' Execution Plan '

export const infoCommand: CliCommand = {
  name: 'info',
  sentence: 'shows the optimized execution plan of the program (JSON).',
  syntax: 'info [OPTIONS] <job-file> <arguments>',
  stopAtOperand: true,
  options: PROGRAM_OPTIONS,
  examples: ['flink-ts info job.js --input words.txt'],
  async execute(parsed, context) {
    const { jobFile, args } = programArguments(parsed)
    const configuration = context.configuration.clone()
    applyProgramOptions(parsed, configuration)
    const { executionPlanOf } = await import('../../cluster/execution-plan-of.js')
    const request = { entry: valueOf(parsed, 'class'), args, configuration: configuration.toMap() }
    const plan = await executionPlanOf(absoluteTarget(jobFile, context.workingDirectory), request)
    const dashes = '-'.repeat((WIDTH - TITLE.length) / 2)
    context.print(`${dashes}${TITLE}${dashes}`)
    context.print(plan)
    context.print('-'.repeat(WIDTH))
    context.print('')
    context.print('No description provided.')
    return 0
  },
}
