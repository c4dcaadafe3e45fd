import type { CliContext } from '../arguments/cli-context.js'

/** For what prints lines of its own before there is an answer: with --json they are for people, and standard output is not. */
export function besideAnswer(context: CliContext): CliContext {
  if (!context.isJson) return context
  return {
    ...context,
    print: (line) => {
      context.printError(`${line}\n`)
    },
  }
}
