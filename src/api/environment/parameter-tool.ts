import { FlinkError } from '../../core/errors/flink-error.js'
import { readLocalTextFile } from '../../core/fs/local-text-file.js'
import { parseProperties } from '../../core/io/properties-format.js'

/** Stands for a key that was given without a value. */
const NO_VALUE = '__NO_VALUE_KEY'

/**
 * Program arguments by name: `--key value` or `-key value`; a key without value is only there (`has`).
 * Getters throw PROGRAM_PARAMETER_INVALID, which names the argument.
 *
 * @example
 * ```ts
 * import { ParameterTool } from 'flink-ts'
 *
 * const params = ParameterTool.fromArgs(['--port', '9999'])
 * console.log(params.getInt('port'), params.get('hostname', 'localhost'))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/application_parameters/
 */
export class ParameterTool {
  readonly #values: ReadonlyMap<string, string>

  private constructor(values: ReadonlyMap<string, string>) {
    this.#values = values
  }

  static fromArgs(args: readonly string[]): ParameterTool {
    const values = new Map<string, string>()
    for (let index = 0; index < args.length;) {
      const key = keyOf(args[index] ?? '')
      const next = args[index + 1]
      const hasValue = next !== undefined && (!next.startsWith('-') || isNumber(next))
      values.set(key, hasValue ? next : NO_VALUE)
      index += hasValue ? 2 : 1
    }
    return new ParameterTool(values)
  }

  /** Parameters of a local file in the form of Java's `.properties`. */
  static fromPropertiesFile(path: string): ParameterTool {
    return new ParameterTool(parseProperties(readLocalTextFile(path)))
  }

  static fromMap(map: Readonly<Record<string, string>>): ParameterTool {
    return new ParameterTool(new Map(Object.entries(map)))
  }

  has(key: string): boolean {
    return this.#values.has(key)
  }

  /** The value, the default, or null. */
  get(key: string): string | null
  get(key: string, defaultValue: string): string
  get(key: string, defaultValue?: string): string | null {
    const value = this.#values.get(key)
    return value === undefined || value === NO_VALUE ? (defaultValue ?? null) : value
  }

  getRequired(key: string): string {
    const value = this.get(key)
    if (value === null) throw invalid(key, `No data for required key '${key}'. Give it as --${key} <value>.`)
    return value
  }

  getInt(key: string, defaultValue?: number): number {
    return this.#wholeNumber(key, defaultValue)
  }

  getLong(key: string, defaultValue?: number): number {
    return this.#wholeNumber(key, defaultValue)
  }

  getDouble(key: string, defaultValue?: number): number {
    return this.#number(key, defaultValue, 'a number', (value) => !Number.isNaN(value))
  }

  getBoolean(key: string, defaultValue?: boolean): boolean {
    const value = this.get(key)
    if (value === null && defaultValue !== undefined) return defaultValue
    const lower = (value ?? this.getRequired(key)).toLowerCase()
    if (lower === 'true' || lower === 'false') return lower === 'true'
    throw invalid(key, `must be true or false, not "${lower}"`)
  }

  toMap(): Record<string, string> {
    return Object.fromEntries(this.#values)
  }

  #wholeNumber(key: string, defaultValue: number | undefined): number {
    const value = this.#number(key, defaultValue, 'a whole number', Number.isInteger)
    if (Number.isSafeInteger(value)) return value
    throw invalid(key, `must be at most 2^53, which a number holds exactly, not "${String(this.get(key))}"`)
  }

  #number(key: string, defaultValue: number | undefined, kind: string, isValid: (value: number) => boolean): number {
    const text = this.get(key)
    if (text === null && defaultValue !== undefined) return defaultValue
    const given = text ?? this.getRequired(key)
    const value = Number(given)
    // An empty text would be 0.
    if (given.trim() !== '' && isValid(value)) return value
    throw invalid(key, `must be ${kind}, not "${String(text)}"`)
  }
}

function keyOf(token: string): string {
  const key = token.startsWith('--') ? token.slice(2) : token.startsWith('-') ? token.slice(1) : ''
  if (key !== '') return key
  throw invalid(token, 'Please prefix keys with -- or -, as in --input words.txt.')
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text))
}

function invalid(name: string, reason: string): FlinkError {
  return new FlinkError('PROGRAM_PARAMETER_INVALID', { name, reason })
}
