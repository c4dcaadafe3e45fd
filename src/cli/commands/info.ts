import type { Configuration } from '../../core/config/configuration.js'
import { SystemClock } from '../../core/time/system-clock.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { valueOf } from '../arguments/parsed-values.js'
import {
  applyProgramOptions,
  OPTIONS_OF_RUN_ALONE,
  PROGRAM_OPTIONS,
  programArguments,
} from '../arguments/program-options.js'
import { tellingOfDelay } from '../output/telling-of-delay.js'

const WIDTH = 62
const TITLE = ' Execution Plan '

export const infoCommand: CliCommand = {
  name: 'info',
  sentence: 'shows the optimized execution plan of the program (JSON).',
  usage: '[OPTIONS] <job-file> <arguments>',
  stopAtOperand: true,
  withSession: 'needs-none',
  options: [...PROGRAM_OPTIONS, ...OPTIONS_OF_RUN_ALONE],
  examples: ['flink-ts info job.js --input words.txt', 'flink-ts info --json job.js'],
  async execute(parsed, context) {
    const { jobFile, args } = programArguments(parsed, infoCommand)
    const configuration = context.configuration.clone()
    applyProgramOptions(parsed, configuration)
    const plan = await planOf({ jobFile, args, entry: valueOf(parsed, 'class') }, configuration, context)
    const dashes = '-'.repeat((WIDTH - TITLE.length) / 2)
    const lines = [`${dashes}${TITLE}${dashes}`, plan, '-'.repeat(WIDTH), '', 'No description provided.']
    context.answer({ plan: JSON.parse(plan) as unknown }, lines)
    return 0
  },
}

interface ProgramReference {
  readonly jobFile: string
  readonly entry: string | undefined
  readonly args: readonly string[]
}

async function planOf(program: ProgramReference, configuration: Configuration, context: CliContext): Promise<string> {
  const { openProgram } = await import('../job/open-program.js')
  const { executionPlanOf } = await import('../../cluster/execution-plan-of.js')
  const { entry, args } = program
  const { close, ...packaged } = await openProgram(program.jobFile, context.workingDirectory)
  try {
    const plan = executionPlanOf({ ...packaged, entry, args, configuration: configuration.toEntries() })
    return await tellingOfDelay('the plan: main has not called execute() yet', plan, new SystemClock(), context)
  } finally {
    await close()
  }
}
