import type { Diagnostics } from '../terminal/colours.js'
import { printableJson } from '../terminal/printable-text.js'
import type { Terminal } from '../terminal/terminal.js'
import { argumentError } from '../arguments/parsed-values.js'
import { errorDocument, type ErrorDocument } from './error-document.js'
import { renderError } from './error-rendering.js'

/** How a command that fails tells it: standard output is for people, or has one document and nothing else. */
export interface FailureTelling {
  readonly terminal: Pick<Terminal, 'print' | 'printError'>
  readonly diagnostics: Diagnostics
  readonly asJson: boolean
}

/** A line that asks for nothing that there is: the text for people has its reason in front, and advice after an empty line. */
export function tellRefusal(text: string, exitCode: number, { terminal, asJson }: FailureTelling): void {
  if (!asJson) {
    terminal.print(text)
    return
  }
  terminal.printError(text)
  const [reason = ''] = text.trim().split('\n\n')
  printDocument(errorDocument(argumentError(reason), exitCode), terminal)
}

/** Returns the exit code, which is the same in each form. */
export function tellFailure(error: unknown, { terminal, diagnostics, asJson }: FailureTelling): number {
  const { stream, text, exitCode } = renderError(error)
  if (stream === 'stderr') terminal.printError(diagnostics.error(text))
  else if (asJson) terminal.printError(text)
  else terminal.print(text)
  if (asJson) printDocument(errorDocument(error, exitCode), terminal)
  return exitCode
}

function printDocument(document: ErrorDocument, terminal: Pick<Terminal, 'print'>): void {
  terminal.print(`${printableJson(JSON.stringify(document))}\n`)
}
