import { FlinkError } from '../errors/flink-error.js'
import type { ConfigOption } from './config-option.js'
import { parseConfigValue, ValueFormatError } from './value-parsers.js'

const SENSITIVE = [
  'password',
  'secret',
  'fs.azure.account.key',
  'apikey',
  'api-key',
  'auth-params',
  'service-key',
  'token',
  'basic-auth',
  'jaas.config',
  'http-headers',
]
const MASK = '******'

interface Entry {
  readonly text: string
  /** Where it was set, for messages: `flink-conf.yaml:12`, `-D`, `the program`. */
  readonly origin: string
}

/** Values by key, as texts; typed when an option reads them. The newer name of an option wins over its old ones. */
export class Configuration {
  readonly #entries = new Map<string, Entry>()

  static fromMap(map: Readonly<Record<string, string>>, origin = 'the job configuration'): Configuration {
    const configuration = new Configuration()
    for (const [key, text] of Object.entries(map)) configuration.setString(key, text, origin)
    return configuration
  }

  setString(key: string, text: string, origin = 'the program'): this {
    this.#entries.set(key, { text, origin })
    return this
  }

  /** Sets an option to a value; undefined removes it. Old names of the option are removed too. */
  set<T>(option: ConfigOption<T>, value: T, origin = 'the program'): this {
    for (const key of [option.key, ...option.fallbackKeys, ...option.deprecatedKeys]) this.#entries.delete(key)
    if (value !== undefined) this.#entries.set(option.key, { text: format(value), origin })
    return this
  }

  contains(option: ConfigOption<unknown>): boolean {
    return this.#find(option) !== undefined
  }

  /** The value, or the option's default. CONFIG_VALUE_INVALID names key, value and place. */
  get<T>(option: ConfigOption<T>): T {
    return this.getOptional(option) ?? option.defaultValue
  }

  /** Undefined when nobody set it. */
  getOptional<T>(option: ConfigOption<T>): T | undefined {
    const found = this.#find(option)
    if (found === undefined) return undefined
    try {
      return parseConfigValue(option, found.entry.text) as T
    } catch (error) {
      if (!(error instanceof ValueFormatError)) throw error
      const value = isSensitive(found.key) ? MASK : found.entry.text
      const details = { key: found.key, value, where: found.entry.origin, reason: error.message }
      throw new FlinkError('CONFIG_VALUE_INVALID', details, { cause: error })
    }
  }

  getString(key: string): string | undefined {
    return this.#entries.get(key)?.text
  }

  /** Everything of the other one, which wins. */
  addAll(other: Configuration): this {
    for (const [key, entry] of other.#entries) this.#entries.set(key, entry)
    return this
  }

  clone(): Configuration {
    return new Configuration().addAll(this)
  }

  keys(): string[] {
    return [...this.#entries.keys()]
  }

  /** Plain strings, to travel between threads. */
  toMap(): Record<string, string> {
    return Object.fromEntries([...this.#entries].map(([key, { text }]) => [key, text]))
  }

  /** As toMap, with secrets masked. */
  redacted(): Record<string, string> {
    return Object.fromEntries([...this.#entries].map(([key, { text }]) => [key, isSensitive(key) ? MASK : text]))
  }

  #find(option: ConfigOption<unknown>): { readonly key: string; readonly entry: Entry } | undefined {
    for (const key of [option.key, ...option.fallbackKeys, ...option.deprecatedKeys]) {
      const entry = this.#entries.get(key)
      if (entry !== undefined) return { key, entry }
    }
    return undefined
  }
}

function isSensitive(key: string): boolean {
  const lower = key.toLowerCase()
  return SENSITIVE.some((word) => lower.includes(word))
}

function format(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(';')
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([key, item]) => `${key}:${String(item)}`)
      .join(',')
  }
  return String(value)
}
