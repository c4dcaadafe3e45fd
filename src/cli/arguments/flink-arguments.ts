/**
 * What users of Flink type, as commander takes it. Flink's parser (Apache Commons CLI) knows forms that commander has not:
 * several letters after one dash (`-sae`, `-yid`), unique prefixes of long names (`--par 4`), `-p=4`, clusters whose last
 * letter takes a value (`-dp 4`), and that the word after an option is its value unless it is an option itself. They become
 * `--parallelism=4`. Nothing is judged here but an ambiguous prefix: a word that is no option is left for commander to refuse.
 */
import { optionName, type CliOption } from './cli-option.js'
import { argumentError } from './parsed-values.js'

interface Match {
  readonly option: CliOption
  readonly inlineValue: string | undefined
}

/**
 * The arguments of one action for commander. `stopAtOperand`: the first word that is no option, and everything after it, is
 * left as it is.
 */
export function commanderArguments(
  args: readonly string[],
  options: readonly CliOption[],
  stopAtOperand: boolean,
): string[] {
  const result: string[] = []
  let index = 0
  while (index < args.length) {
    const token = args[index] ?? ''
    const matches = token === '--' ? [] : matchesOf(token, options)
    if (token === '--' || (matches.length === 0 && stopAtOperand)) return [...result, ...args.slice(index)]
    index += 1
    if (matches.length === 0) {
      result.push(token)
      // Commander refuses the whole line for it: what comes next could only hide that.
      if (isOptionLike(token)) return result
    }
    for (const match of matches) {
      const following = wantsNext(match) ? valuesAt(args, index, match.option, options) : []
      index += following.length
      const values = following.length === 0 ? [match.inlineValue] : following
      result.push(...values.flatMap((value) => commanderOption(match.option, value)))
      // The same for a value that is missing.
      if (values[0] === undefined && isRequired(match.option)) return result
    }
  }
  return result
}

/** Where the first word is that is neither an option nor the value of one; as many as there are words where there is none. */
export function firstOperand(args: readonly string[], options: readonly CliOption[]): number {
  let index = 0
  while (index < args.length) {
    const token = args[index] ?? ''
    const matches = token === '--' ? [] : matchesOf(token, options)
    if (matches.length === 0) return index
    index += 1
    for (const match of matches) if (wantsNext(match)) index += valuesAt(args, index, match.option, options).length
  }
  return args.length
}

/** The name that commander knows an option by: the long one, and only without that the short one. */
export function commanderFlag(option: CliOption): string {
  return option.long === undefined ? `-${optionName(option)}` : `--${option.long}`
}

function commanderOption(option: CliOption, value: string | undefined): string[] {
  const flag = commanderFlag(option)
  if (value === undefined) return [flag]
  return option.long === undefined ? [flag, value] : [`${flag}=${value}`]
}

function wantsNext({ option, inlineValue }: Match): boolean {
  return option.value !== 'none' && inlineValue === undefined
}

/** What an option finds after it: one word, or as many as it takes. */
function valuesAt(
  args: readonly string[],
  start: number,
  { value }: CliOption,
  options: readonly CliOption[],
): readonly string[] {
  const rest = args.slice(start, value === 'several' ? undefined : start + 1)
  const end = rest.findIndex((token) => isOption(token, options))
  return end === -1 ? rest : rest.slice(0, end)
}

function isRequired({ value }: CliOption): boolean {
  return value !== 'none' && value !== 'optional'
}

function isOption(token: string, options: readonly CliOption[]): boolean {
  return token === '--' || matchesOf(token, options).length > 0
}

/** A lone dash and negative numbers are operands or values. */
function isOptionLike(token: string): boolean {
  return token.length > 1 && token.startsWith('-') && !/^-\d/.test(token)
}

/** The options that a word stands for: several in a cluster, none where it is an operand or unknown. */
function matchesOf(token: string, options: readonly CliOption[]): Match[] {
  if (!isOptionLike(token)) return []
  const isShort = !token.startsWith('--')
  const body = token.slice(isShort ? 1 : 2)
  const equals = body.indexOf('=')
  const name = equals === -1 ? body : body.slice(0, equals)
  const inlineValue = equals === -1 ? undefined : body.slice(equals + 1)
  const named = (isShort ? optionOfShort(name, options) : undefined) ?? optionOfLong(name, isShort, options)
  if (named !== undefined) return named.value === 'none' && equals !== -1 ? [] : [{ option: named, inlineValue }]
  return isShort ? (matchOfDefinition(body, options) ?? matchesOfCluster(body, options)) : []
}

/** `-yDk=v`; `-Dk=v` is a cluster as any other. */
function matchOfDefinition(body: string, options: readonly CliOption[]): Match[] | undefined {
  const option = options.find(({ short = '', value }) => {
    return value === 'key-value' && short.length > 1 && body.startsWith(short)
  })
  return option?.short === undefined ? undefined : [{ option, inlineValue: body.slice(option.short.length) }]
}

function optionOfShort(name: string, options: readonly CliOption[]): CliOption | undefined {
  return options.find((option) => option.short === name)
}

/** By its name or a prefix that no other has. One letter after one dash is never the beginning of a long name. */
function optionOfLong(name: string, isShort: boolean, options: readonly CliOption[]): CliOption | undefined {
  if (name === '' || (isShort && name.length === 1)) return undefined
  const exact = options.find((option) => option.long === name)
  if (exact !== undefined) return exact
  const candidates = options.filter((option) => option.long?.startsWith(name) === true)
  if (candidates.length > 1) {
    const names = candidates.map((option) => `'${optionName(option)}'`).join(', ')
    throw argumentError(`Ambiguous option: '--${name}'  (could be: ${names})`)
  }
  return candidates[0]
}

/** `-p4`, `-Dk=v`, `-rs`, `-dp`: single letters, of which the last may take a value. */
function matchesOfCluster(body: string, options: readonly CliOption[]): Match[] {
  const matches: Match[] = []
  for (let index = 0; index < body.length; index += 1) {
    const option = optionOfShort(body[index] ?? '', options)
    if (option === undefined) return []
    if (option.value !== 'none') {
      const rest = body.slice(index + 1)
      const inlineValue = rest === '' ? undefined : rest.replace(/^=/, '')
      return [...matches, { option, inlineValue }]
    }
    matches.push({ option, inlineValue: undefined })
  }
  return matches
}
