/**
 * How a value is written (flink-conf grammar). Durations are ms, memory sizes bytes, once they are parsed. A `path` is a path
 * or URI; in a `home-path` a leading `~/` stands for the home directory; `directories` are paths of this machine, several of
 * them separated (core/fs/directory-list.ts).
 */
export type ConfigType =
  | 'string'
  | 'path'
  | 'home-path'
  | 'directories'
  | 'int'
  | 'long'
  | 'double'
  | 'boolean'
  | 'duration'
  | 'memory'
  | 'enum'
  | 'list'
  | 'map'

/** One option of the configuration: key, type, default, description. */
export interface ConfigOption<T> {
  readonly key: string
  readonly type: ConfigType
  /** Undefined: unset unless somebody sets it. */
  readonly defaultValue: T
  readonly description: string
  /** Old names; using one is worth a warning. */
  readonly deprecatedKeys: readonly string[]
  /** Other names that are as good. */
  readonly fallbackKeys: readonly string[]
  /** For `enum`: the words, in the case in which they are given out. */
  readonly enumValues: readonly string[]
  /** For `enum`: other words for some of them, such as the names of Flink's classes. */
  readonly enumAliases: Readonly<Record<string, string>>
  /** For numbers, durations (ms) and sizes (bytes): the least and the largest value that makes sense. */
  readonly minimum: number
  readonly maximum: number
}

interface OptionDescription {
  readonly description: string
  readonly deprecatedKeys?: readonly string[]
  readonly fallbackKeys?: readonly string[]
}

interface NumberDescription extends OptionDescription {
  readonly minimum?: number
  readonly maximum?: number
}

function option<T>(
  key: string,
  type: ConfigType,
  defaultValue: T,
  about: NumberDescription & Partial<Pick<ConfigOption<T>, 'enumValues' | 'enumAliases'>>,
): ConfigOption<T> {
  const { description, deprecatedKeys = [], fallbackKeys = [], enumValues = [], enumAliases = {} } = about
  const { minimum = -Infinity, maximum = Infinity } = about
  const names = { deprecatedKeys, fallbackKeys, enumValues, enumAliases }
  return { key, type, defaultValue, description, ...names, minimum, maximum }
}

/** A text; undefined as default where there is none. */
export function stringOption<D extends string | undefined>(
  key: string,
  defaultValue: D,
  about: OptionDescription,
): ConfigOption<string | D> {
  return option<string | D>(key, 'string', defaultValue, about)
}

/** A path or URI; a quote or `~` at its beginning is refused, because nobody takes it away. */
export function pathOption(key: string, about: OptionDescription): ConfigOption<string | undefined> {
  return option<string | undefined>(key, 'path', undefined, about)
}

/** A local path that may begin with `~/`. */
export function homePathOption(key: string, defaultValue: string, about: OptionDescription): ConfigOption<string> {
  return option(key, 'home-path', defaultValue, about)
}

/** Local directories in one text; what would make a directory named `file` of a URI, `~` or a quote is refused. */
export function directoriesOption(key: string, about: OptionDescription): ConfigOption<string | undefined> {
  return option<string | undefined>(key, 'directories', undefined, about)
}

export function intOption<D extends number | undefined>(
  key: string,
  defaultValue: D,
  about: NumberDescription,
): ConfigOption<number | D> {
  return option<number | D>(key, 'int', defaultValue, about)
}

export function doubleOption(key: string, defaultValue: number, about: NumberDescription): ConfigOption<number> {
  return option(key, 'double', defaultValue, about)
}

export function booleanOption(key: string, defaultValue: boolean, about: OptionDescription): ConfigOption<boolean> {
  return option(key, 'boolean', defaultValue, about)
}

/** A duration, in ms once parsed. */
export function durationOption<D extends number | undefined>(
  key: string,
  defaultValue: D,
  about: NumberDescription,
): ConfigOption<number | D> {
  return option<number | D>(key, 'duration', defaultValue, about)
}

/** A size, in bytes once parsed. */
export function memoryOption<D extends number | undefined>(
  key: string,
  defaultValue: D,
  about: NumberDescription,
): ConfigOption<number | D> {
  return option<number | D>(key, 'memory', defaultValue, about)
}

/** One of several words, in any case. */
export function enumOption<const E extends string, const D extends E | undefined>(
  key: string,
  defaultValue: D,
  about: OptionDescription & { readonly enumValues: readonly E[]; readonly enumAliases?: Readonly<Record<string, E>> },
): ConfigOption<E | D> {
  return option<E | D>(key, 'enum', defaultValue, about)
}

export function mapOption(key: string, about: OptionDescription): ConfigOption<Readonly<Record<string, string>>> {
  return option<Readonly<Record<string, string>>>(key, 'map', {}, about)
}
