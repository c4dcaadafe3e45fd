import { FlinkError } from '../../core/errors/flink-error.js'
import { ADVICE_ON_SNAPSHOTS } from '../arguments/advice-on-snapshots.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { entryFilter, KEY_OPTION, OPERATOR_OPTION, STATE_OPTION } from '../arguments/entry-options.js'
import { argumentError } from '../arguments/parsed-values.js'
import { exitCodeOf, takeLines, whilePrinting } from '../job/print-entries.js'
import { onSnapshot, stateProcessorOf } from '../job/state-processor-of.js'

export const stateDiffCommand: CliCommand = {
  name: 'state diff',
  sentence: 'prints what the second of two snapshots has more, less or otherwise, as lines that state import takes.',
  usage: '[OPTIONS] <savepoint|checkpoint|Job ID> <savepoint|checkpoint|Job ID>',
  stopAtOperand: false,
  adviceInSession: ADVICE_ON_SNAPSHOTS,
  options: [OPERATOR_OPTION, STATE_OPTION, KEY_OPTION],
  examples: [
    'flink-ts state diff /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab /tmp/savepoints/savepoint-cca7bc-0c2f7a91d3e4',
    'flink-ts state diff /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab cca7bc1061d61cf15238e92312c2fc20 --state count',
  ],
  async execute(parsed, context) {
    const [first, second, ...rest] = parsed.operands
    if (first === undefined || second === undefined)
      throw argumentError('Missing snapshot. Name two of them: savepoints, checkpoints or jobs.')
    if (rest.length > 0) throw argumentError(`Only two snapshots are compared: what is ${rest.join(' ')}?`)
    const filter = entryFilter(parsed)
    try {
      const selection = { filter, take: takeLines(context) }
      const { found, unreadable } = await whilePrinting('comparing', context, async (_, onProgress) => {
        const processor = await stateProcessorOf(context, { onProgress })
        return onSnapshot(first, context, (left) =>
          onSnapshot(second, context, (right) => processor.diff(left, right, selection)),
        )
      })
      const { added, removed, changed } = found
      if (!context.isQuiet)
        context.printError(`${String(added)} added, ${String(removed)} removed, ${String(changed)} changed\n`)
      return exitCodeOf(unreadable, context)
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: `Could not compare '${first}' with '${second}'.` }, { cause })
    }
  },
}
