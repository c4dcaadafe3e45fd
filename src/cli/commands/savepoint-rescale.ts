import { FlinkError } from '../../core/errors/flink-error.js'
import { ADVICE_ON_SNAPSHOTS } from '../arguments/advice-on-snapshots.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { OUTPUT_OPTION, outputOf } from '../arguments/new-snapshot-option.js'
import { argumentError, valueOf } from '../arguments/parsed-values.js'
import { interruptionBySignals, onSnapshot, stateProcessorOf } from '../job/state-processor-of.js'
import { withProgress } from '../output/progress.js'
import { packageVersion } from '../output/version.js'
import { printable } from '../terminal/printable-text.js'

export const savepointRescaleCommand: CliCommand = {
  name: 'savepoint rescale',
  sentence: 'writes a new savepoint whose operators have another max parallelism.',
  usage: '--max-parallelism <number> -o <directory> <savepoint|checkpoint|Job ID>',
  stopAtOperand: false,
  adviceInSession: ADVICE_ON_SNAPSHOTS,
  options: [
    {
      long: 'max-parallelism',
      value: 'required',
      valueName: 'number',
      description: 'Number of key groups of every operator from then on, 1 to 32768.',
    },
    OUTPUT_OPTION,
  ],
  examples: [
    'flink-ts savepoint rescale /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab --max-parallelism 1024 -o /tmp/savepoints/wide',
  ],
  async execute(parsed, context) {
    const [operand, ...rest] = parsed.operands
    if (operand === undefined) throw argumentError('Missing snapshot. Name a savepoint, a checkpoint, or a job.')
    if (rest.length > 0) throw argumentError(`Only one snapshot is rescaled: what is ${rest.join(' ')}?`)
    const number = valueOf(parsed, 'maxParallelism')
    if (number === undefined) throw argumentError('Missing --max-parallelism.')
    if (!/^\d+$/.test(number)) throw argumentError(`The max parallelism ${number} is no whole number.`)
    const to = outputOf(parsed, context)
    try {
      const request = { to, maxParallelism: Number(number), engineVersion: packageVersion() }
      const interruption = interruptionBySignals()
      const { path, entries } = await withProgress('rescaling', context, async (_, onProgress) => {
        const processor = await stateProcessorOf(context, { interruption, onProgress })
        return onSnapshot(operand, context, (from) => processor.rescale({ ...request, from }))
      })
      context.answer({ savepoint: path, entries, maxParallelism: request.maxParallelism }, [
        `${entries.toLocaleString('en')} entries assigned to ${number} key groups.`,
        `Savepoint completed. Path: ${printable(path)}`,
      ])
      return 0
    } catch (cause) {
      if (FlinkError.is(cause, 'COMMAND_INTERRUPTED')) throw cause
      throw new FlinkError('ACTION_FAILED', { text: `Could not rescale '${operand}'.` }, { cause })
    }
  },
}
