import { defaultFileSystems } from '../../filesystems/default-file-systems.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import { ADVICE_ON_SNAPSHOTS } from '../arguments/advice-on-snapshots.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { OUTPUT_OPTION, outputOf } from '../arguments/new-snapshot-option.js'
import { argumentError } from '../arguments/parsed-values.js'
import { interruptionBySignals, onSnapshot, stateProcessorOf } from '../job/state-processor-of.js'
import { withProgress } from '../output/progress.js'
import { packageVersion } from '../output/version.js'
import { printable } from '../terminal/printable-text.js'

const STANDARD_INPUT = '-'
const PIECE_BYTES = 1_048_576

export const stateImportCommand: CliCommand = {
  name: 'state import',
  sentence: 'writes a new savepoint with the entries changed that lines of JSON name.',
  usage: '-o <directory> <savepoint|checkpoint|Job ID> <file of lines, or ->',
  stopAtOperand: false,
  adviceInSession: ADVICE_ON_SNAPSHOTS,
  options: [OUTPUT_OPTION],
  examples: [
    'flink-ts state import /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab changes.jsonl -o /tmp/savepoints/corrected',
    `echo '{"operator":"counts","state":"count","key":"user-17","value":0}' | flink-ts state import /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab - -o /tmp/savepoints/corrected`,
    `echo '{"operator":"counts","state":"count","key":"user-17","delete":true}' | flink-ts state import /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab - -o /tmp/savepoints/corrected`,
  ],
  async execute(parsed, context) {
    const [operand, file, ...rest] = parsed.operands
    if (operand === undefined) throw argumentError('Missing snapshot. Name a savepoint, a checkpoint, or a job.')
    if (file === undefined)
      throw argumentError('Missing file. Name the lines to import after the snapshot, or - for standard input.')
    if (rest.length > 0) throw argumentError(`Only one file is imported: what is ${rest.join(' ')}?`)
    const to = outputOf(parsed, context)
    try {
      const isStandardInput = file === STANDARD_INPUT
      const linesName = isStandardInput ? 'standard input' : file
      const request = { linesName, to, engineVersion: packageVersion() }
      const interruption = interruptionBySignals()
      const imported = await withProgress('importing', context, async (_, onProgress) => {
        const processor = await stateProcessorOf(context, { interruption, onProgress })
        return onSnapshot(operand, context, (from) =>
          processor.import({
            ...request,
            from,
            lines: isStandardInput ? linesOfInput(interruption) : linesOf(file, context),
          }),
        )
      })
      const counts = (['added', 'replaced', 'deleted'] as const).map(
        (each) => `${imported[each].toLocaleString('en')} ${each}`,
      )
      const missing =
        imported.missing === 0 ? '' : `, ${imported.missing.toLocaleString('en')} to delete were not there`
      const { path, added, replaced, deleted } = imported
      context.answer({ savepoint: path, added, replaced, deleted, missing: imported.missing }, [
        `${counts.join(', ')}${missing}.`,
        `Savepoint completed. Path: ${printable(path)}`,
      ])
      return 0
    } catch (cause) {
      if (FlinkError.is(cause, 'COMMAND_INTERRUPTED')) throw cause
      throw new FlinkError('ACTION_FAILED', { text: `Could not import '${file}' into '${operand}'.` }, { cause })
    }
  },
}

/** What waits for input ends with the interruption. */
async function* linesOfInput(interruption: AbortSignal): AsyncGenerator<Uint8Array> {
  const end = (): void => {
    process.stdin.destroy()
  }
  interruption.addEventListener('abort', end)
  try {
    for await (const piece of process.stdin) yield piece as Uint8Array
  } finally {
    interruption.removeEventListener('abort', end)
  }
}

async function* linesOf(file: string, context: CliContext): AsyncGenerator<Uint8Array> {
  const target = absoluteTarget(file, 'file of lines', context.workingDirectory)
  const { fileSystem, path } = defaultFileSystems(context.configuration).forUri(target)
  const reader = await fileSystem.openForRead(path)
  try {
    for (let at = 0; ;) {
      const piece = await reader.read(at, PIECE_BYTES)
      if (piece.length === 0) return
      at += piece.length
      yield piece
    }
  } finally {
    await reader.close()
  }
}
