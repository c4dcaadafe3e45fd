import { FlinkError } from '../../core/errors/flink-error.js'
import { ADVICE_ON_SNAPSHOTS } from '../arguments/advice-on-snapshots.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { entryFilter, KEY_OPTION, OPERATOR_OPTION, STATE_OPTION } from '../arguments/entry-options.js'
import { argumentError } from '../arguments/parsed-values.js'
import { exitCodeOf, takeLines, whilePrinting } from '../job/print-entries.js'
import { onSnapshot, stateProcessorOf } from '../job/state-processor-of.js'

export const stateExportCommand: CliCommand = {
  name: 'state export',
  sentence: 'prints the entries of a snapshot, each as a line of JSON that state import takes.',
  usage: '[OPTIONS] <savepoint|checkpoint|Job ID>',
  stopAtOperand: false,
  adviceInSession: ADVICE_ON_SNAPSHOTS,
  options: [OPERATOR_OPTION, STATE_OPTION, KEY_OPTION],
  examples: [
    'flink-ts state export /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab > entries.jsonl',
    'flink-ts state export cca7bc1061d61cf15238e92312c2fc20 --operator counts --state count | head',
    'flink-ts state export /tmp/checkpoints/467e17d2cc343e6c56255d222bae3421/chk-56 --key user-17',
  ],
  async execute(parsed, context) {
    const [operand, ...rest] = parsed.operands
    if (operand === undefined) throw argumentError('Missing snapshot. Name a savepoint, a checkpoint, or a job.')
    if (rest.length > 0) throw argumentError(`Only one snapshot is exported: what is ${rest.join(' ')}?`)
    const filter = entryFilter(parsed)
    try {
      const selection = { filter, take: takeLines(context) }
      const { unreadable } = await whilePrinting('exporting', context, async (_, onProgress) => {
        const processor = await stateProcessorOf(context, { onProgress })
        return onSnapshot(operand, context, (snapshot) => processor.export(snapshot, selection))
      })
      return exitCodeOf(unreadable, context)
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: `Could not export '${operand}'.` }, { cause })
    }
  },
}
