import type { Worker } from 'node:worker_threads'
import type { CliCommand } from './arguments/cli-command.js'
import { optionName, type CliOption } from './arguments/cli-option.js'
import { diagnosticsOnStandardError } from './terminal/colours.js'
import { answersOf } from './arguments/answers.js'
import { asksForJson } from './arguments/asks-for-json.js'
import { parseCommandLine } from './arguments/command-line-parser.js'
import { COMMON_OPTIONS } from './arguments/common-options.js'
import type { Configuration } from '../core/config/configuration.js'
import type { SessionRestClient } from '../client/session-rest-client.js'
import { tellFailure, tellRefusal, type FailureTelling } from './output/tell-failure.js'
import { loadCliConfiguration, settingOf, type CliConfiguration } from './arguments/load-cli-configuration.js'
import { has, valuesOf, type ParsedOptions } from './arguments/parsed-values.js'
import { refuseMissingSubAction, withSubAction } from './arguments/sub-actions.js'
import { targetOf, targetSettings, type Target } from './arguments/target-options.js'
import { Terminal } from './terminal/terminal.js'
import { workingDirectory } from './arguments/working-directory.js'

/** Each is loaded when it is asked for. In the order of the help. */
const COMMANDS: Readonly<Record<string, () => Promise<CliCommand>>> = {
  run: async () => (await import('./commands/run.js')).runCommand,
  'run-application': async () => (await import('./commands/run-application.js')).runApplicationCommand,
  info: async () => (await import('./commands/info.js')).infoCommand,
  check: async () => (await import('./commands/check.js')).checkCommand,
  upgrade: async () => (await import('./commands/upgrade.js')).upgradeCommand,
  list: async () => (await import('./commands/list.js')).listCommand,
  stop: async () => (await import('./commands/stop.js')).stopCommand,
  cancel: async () => (await import('./commands/cancel.js')).cancelCommand,
  savepoint: async () => (await import('./commands/savepoint.js')).savepointCommand,
  'savepoint inspect': async () => (await import('./commands/savepoint-inspect.js')).savepointInspectCommand,
  'savepoint rescale': async () => (await import('./commands/savepoint-rescale.js')).savepointRescaleCommand,
  checkpoint: async () => (await import('./commands/checkpoint.js')).checkpointCommand,
  'start-cluster': async () => (await import('./commands/start-cluster.js')).startClusterCommand,
  'stop-cluster': async () => (await import('./commands/stop-cluster.js')).stopClusterCommand,
  watermarks: async () => (await import('./commands/watermarks.js')).watermarksCommand,
  top: async () => (await import('./commands/top.js')).topCommand,
  metrics: async () => (await import('./commands/metrics.js')).metricsCommand,
  logs: async () => (await import('./commands/logs.js')).logsCommand,
  init: async () => (await import('./commands/init.js')).initCommand,
  completion: async () => (await import('./commands/completion.js')).completionCommand,
  state: async () => (await import('./commands/state.js')).stateCommand,
  'state ls': async () => (await import('./commands/state-ls.js')).stateLsCommand,
  'state get': async () => (await import('./commands/state-get.js')).stateGetCommand,
  'state export': async () => (await import('./commands/state-export.js')).stateExportCommand,
  'state diff': async () => (await import('./commands/state-diff.js')).stateDiffCommand,
  'state import': async () => (await import('./commands/state-import.js')).stateImportCommand,
  txn: async () => (await import('./commands/txn.js')).txnCommand,
  'txn ls': async () => (await import('./commands/txn-ls.js')).txnLsCommand,
  'txn commit': async () => (await import('./commands/txn-commit.js')).txnCommitCommand,
  'txn abort': async () => (await import('./commands/txn-abort.js')).txnAbortCommand,
}

/**
 * Runs one action; returns the exit code. Nothing is thrown past it. A program thread that the action does not want ends
 * with the process.
 */
