import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { entryFilter, KEY_OPTION, OPERATOR_OPTION, STATE_OPTION } from '../arguments/entry-options.js'
import { argumentError } from '../arguments/parsed-values.js'
import { exitCodeOf, takeLines } from '../job/print-entries.js'
import { snapshotOf, stateProcessorServices } from '../job/state-processor-services.js'
import { withProgress } from '../output/progress.js'

export const stateDiffCommand: CliCommand = {
  name: 'state diff',
  sentence: 'prints what the second of two snapshots has more, less or otherwise, as lines that state import takes.',
  usage: '[OPTIONS] <savepoint|checkpoint|Job ID> <savepoint|checkpoint|Job ID>',
  stopAtOperand: false,
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
    const [{ SnapshotContents }, { diffSnapshots }] = await Promise.all([
      import('../../state-processor/snapshot-contents.js'),
      import('../../state-processor/snapshot-diff.js'),
    ])
    try {
      const services = stateProcessorServices(context)
      const left = await SnapshotContents.open(await snapshotOf(first, context), services)
      const right = await SnapshotContents.open(await snapshotOf(second, context), services)
      try {
        const take = takeLines(context)
        const found = await withProgress('comparing', context, () => diffSnapshots(left, right, { filter, take }))
        context.printError(
          `${String(found.added)} added, ${String(found.removed)} removed, ${String(found.changed)} changed\n`,
        )
        return exitCodeOf([...left.unreadable, ...right.unreadable], context)
      } finally {
        await left.close()
        await right.close()
      }
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: `Could not compare '${first}' with '${second}'.` }, { cause })
    }
  },
}
