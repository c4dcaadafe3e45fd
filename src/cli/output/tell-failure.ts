import type { Diagnostics } from '../terminal/colours.js'
import { printableJson } from '../terminal/printable-text.js'
import type { Terminal } from '../terminal/terminal.js'
import { errorDocument } from './error-document.js'
import { renderError } from './error-rendering.js'

/** How a command that fails tells it: standard output is for people, or has one document and nothing else. */
export interface FailureTelling {
  readonly terminal: Pick<Terminal, 'print' | 'printError'>
  readonly diagnostics: Diagnostics
  readonly asJson: boolean
}

/** Returns the exit code, which is the same in each form. */
export function tellFailure(error: unknown, { terminal, diagnostics, asJson }: FailureTelling): number {
  const { stream, text, exitCode } = renderError(error)
  if (stream === 'stderr') terminal.printError(diagnostics.error(text))
  else if (asJson) terminal.printError(text)
  else terminal.print(text)
  if (asJson) terminal.print(`${printableJson(JSON.stringify(errorDocument(error, exitCode)))}\n`)
  return exitCode
}