export async function runCommandLine(args: readonly string[], programThread?: Worker): Promise<number> {
  const terminal = new Terminal()
  return terminal.exitCode(await dispatch(withSubAction(args), terminal, programThread))
}

async function dispatch(args: readonly string[], terminal: Terminal, programThread?: Worker): Promise<number> {
  const diagnostics = await diagnosticsOnStandardError()
  const commands = await commandsFor(args[0] ?? '')
  const telling = { terminal, diagnostics, asJson: asksForJson(args, commands) }
  try {
    refuseMissingSubAction(args)
    let printed = ''
    const line = parseCommandLine(args, commands, (text) => {
      printed += text
    })
    if (typeof line === 'number') {
      if (line === 0) terminal.print(printed)
      else tellRefusal(printed, line, telling)
      return line
    }
    const { command, parsed } = line
    const { configuration, warnings, directory, target } = await configurationOf(command, parsed)
    for (const warning of warnings) terminal.printError(diagnostics.warning(warning))
    const session = await sessionFor(target, configuration, command, telling)
    const printLine = (text: string): void => {
      terminal.print(`${text}\n`)
    }
    return await command.execute(parsed, {
      ...answersOf(parsed, printLine),
      configuration,
      configurationDirectory: directory,
      diagnostics,
      print: printLine,
      isOutputOpen: () => terminal.isOpen,
      printError: (text) => {
        terminal.printError(text)
      },
      workingDirectory: workingDirectory(),
      session,
      programThread,
      commands: () => Promise.all(Object.values(COMMANDS).map((load) => load())),
    })
  } catch (error) {
    return tellFailure(error, telling)
  }
}

/** The action that is asked for; all of them where the answer is about all of them. */
function commandsFor(action: string): Promise<CliCommand[]> {
  const loadCommand = Object.hasOwn(COMMANDS, action) ? COMMANDS[action] : undefined
  return Promise.all((loadCommand === undefined ? Object.values(COMMANDS) : [loadCommand]).map((load) => load()))
}

interface ActionConfiguration extends CliConfiguration {
  readonly target: Target
}

/** The configuration that the action works with, and what its user is to be told of it. */
async function configurationOf(command: CliCommand, parsed: ParsedOptions): Promise<ActionConfiguration> {
  const definitions = valuesOf(parsed, 'D').map(settingOf)
  const loaded = await loadCliConfiguration([...targetSettings(parsed), ...definitions])
  const target = targetOf(loaded.configuration, { isAddressGiven: has(parsed, 'jobmanager') })
  const ignored = warningOfIgnored([...command.options, ...COMMON_OPTIONS], parsed)
  return { ...loaded, warnings: [...loaded.warnings, ...ignored], target }
}

/** Loaded where a session may be meant, which the commands of most users never do. */
async function sessionFor(
  target: Target,
  configuration: Configuration,
  command: CliCommand,
  { terminal, diagnostics }: FailureTelling,
): Promise<SessionRestClient | undefined> {
  if (target.kind === 'machine' || command.withSession === 'needs-none') return undefined
  const { sessionOf } = await import('./job/session-of.js')
  const warn = (text: string): void => {
    terminal.printError(diagnostics.warning(text))
  }
  const tell = (text: string): void => {
    terminal.printError(`${text}\n`)
  }
  return sessionOf(target, configuration, { command, warn, tell })
}

/** One line for all that was given and changes nothing. */
function warningOfIgnored(options: readonly CliOption[], parsed: ParsedOptions): string[] {
  const given = new Map<string, string[]>()
  for (const option of options) {
    const { short = '', withoutEffect } = option
    if (withoutEffect === undefined || !has(parsed, optionName(option))) continue
    given.set(withoutEffect, [...(given.get(withoutEffect) ?? []), `-${short}`])
  }
  const reasons = [...given].map(([reason, names]) => `${names.join(', ')} (${reason})`)
  return reasons.length === 0 ? [] : [`Accepted, but without effect: ${reasons.join(', ')}`]
}
