import type { Worker } from 'node:worker_threads'
import type { CliCommand } from './cli-command.js'
import type { CliContext } from './cli-context.js'
import { renderError } from './error-rendering.js'
import { loadCliConfiguration } from './load-cli-configuration.js'
import { valuesOf, type ParsedOptions } from './parsed-values.js'
import { printableLines } from './printable-text.js'
import { Terminal } from './terminal.js'
import { workingDirectory } from './working-directory.js'

/** Each is loaded when it is asked for. In the order of the help. */
const COMMANDS: Readonly<Record<string, () => Promise<CliCommand>>> = {
  run: async () => (await import('./commands/run.js')).runCommand,
  info: async () => (await import('./commands/info.js')).infoCommand,
  list: async () => (await import('./commands/list.js')).listCommand,
  stop: async () => (await import('./commands/stop.js')).stopCommand,
  cancel: async () => (await import('./commands/cancel.js')).cancelCommand,
  savepoint: async () => (await import('./commands/savepoint.js')).savepointCommand,
  checkpoint: async () => (await import('./commands/checkpoint.js')).checkpointCommand,
}

/**
 * Runs one action; returns the exit code. Nothing is thrown past it. A program thread that the action does not want ends
 * with the process.
 */
export async function runCommandLine(args: readonly string[], programThread?: Worker): Promise<number> {
  const terminal = new Terminal()
  return terminal.exitCode(await dispatch(args, terminal, programThread))
}

async function dispatch(args: readonly string[], terminal: Terminal, programThread?: Worker): Promise<number> {
  const print = (text: string): void => {
    terminal.print(text)
  }
  try {
    // Commander is loaded while the action is, and neither for the version.
    const [{ parseCommandLine }, commands] = await Promise.all([
      import('./command-line-parser.js'),
      commandsFor(args[0] ?? ''),
    ])
    const execute = async (command: CliCommand, parsed: ParsedOptions): Promise<number> => {
      return command.execute(parsed, await contextOf(parsed, terminal, programThread))
    }
    return await parseCommandLine(args, commands, { print, execute })
  } catch (error) {
    const { stream, text, exitCode } = renderError(error)
    if (stream === 'stdout') terminal.print(text)
    else terminal.printError(text)
    return exitCode
  }
}

/** The action that is asked for; all of them where the answer is about all of them. */
function commandsFor(action: string): Promise<CliCommand[]> {
  const loadCommand = Object.hasOwn(COMMANDS, action) ? COMMANDS[action] : undefined
  return Promise.all((loadCommand === undefined ? Object.values(COMMANDS) : [loadCommand]).map((load) => load()))
}

async function contextOf(
  parsed: ParsedOptions,
  terminal: Terminal,
  programThread: Worker | undefined,
): Promise<CliContext> {
  const printError = (text: string): void => {
    terminal.printError(text)
  }
  const { configuration, warnings, directory } = await loadCliConfiguration(valuesOf(parsed, 'D'))
  for (const warning of warnings) printError(`WARNING: ${printableLines(warning)}\n`)
  return {
    configuration,
    configurationDirectory: directory,
    print: (line) => {
      terminal.print(`${line}\n`)
    },
    printError,
    workingDirectory: workingDirectory(),
    programThread,
  }
}
