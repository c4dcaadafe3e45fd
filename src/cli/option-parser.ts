import { FlinkError } from '../core/errors/flink-error.js'

/** One option of an action, as Flink's command line knows it. */
export interface CliOption {
  /** Without dash; may have several letters (`sae`). Undefined: long form only. */
  readonly short?: string
  readonly long?: string
  readonly value: 'none' | 'required' | 'optional' | 'key-value'
  /** Name of the value in the help. */
  readonly valueName?: string
  readonly description: string
  /** Accepted and not listed. */
  readonly hidden?: boolean
}

export interface ParsedOptions {
  /** By long name, else short name. A flag is `true`; an optional value that was not given is `true`. */
  readonly values: ReadonlyMap<string, readonly (string | true)[]>
  /** Operands; for actions that stop at the first operand, everything from there on. */
  readonly operands: readonly string[]
}

/**
 * Splits arguments by the rules of Flink's parser (Apache Commons CLI): several letters after one dash, unique prefixes
 * of long names, `-p4`, `-p=4`, clusters of flags. `stopAtOperand`: the first token that is not a known option and all
 * behind it are operands, as `run` needs for the program's own arguments.
 */
export function parseOptions(
  args: readonly string[],
  options: readonly CliOption[],
  stopAtOperand: boolean,
): ParsedOptions {
  return new OptionParser(options, stopAtOperand).parse(args)
}

export function optionName(option: CliOption): string {
  return option.long ?? option.short ?? ''
}

interface Match {
  readonly option: CliOption
  readonly inlineValue: string | undefined
}

class OptionParser {
  readonly #options: readonly CliOption[]
  readonly #stopAtOperand: boolean
  readonly #values = new Map<string, (string | true)[]>()
  readonly #operands: string[] = []

  constructor(options: readonly CliOption[], stopAtOperand: boolean) {
    this.#options = options
    this.#stopAtOperand = stopAtOperand
  }

  parse(args: readonly string[]): ParsedOptions {
    let index = 0
    while (index < args.length) {
      const token = args[index] ?? ''
      index += 1
      if (token === '--') {
        this.#operands.push(...args.slice(index))
        break
      }
      const matches = isOptionLike(token) ? this.#match(token) : []
      if (matches.length > 0) {
        for (const match of matches) index += this.#take(match, args[index])
        continue
      }
      if (isOptionLike(token) && !this.#stopAtOperand) throw invalid(`Unrecognized option: ${token}`)
      this.#operands.push(token)
      if (this.#stopAtOperand) {
        this.#operands.push(...args.slice(index))
        break
      }
    }
    return { values: this.#values, operands: this.#operands }
  }

  /** Records the option; returns how many following tokens it used up. */
  #take({ option, inlineValue }: Match, next: string | undefined): number {
    const name = optionName(option)
    const record = (value: string | true): void => {
      this.#values.set(name, [...(this.#values.get(name) ?? []), value])
    }
    if (option.value === 'none') {
      record(true)
      return 0
    }
    if (inlineValue !== undefined) {
      record(inlineValue)
      return 0
    }
    if (next !== undefined && !this.#isKnownOption(next)) {
      record(next)
      return 1
    }
    if (option.value !== 'optional') throw invalid(`Missing argument for option: ${option.short ?? name}`)
    record(true)
    return 0
  }

  #isKnownOption(token: string): boolean {
    return token === '--' || (isOptionLike(token) && this.#match(token).length > 0)
  }

  #match(token: string): Match[] {
    const body = token.replace(/^--?/, '')
    const equals = body.indexOf('=')
    const name = equals === -1 ? body : body.slice(0, equals)
    const inlineValue = equals === -1 ? undefined : body.slice(equals + 1)
    if (!token.startsWith('--')) {
      const exact = this.#options.find((option) => option.short === name)
      if (exact !== undefined) return [{ option: exact, inlineValue }]
      // One letter behind one dash is never the beginning of a long name.
      if (name.length === 1) return this.#matchCluster(body)
    }
    const long = this.#matchLong(name)
    if (long !== undefined) return [{ option: long, inlineValue }]
    return token.startsWith('--') ? [] : this.#matchCluster(body)
  }

  #matchLong(name: string): CliOption | undefined {
    const exact = this.#options.find((option) => option.long === name)
    if (exact !== undefined || name === '') return exact
    const candidates = this.#options.filter((option) => option.long?.startsWith(name) === true)
    if (candidates.length > 1) {
      const names = candidates.map((option) => `'${optionName(option)}'`).join(', ')
      throw invalid(`Ambiguous option: '--${name}'  (could be: ${names})`)
    }
    return candidates[0]
  }

  /** `-p4`, `-Dk=v`, `-rs`, `-dp`: single letters, of which the last may take a value. */
  #matchCluster(body: string): Match[] {
    const matches: Match[] = []
    for (let index = 0; index < body.length; index += 1) {
      const option = this.#options.find((candidate) => candidate.short === body[index])
      if (option === undefined) return []
      const rest = body.slice(index + 1)
      if (option.value !== 'none') {
        const inlineValue = rest === '' ? undefined : rest.replace(/^=/, '')
        return [...matches, { option, inlineValue }]
      }
      matches.push({ option, inlineValue: undefined })
    }
    return matches
  }
}

/** A lone dash and negative numbers are operands or values. */
function isOptionLike(token: string): boolean {
  return token.length > 1 && token.startsWith('-') && !/^-\d/.test(token)
}

function invalid(message: string): FlinkError {
  return new FlinkError('CLI_ARGUMENT_INVALID', { message })
}
