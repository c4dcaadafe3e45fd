/**
 * What users of Flink type, as commander takes it. Flink's parser (Apache Commons CLI) knows forms that commander has not:
 * several letters after one dash (`-sae`, `-yid`), unique prefixes of long names (`--par 4`), `-p=4`, clusters whose last
 * letter takes a value (`-dp 4`), and that the word after an option is its value unless it is an option itself. They become
 * `--parallelism=4`. Of an option that is given twice the first value counts. What is no option is refused here, with what was
 * meant, as is a prefix of several names; a value that is missing is left for commander.
 */
import { FlinkError } from '../../core/errors/flink-error.js'
import { optionName, type CliOption } from './cli-option.js'
import { argumentError } from './parsed-values.js'
import { unrecognizedOption } from './unrecognized-option.js'

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
  const valued = new Set<CliOption>()
  let index = 0
  while (index < args.length) {
    const token = args[index] ?? ''
    const matches = token === '--' ? [] : matchesOf(token, options)
    if (token === '--' || (matches.length === 0 && stopAtOperand)) return [...result, ...args.slice(index)]
    index += 1
    if (matches.length === 0) {
      checkWord(token, options, stopAtOperand)
      result.push(token)
    }
    for (const match of matches) {
      const following = wantsNext(match) ? valuesAt(args, index, match.option, options) : []
      index += following.length
      const values = following.length === 0 ? [match.inlineValue] : following
      const isMissing = values[0] === undefined && isRequired(match.option)
      if (isMissing || !valued.has(match.option)) {
        result.push(...values.flatMap((value) => commanderOption(match.option, value)))
      }
      if (isMissing) {
        // Commander refuses the whole line for it, unless the next word is wrong in itself: what comes later could only hide that.
        checkWord(args[index], options, stopAtOperand)
        return result
      }
      if (values[0] !== undefined && !isRepeatable(match.option)) valued.add(match.option)
    }
  }
  return result
}

