import type { Worker } from 'node:worker_threads'
import type { CliCommand } from './cli-command.js'
import { COMMON_OPTIONS } from './common-options.js'
import { renderError } from './error-rendering.js'
import { loadCliConfiguration } from './load-cli-configuration.js'
import { parseOptions, type ParsedOptions } from './option-parser.js'
import { has } from './parsed-values.js'
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
  const [action, ...rest] = args
  const print = (line: string): void => {
    terminal.print(`${line}\n`)
  }
  if (action === undefined) {
    await printHelp(print)
    print('Please specify an action.')
    return 1
  }
  if (action === '-h' || action === '--help') {
    await printHelp(print)
    return 0
  }
  const loadCommand = Object.hasOwn(COMMANDS, action) ? COMMANDS[action] : undefined
  if (loadCommand === undefined) {
    for (const line of unknownAction(action)) print(line)
    return 1
  }
  try {
    return await runAction(await loadCommand(), rest, terminal, programThread)
  } catch (error) {
    const { stream, text, exitCode } = renderError(error)
    if (stream === 'stdout') terminal.print(text)
    else terminal.printError(text)
    return exitCode
  }
}

async function runAction(
  command: CliCommand,
  args: readonly string[],
  terminal: Terminal,
  programThread: Worker | undefined,
): Promise<number> {
  const print = (line: string): void => {
    terminal.print(`${line}\n`)
  }
  const printError = (text: string): void => {
    terminal.printError(text)
  }
  const parsed = parseOptions(args, [...command.options, ...COMMON_OPTIONS], command.stopAtOperand)
  if (has(parsed, 'help')) {
    const { commandHelp } = await import('./help.js')
    print(commandHelp(command))
    return 0
  }
  const { configuration, warnings, directory } = await loadCliConfiguration(definitions(parsed))
  for (const warning of warnings) printError(`WARNING: ${printableLines(warning)}\n`)
  const context = {
    configuration,
    configurationDirectory: directory,
    print,
    printError,
    workingDirectory: workingDirectory(),
    programThread,
  }
  return command.execute(parsed, context)
}

/** Values of `-D`. */
function definitions(parsed: ParsedOptions): string[] {
  return (parsed.values.get('D') ?? []).filter((value) => value !== true)
}

async function printHelp(print: (line: string) => void): Promise<void> {
  const { fullHelp } = await import('./help.js')
  print(fullHelp(await Promise.all(Object.values(COMMANDS).map((loadCommand) => loadCommand()))))
}

function unknownAction(action: string): string[] {
  return [
    `"${action}" is not a valid action.`,
    '',
    'Valid actions are "run", "list", "info", "savepoint", "stop", "cancel", or "checkpoint".',
    '',
    'Specify the version option (-v or --version) to print flink-ts version.',
    '',
    'Specify the help option (-h or --help) to get help on the command.',
  ]
}
