import type { CliOption } from '../arguments/cli-option.js'
import type { DescribedCommand } from '../arguments/described-command.js'

/** What may stand in a place: names of jobs, files, or words. */
export interface Suggested {
  readonly jobs: boolean
  readonly files: boolean
  readonly words: readonly string[]
}

export interface CompletedOption {
  /** Without dashes. */
  readonly short: string | undefined
  readonly long: string | undefined
  /** With dashes. */
  readonly flags: readonly string[]
  readonly description: string
  /** Undefined: no value follows it. */
  readonly value: Suggested | undefined
}

export interface CompletedAction {
  /** `savepoint inspect` has two words. */
  readonly name: string
  readonly sentence: string
  readonly options: readonly CompletedOption[]
  readonly operands: Suggested
  /** The first operand is a program: what follows is its own. */
  readonly stopAtOperand: boolean
  /** Second words that make another action of it. */
  readonly subActions: readonly string[]
}

/** What shells offer, of what actions say of themselves: in their usage, and in the names of the values of their options. */
export function completionTable(
  commands: readonly DescribedCommand[],
  common: readonly CliOption[],
): readonly CompletedAction[] {
  return commands.map(({ name, sentence, usage, options, stopAtOperand }) => ({
    name,
    sentence,
    options: [...options, ...common].filter(({ hidden }) => hidden !== true).map(optionOf),
    operands: suggestedBy(usage.replace('[OPTIONS]', '')),
    stopAtOperand,
    subActions: commands.flatMap((other) =>
      other.name.startsWith(`${name} `) ? [other.name.slice(name.length + 1)] : [],
    ),
  }))
}

/** A value without a name of its own is taken for a file. */
function optionOf({ short, long, value, valueName = 'file', description }: CliOption): CompletedOption {
  const flags = [...(short === undefined ? [] : [`-${short}`]), ...(long === undefined ? [] : [`--${long}`])]
  return {
    short,
    long,
    flags,
    description,
    // A value that may be left out need not be offered: what comes next may be the operand.
    value: value === 'none' || value === 'optional' ? undefined : suggestedBy(`<${valueName}>`),
  }
}

/** `<Job ID>`, `<job-file>`, `<canonical|native>`, `<savepoint|checkpoint|Job ID>`, `[<target directory>]` */
function suggestedBy(usage: string): Suggested {
  const places = [...usage.matchAll(/<([^>]*)>/g)].map(([, name = '']) => name)
  const jobs = places.some((name) => /job ?id/i.test(name))
  const files = places.some((name) => /file|path|directory|snapshot|savepoint|checkpoint/i.test(name))
  const words =
    jobs || files ? [] : places.filter((name) => /^[\w|]+\|[\w|]+$/.test(name)).flatMap((name) => name.split('|'))
  return { jobs, files, words }
}
