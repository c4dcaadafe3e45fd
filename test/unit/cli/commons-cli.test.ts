/**
 * Command lines drawn at random, and what Commons CLI 1.5 itself made of them, the parser of Flink 1.20, with the options that
 * Flink's actions have here. Left out is what it reads in another way on purpose: several letters with `=` (`-dp=4`), and a `-D`
 * whose value has no `=`, which takes the next word as well.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { optionName, type CliOption } from '../../../src/cli/arguments/cli-option.js'
import type { CliCommand } from '../../../src/cli/arguments/cli-command.js'
import { COMMON_OPTIONS } from '../../../src/cli/arguments/common-options.js'
import { parseCommandLine } from '../../../src/cli/arguments/command-line-parser.js'
import { cancelCommand } from '../../../src/cli/commands/cancel.js'
import { checkpointCommand } from '../../../src/cli/commands/checkpoint.js'
import { infoCommand } from '../../../src/cli/commands/info.js'
import { listCommand } from '../../../src/cli/commands/list.js'
import { runCommand } from '../../../src/cli/commands/run.js'
import { savepointCommand } from '../../../src/cli/commands/savepoint.js'
import { stopCommand } from '../../../src/cli/commands/stop.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { repositoryRoot } from '../../architecture/repository.js'

interface Line {
  readonly args: readonly string[]
  readonly error?: string
  readonly values?: Readonly<Record<string, readonly string[] | Readonly<Record<string, string>>>>
  readonly operands?: readonly string[]
}

const COMMANDS = [runCommand, infoCommand, listCommand, stopCommand, cancelCommand, savepointCommand, checkpointCommand]
const LINES = readFileSync(path.join(repositoryRoot, 'test/unit/cli/commons-cli.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Line)

/** What we make of it, in the form of the file. */
function read(command: CliCommand, args: readonly string[]): Omit<Line, 'args'> | 'help' {
  try {
    const line = parseCommandLine(args, [command], () => undefined)
    if (typeof line === 'number') return 'help'
    const { values, operands } = line.parsed
    const shown = Object.entries(values).map(([name, value]) => [name, shownValue(optionOf(command, name), value)])
    return { values: Object.fromEntries(shown) as NonNullable<Line['values']>, operands }
  } catch (error) {
    if (!FlinkError.is(error)) throw error
    return { error: error.message.split('\n')[0] ?? '' }
  }
}

function optionOf(command: CliCommand, name: string): CliOption | undefined {
  return [...command.options, ...COMMON_OPTIONS].find((option) => optionName(option) === name)
}

/** Of a `-D` the keys with their values, the last of each key. */
function shownValue(option: CliOption | undefined, value: string | true | readonly string[]): unknown {
  if (option?.short === 'D' && typeof value === 'object') {
    return Object.fromEntries(
      value.map((text) => {
        const equals = text.indexOf('=')
        return equals === -1 ? [text, 'true'] : [text.slice(0, equals), text.slice(equals + 1)]
      }),
    )
  }
  return value === true ? [] : typeof value === 'string' ? [value] : value
}

/** Flink asks for the first value of an option that has one. */
function expected(command: CliCommand, { error, values, operands }: Line): Omit<Line, 'args'> | 'help' {
  if (error !== undefined || values === undefined) return { error: error ?? '' }
  if (Object.hasOwn(values, 'help')) return 'help'
  const first = Object.entries(values).map(([name, value]) => {
    const kind = optionOf(command, name)?.value
    return [name, Array.isArray(value) && (kind === 'required' || kind === 'optional') ? value.slice(0, 1) : value]
  })
  return { values: Object.fromEntries(first) as NonNullable<Line['values']>, operands: operands ?? [] }
}

describe('Command lines are read as Commons CLI reads them', () => {
  for (const command of COMMANDS) {
    const lines = LINES.filter(({ args }) => args[0] === command.name)
    it(`${command.name}: ${String(lines.length)} of them`, () => {
      assert.ok(lines.length > 50)
      for (const line of lines) {
        // What a class path has to look like, Flink says later.
        const own = read(command, line.args)
        if (own !== 'help' && own.error?.startsWith('Bad syntax for classpath') === true) continue
        assert.deepEqual(own, expected(command, line), line.args.join(' '))
      }
    })
  }
})
