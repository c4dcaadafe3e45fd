import { fstatSync } from 'node:fs'
import type { ChalkInstance } from 'chalk'
import { printableLines } from './printable-text.js'

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const

/**
 * Chalk for one of the standard streams; undefined, and not loaded, where the text is to stay as it is: on no terminal, and
 * with NO_COLOR, of which chalk knows nothing. FORCE_COLOR is stronger than both.
 */
export async function chalkFor(stream: 'stdout' | 'stderr'): Promise<ChalkInstance | undefined> {
  const { FORCE_COLOR: forced, NO_COLOR: unwanted = '' } = process.env
  if (forced === undefined && (unwanted !== '' || !isTerminal(stream))) return undefined
  const { default: chalk, chalkStderr } = await import('chalk')
  return stream === 'stdout' ? chalk : chalkStderr
}

/** Files and pipes are told apart before Node makes a stream of the descriptor, which loads its whole network. */
function isTerminal(stream: 'stdout' | 'stderr'): boolean {
  try {
    return fstatSync(DESCRIPTORS[stream]).isCharacterDevice() && process[stream].isTTY
  } catch {
    return false
  }
}

/** How warnings and errors are written on standard error. */
export interface Diagnostics {
  /** A line that begins with `WARNING: `. */
  warning(text: string): string
  /** The text of an error, which has several lines. */
  error(text: string): string
}

/** As they stand in a file. */
export const PLAIN_DIAGNOSTICS: Diagnostics = {
  warning: (text) => `WARNING: ${printableLines(text)}\n`,
  error: (text) => text,
}

/** Warnings in yellow and messages of errors in red; stack frames and rules stay as they are. */
export async function diagnosticsOnStandardError(): Promise<Diagnostics> {
  const chalk = await chalkFor('stderr')
  if (chalk === undefined) return PLAIN_DIAGNOSTICS
  return {
    warning: (text) => `${chalk.yellow(PLAIN_DIAGNOSTICS.warning(text).trimEnd())}\n`,
    error: (text) => text.replaceAll(/^(?!\t|-+$).+$/gm, (line) => chalk.red(line)),
  }
}
