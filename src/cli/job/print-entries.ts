import type { UnreadableState } from '../../state-processor/snapshot-contents.js'
import type { CliContext } from '../arguments/cli-context.js'
import { nobodyLooks, withProgress } from '../output/progress.js'
import { printable } from '../terminal/printable-text.js'

/** Lines to standard output; false when nobody reads them any more. JSON has no character with power over a terminal but these. */
export function takeLines(context: CliContext): (text: string) => boolean {
  return (text) => {
    context.print(text.slice(0, -1).replaceAll(OBEYED, escapeOf))
    return context.isOutputOpen()
  }
}

/** No spinner among lines that come to the same terminal. */
export const whilePrinting: typeof withProgress = (text, context, work) => {
  return process.stdout.isTTY ? work(nobodyLooks, nobodyLooks) : withProgress(text, context, work)
}

/** What JSON leaves as it is, and a terminal obeys or turns around. */
const OBEYED = /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
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
