import { FlinkError } from '../../core/errors/flink-error.js'
import { ADVICE_ON_SNAPSHOTS } from '../arguments/advice-on-snapshots.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { entryFilter, OPERATOR_OPTION, STATE_OPTION } from '../arguments/entry-options.js'
import { argumentError } from '../arguments/parsed-values.js'
import { exitCodeOf, takeLines } from '../job/print-entries.js'
import { onSnapshot, stateProcessorOf } from '../job/state-processor-of.js'
import { withProgress } from '../output/progress.js'

export const stateLsCommand: CliCommand = {
  name: 'state ls',
  sentence: 'prints the states of a snapshot with exact numbers of entries, each as a line of JSON.',
  usage: '[OPTIONS] <savepoint|checkpoint|Job ID>',
  stopAtOperand: false,
  adviceInSession: ADVICE_ON_SNAPSHOTS,
  options: [OPERATOR_OPTION, STATE_OPTION],
  examples: [
    'flink-ts state ls /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab',
    'flink-ts state ls cca7bc1061d61cf15238e92312c2fc20 --operator counts',
  ],
  async execute(parsed, context) {
    const [operand, ...rest] = parsed.operands
    if (operand === undefined) throw argumentError('Missing snapshot. Name a savepoint, a checkpoint, or a job.')
    if (rest.length > 0) throw argumentError(`Only one snapshot is listed: what is ${rest.join(' ')}?`)
    const filter = entryFilter(parsed)
    try {
      const { found, unreadable } = await withProgress('counting', context, async (_, onProgress) => {
        const processor = await stateProcessorOf(context, { onProgress })
        return onSnapshot(operand, context, (snapshot) => processor.list(snapshot, filter))
      })
      const take = takeLines(context)
      for (const state of found) take(`${JSON.stringify(state)}\n`)
      return exitCodeOf(unreadable, context)
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: `Could not list the state of '${operand}'.` }, { cause })
    }
  },
}
