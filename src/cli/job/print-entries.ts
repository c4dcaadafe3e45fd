import { FlinkError } from '../../core/errors/flink-error.js'
import type { UnreadableState } from '../../state-processor/snapshot-contents.js'
import type { CliContext } from '../arguments/cli-context.js'
import { errorDocument } from '../output/error-document.js'
import { nobodyLooks, withProgress } from '../output/progress.js'
import { printable, printableJson } from '../terminal/printable-text.js'

/** Lines of JSON to standard output; false when nobody reads them any more. */
export function takeLines(context: CliContext): (text: string) => boolean {
  return (text) => {
    context.print(printableJson(text.slice(0, -1)))
    return context.isOutputOpen()
  }
}

/** No spinner among lines that come to the same terminal. */
export const whilePrinting: typeof withProgress = (text, context, work) => {
  return process.stdout.isTTY ? work(nobodyLooks, nobodyLooks) : withProgress(text, context, work)
}

/** Says that there is no entry, which is less than an error: a line, and with --json the document of one. Returns the exit code. */
export function nothingFound(what: string, key: unknown, context: CliContext): number {
  const error = new FlinkError('STATE_ENTRY_NOT_FOUND', { what, key: JSON.stringify(key) })
  context.printError(`${printable(error.message)}\n`)
  context.answer(errorDocument(error, error.exitCode), [])
  return error.exitCode
}

/** What was left out is told, and is no success: the exit code. */
export function exitCodeOf(unreadable: readonly UnreadableState[], context: CliContext): number {
  for (const { operator, state, type } of unreadable) {
    const text =
      `State '${state}' of operator '${operator}' was left out: it is written as ${type}, which only the program ` +
      'that wrote it can read.'
    context.printError(context.diagnostics.warning(printable(text)))
  }
  return unreadable.length === 0 ? 0 : 1
}
