import { FlinkError } from '../../core/errors/flink-error.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import { ADVICE_ON_SNAPSHOTS } from '../arguments/advice-on-snapshots.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { argumentError } from '../arguments/parsed-values.js'
import { stateProcessorOf } from '../job/state-processor-of.js'
import { listingLines, snapshotLines } from '../output/snapshot-lines.js'

export const savepointInspectCommand: CliCommand = {
  name: 'savepoint inspect',
  sentence: 'shows what a savepoint or checkpoint holds, or which ones a directory has.',
  usage: '[OPTIONS] <path>',
  stopAtOperand: false,
  adviceInSession: ADVICE_ON_SNAPSHOTS,
  options: [],
  examples: [
    'flink-ts savepoint inspect /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab',
    'flink-ts savepoint inspect /tmp/checkpoints/467e17d2cc343e6c56255d222bae3421/chk-56/_metadata --json',
    'flink-ts savepoint inspect /tmp/checkpoints',
  ],
  async execute(parsed, context) {
    const [given, ...rest] = parsed.operands
    if (given === undefined)
      throw argumentError('Missing path. Name a savepoint, a checkpoint, or a directory of them.')
    if (rest.length > 0) throw argumentError(`Only one path is looked into: what is ${rest.join(' ')}?`)
    const path = absoluteTarget(given, 'path of the snapshot', context.workingDirectory)
    try {
      await inspect(path, context)
      return 0
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: `Could not look into '${given}'.` }, { cause })
    }
  },
}

async function inspect(path: string, context: CliContext): Promise<void> {
  const { summary, listing } = await (await stateProcessorOf(context)).inspect(path)
  if (summary !== undefined) context.answer(summary, snapshotLines(summary))
  else context.answer({ directory: path, snapshots: listing ?? [] }, listingLines(path, listing ?? []))
}
