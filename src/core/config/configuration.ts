import { FlinkError } from '../errors/flink-error.js'
import type { ConfigOption } from './config-option.js'
import { ValueFormatError } from './value-format-error.js'
import { formatConfigValue, parseConfigValue } from './value-parsers.js'

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

/** A configuration on its way between threads and processes: plain data. A text alone is one of which nobody knows who set it. */
export type ConfigurationEntries = Readonly<Record<string, string | Entry>>

/**
 * Values by key, as texts; typed when an option reads them. The newer name of an option wins over its old ones.
 *
 * @example
 * ```ts
 * import { Configuration, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const conf = new Configuration().setString('execution.checkpointing.interval', '10 s')
 * const env = StreamExecutionEnvironment.getExecutionEnvironment(conf)
 * ```
 */
export class Configuration {
  readonly #entries = new Map<string, Entry>()

  static fromMap(map: Readonly<Record<string, string>>, origin = 'the job configuration'): Configuration {
    const configuration = new Configuration()
    for (const [key, text] of Object.entries(map)) configuration.setString(key, text, origin)
    return configuration
  }

  /** What `toEntries` made, with the place where each value was set. */
  static fromEntries(entries: ConfigurationEntries): Configuration {
    const configuration = new Configuration()
    for (const [key, entry] of Object.entries(entries)) {
      const { text, origin } = typeof entry === 'string' ? { text: entry, origin: 'the job configuration' } : entry
      configuration.setString(key, text, origin)
    }
    return configuration
  }

  setString(key: string, text: string, origin = 'the program'): this {
    this.#entries.set(key, { text, origin })
    return this
  }

  /** Sets an option to a value; undefined removes it. Old names of the option are removed too. */
  set<T>(option: ConfigOption<T>, value: T, origin = 'the program'): this {
    const names = [option.key, ...option.fallbackKeys, ...option.deprecatedKeys]
    for (const key of this.keys()) {
      const isItem = option.type === 'map' && names.some((name) => key.startsWith(`${name}.`))
      if (isItem || names.includes(key)) this.#entries.delete(key)
    }
    if (value !== undefined) this.#entries.set(option.key, { text: formatConfigValue(value), origin })
    return this
  }

  contains(option: ConfigOption<unknown>): boolean {
    return this.#find(option) !== undefined
  }

  /** The name under which an option is set and where that was done; undefined when nobody set it. */
  placeOf(option: ConfigOption<unknown>): { readonly key: string; readonly where: string } | undefined {
    const found = this.#find(option)
    return found === undefined ? undefined : { key: found.key, where: found.entry.origin }
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
      const { key, entry } = found
      const details = { key, value: entry.text, where: entry.origin, reason: error.message }
      // The reason quotes the value.
      if (isSensitive(key)) throw new FlinkError('CONFIG_VALUE_INVALID', { ...details, value: MASK, reason: MASK })
      throw new FlinkError('CONFIG_VALUE_INVALID', details, { cause: error })
    }
  }

  /** Where the option was set, as messages name it; undefined when nobody set it. */
  originOf(option: ConfigOption<unknown>): string | undefined {
    return this.#find(option)?.entry.origin
  }

  /** The same of a key as it stands there. */
  originOfKey(key: string): string | undefined {
    return this.#entries.get(key)?.origin
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

  /** To travel between threads: a value that is read late still says where it was set. */
  toEntries(): ConfigurationEntries {
    return Object.fromEntries(this.#entries)
  }

  /** Plain strings, without the places where they were set. */
  toMap(): Record<string, string> {
    return Object.fromEntries([...this.#entries].map(([key, { text }]) => [key, text]))
  }

  /** As toMap, with secrets masked. */
  redacted(): Record<string, string> {
    return Object.fromEntries([...this.#entries].map(([key, { text }]) => [key, isSensitive(key) ? MASK : text]))
  }

  #find(option: ConfigOption<unknown>): { readonly key: string; readonly entry: Entry } | undefined {
    const names = [option.key, ...option.fallbackKeys, ...option.deprecatedKeys]
    for (const key of names) {
      const entry = this.#entries.get(key)
      if (entry !== undefined) return { key, entry }
    }
    return option.type === 'map' ? this.#findItems(names) : undefined
  }

  /** A map may be set item by item, `<key>.<name>: <value>`, where it is not set as a whole. */
  #findItems(names: readonly string[]): { readonly key: string; readonly entry: Entry } | undefined {
    for (const key of names) {
      const items = [...this.#entries].filter(([name]) => name.startsWith(`${key}.`) && name.length > key.length + 1)
      const [first] = items
      if (first === undefined) continue
      const map = Object.fromEntries(items.map(([name, { text }]) => [name.slice(key.length + 1), text]))
      return { key, entry: { text: formatConfigValue(map), origin: first[1].origin } }
    }
    return undefined
  }
}

function isSensitive(key: string): boolean {
  const lower = key.toLowerCase()
  return SENSITIVE.some((word) => lower.includes(word))
}