/** Throws CLI_ARGUMENT_INVALID for an option that is none, or may be one of several. */
function checkWord(token: string | undefined, options: readonly CliOption[], stopAtOperand: boolean): void {
  if (token === undefined || token === '--' || !isOptionLike(token)) return
  if (matchesOf(token, options).length > 0 || stopAtOperand) return
  throw argumentError(unrecognizedOption(token, options))
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

/**
 * Whether a line has a flag, be it one with mistakes: these are told in the way that is asked for. What comes after the job file is the
 * program's, but an option that there is not in its place is told, and no program runs.
 */
export function hasFlag(
  args: readonly string[],
  flag: string,
  { options, stopAtOperand }: { readonly options: readonly CliOption[]; readonly stopAtOperand: boolean },
): boolean {
  let index = 0
  while (index < args.length) {
    const token = args[index] ?? ''
    if (token === '--') return false
    const matches = matchesIfAny(token, options)
    if (isFlag(token) || matches.some(({ option }) => option.long === flag)) return true
    if (matches.length === 0 && stopAtOperand) return isOptionLike(token) && args.slice(index).some(isFlag)
    index += 1
    for (const match of matches) if (wantsNext(match)) index += following(args, index, match.option)
  }
  return false

  /** `--json=true` is a mistake that says what is wanted. */
  function isFlag(word: string): boolean {
    return word.split('=')[0] === `--${flag}`
  }

  function following(words: readonly string[], start: number, { value }: CliOption): number {
    const rest = words.slice(start, value === 'several' ? undefined : start + 1)
    const end = rest.findIndex((word) => word === '--' || matchesIfAny(word, options).length > 0)
    return end === -1 ? rest.length : end
  }
}

/** An ambiguous prefix is none. */
function matchesIfAny(token: string, options: readonly CliOption[]): Match[] {
  try {
    return matchesOf(token, options)
  } catch (error) {
    if (FlinkError.is(error, 'CLI_ARGUMENT_INVALID')) return []
    throw error
  }
}

/** The name that commander knows an option by: the long one, and only without that the short one. */
export function commanderFlag(option: CliOption): string {
  return option.long === undefined ? `-${optionName(option)}` : `--${option.long}`
}

function commanderOption(option: CliOption, value: string | undefined): string[] {
  const flag = commanderFlag(option)
  // Commander would take whatever comes next for the value.
  if (value === undefined) return [option.valueForm === undefined ? flag : `${flag}=`]
  return option.long === undefined ? [flag, value] : [`${flag}=${value}`]
}

function wantsNext({ option, inlineValue }: Match): boolean {
  return option.value !== 'none' && inlineValue === undefined
}

/** What an option finds after it: one word, or as many as it takes. */
function valuesAt(
  args: readonly string[],
  start: number,
  { value, valueForm }: CliOption,
  options: readonly CliOption[],
): readonly string[] {
  const rest = args.slice(start, value === 'several' ? undefined : start + 1)
  const end = rest.findIndex((token) => isOption(token, options) || valueForm?.test(token) === false)
  return end === -1 ? rest : rest.slice(0, end)
}

function isRequired({ value }: CliOption): boolean {
  return value !== 'none' && value !== 'optional'
}

function isRepeatable({ value }: CliOption): boolean {
  return value === 'several' || value === 'key-value'
}

/** Whether a word is no value of the option before it: an option, or the beginning of one, however it goes on. */
function isOption(token: string, options: readonly CliOption[]): boolean {
  if (token === '--') return true
  if (!isOptionLike(token)) return false
  const isShort = !token.startsWith('--')
  const [name = ''] = token.replace(/^--?/, '').split('=')
  if (name === '') return false
  return (
    optionOfShort(name, options) !== undefined ||
    options.some(({ long }) => long?.startsWith(name)) ||
    (isShort && (optionOfShort(name.charAt(0), options) ?? optionOfLongPrefix(token.slice(1), options)) !== undefined)
  )
}

/** A lone dash is an operand or a value. */
function isOptionLike(token: string): boolean {
  return token.length > 1 && token.startsWith('-')
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
  if (!isShort) return []
  return (
    matchOfDefinition(body, options) ??
    (equals === -1 ? matchOfLongPrefix(body, options) : undefined) ??
    matchesOfCluster(body, options)
  )
}

/** `-yDk=v`; `-Dk=v` is a cluster as any other. */
function matchOfDefinition(body: string, options: readonly CliOption[]): Match[] | undefined {
  const option = options.find(({ short = '', value }) => {
    return value === 'key-value' && short.length > 1 && body.startsWith(short)
  })
  return option?.short === undefined ? undefined : [{ option, inlineValue: body.slice(option.short.length) }]
}

/** `-parallelism16`: a long name that takes a value. */
function matchOfLongPrefix(body: string, options: readonly CliOption[]): Match[] | undefined {
  const option = optionOfLongPrefix(body, options)
  if (option?.long === undefined || option.value === 'none') return undefined
  return [{ option, inlineValue: body.slice(option.long.length) }]
}

/** The longest; two letters at least have to follow. */
function optionOfLongPrefix(body: string, options: readonly CliOption[]): CliOption | undefined {
  let found: CliOption | undefined
  for (const option of options) {
    const { long = '' } = option
    const isPrefix = long.length > 1 && body.startsWith(long) && body.length - long.length >= 2
    if (isPrefix && long.length > (found?.long?.length ?? 0)) found = option
  }
  return found
}

function optionOfShort(name: string, options: readonly CliOption[]): CliOption | undefined {
  return options.find((option) => option.short === name)
}

/**
 * By its name or a prefix that no other has. One letter after one dash is never the beginning of a long name. Options of our own
 * have no short name; they take no prefix away from one of Flink's.
 */
function optionOfLong(name: string, isShort: boolean, options: readonly CliOption[]): CliOption | undefined {
  if (name === '' || (isShort && name.length === 1)) return undefined
  const exact = options.find((option) => option.long === name)
  if (exact !== undefined) return exact
  const candidates = options.filter((option) => option.long?.startsWith(name) === true)
  const flinks = candidates.filter(({ short }) => short !== undefined)
  const meant = flinks.length === 0 ? candidates : flinks
  if (meant.length < 2) return meant[0]
  const names = meant.map((option) => `'${optionName(option)}'`).join(', ')
  throw argumentError(`Ambiguous option: '${isShort ? '-' : '--'}${name}'  (could be: ${names})`)
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
