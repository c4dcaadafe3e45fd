import { nearestName } from '../errors/nearest-name.js'
import { durationText } from '../time/duration-text.js'
import type { ConfigOption } from './config-option.js'
import { escapeWithSingleQuote, splitEscaped } from './structured-options-splitter.js'
import { ValueFormatError } from './value-format-error.js'

interface Unit {
  readonly names: readonly string[]
  readonly factor: number
}

/** Ms or bytes. */
const BARE: Unit = { names: [], factor: 1 }

const TIME_UNITS: readonly Unit[] = [
  { names: ['d', 'day', 'days'], factor: 86_400_000 },
  { names: ['h', 'hour', 'hours'], factor: 3_600_000 },
  { names: ['min', 'm', 'minute', 'minutes'], factor: 60_000 },
  { names: ['s', 'sec', 'secs', 'second', 'seconds'], factor: 1000 },
  { names: ['ms', 'milli', 'millis', 'millisecond', 'milliseconds'], factor: 1 },
  { names: ['µs', 'micro', 'micros', 'microsecond', 'microseconds'], factor: 1e-3 },
  { names: ['ns', 'nano', 'nanos', 'nanosecond', 'nanoseconds'], factor: 1e-6 },
]

const MEMORY_UNITS: readonly Unit[] = [
  { names: ['b', 'bytes'], factor: 1 },
  { names: ['k', 'kb', 'kibibytes'], factor: 1024 },
  { names: ['m', 'mb', 'mebibytes'], factor: 1024 ** 2 },
  { names: ['g', 'gb', 'gibibytes'], factor: 1024 ** 3 },
  { names: ['t', 'tb', 'tebibytes'], factor: 1024 ** 4 },
]

/** As many as a Java long holds. */
const LONG_LIMIT = 2 ** 63
const INT_LIMIT = 2_147_483_647

/** The value of a text by the option's type and range; ValueFormatError says what is wrong with it. */
export function parseConfigValue(option: ConfigOption<unknown>, text: string): unknown {
  const value = parseByType(option, text)
  const { minimum, maximum } = option
  if (typeof value === 'number' && (value < minimum || value > maximum)) {
    const limit = value < minimum ? `at least ${limitText(option, minimum)}` : `at most ${limitText(option, maximum)}`
    throw new ValueFormatError(`The value must be ${limit}.${unitAdvice(option, text)}`)
  }
  return value
}

/** Who writes a bare number mostly means another unit than the smallest. */
function unitAdvice({ type }: ConfigOption<unknown>, text: string): string {
  if ((type !== 'memory' && type !== 'duration') || !/^\s*\d+\s*$/.test(text)) return ''
  return type === 'memory' ? ' A number without a unit is bytes.' : ' A number without a unit is milliseconds.'
}

/** A least or greatest value with its unit. */
export function limitText({ type }: ConfigOption<unknown>, limit: number): string {
  if (type === 'duration') return durationText(limit)
  return type === 'memory' ? `${limit} bytes` : String(limit)
}

function parseByType(option: ConfigOption<unknown>, text: string): unknown {
  switch (option.type) {
    case 'string':
      return text
    case 'path':
    case 'home-path':
      return parsePath(text, option.type)
    case 'directories':
      return parseDirectories(text)
    case 'int':
    case 'long':
      return parseWhole(text, option.type === 'int' ? INT_LIMIT : Number.MAX_SAFE_INTEGER)
    case 'double':
      return parseDouble(text)
    case 'boolean':
      return parseBoolean(text)
    case 'duration':
      return parseDuration(text)
    case 'memory':
      return parseMemorySize(text)
    case 'enum':
      return parseEnum(text, option)
    case 'list':
      return splitEscaped(text, ';')
    case 'map':
      return parseMap(text)
  }
}

/** What would make a directory named `"file:` or `~` in the working directory. */
function parsePath(text: string, type: 'path' | 'home-path'): string {
  if (text.trim() === '') throw new ValueFormatError('It is empty. Write the path, or leave the option out.')
  if (/^['"]/.test(text)) {
    throw new ValueFormatError('The quotes would be part of the path. Write it without them.')
  }
  if (!text.startsWith('~') || (type === 'home-path' && /^~($|\/)/.test(text))) return text
  const known = type === 'home-path' ? 'Only ~ and ~/ stand for the home directory here' : '~ stands for nothing here'
  throw new ValueFormatError(`${known}. Write the path in full.`)
}

/** The beginning of an entry that is no path. */
const NO_PATH_ENTRY = /(?:^|[,|:;])\s*(['"~])/

/** Which of them are URIs, and of what, is read where they are used (core/fs/directory-list.ts). */
function parseDirectories(text: string): string {
  const begin = NO_PATH_ENTRY.exec(text)?.[1]
  return begin === undefined ? text : parsePath(begin, 'path')
}

function parseWhole(text: string, limit: number): number {
  const trimmed = text.trim()
  if (!/^[+-]?\d+$/.test(trimmed)) throw new ValueFormatError(`For input string: "${text}": not a whole number.`)
  const value = Number(trimmed)
  if (Math.abs(value) > limit) {
    throw new ValueFormatError(`Configuration value ${text} overflows/underflows the integer type.`)
  }
  return value
}

function parseDouble(text: string): number {
  const trimmed = text.trim()
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) {
    throw new ValueFormatError(`For input string: "${text}": not a number.`)
  }
  return Number(trimmed)
}

function parseBoolean(text: string): boolean {
  const lower = text.trim().toLowerCase()
  if (lower === 'true' || lower === 'false') return lower === 'true'
  throw new ValueFormatError(
    `Unrecognized option for boolean: ${text}. Expected either true or false(case insensitive).`,
  )
}

/** Ms; a number without unit is ms. */
export function parseDuration(text: string): number {
  return Math.floor(parseWithUnit(text, TIME_UNITS, 'Time interval unit label'))
}

/** Bytes; a number without unit is bytes. */
export function parseMemorySize(text: string): number {
  return parseWithUnit(text, MEMORY_UNITS, 'Memory size unit')
}

function parseWithUnit(text: string, units: readonly Unit[], label: string): number {
  const trimmed = text.trim()
  if (trimmed === '') throw new ValueFormatError('argument is an empty- or whitespace-only string.')
  const match = /^(\d+)\s*(.*)$/s.exec(trimmed)
  if (match === null) throw new ValueFormatError('text does not start with a number.')
  const [, digits = '', unitText = ''] = match
  const unit = unitText === '' ? BARE : units.find(({ names }) => names.includes(unitText.toLowerCase()))
  if (unit === undefined) {
    const known = units.map(({ names }) => `(${names.join(' | ')})`).join(' / ')
    throw new ValueFormatError(`${label} '${unitText}' does not match any of the recognized units: ${known}.`)
  }
  const value = Number(digits) * unit.factor
  if (value > LONG_LIMIT) throw new ValueFormatError(`The value ${text} is too large (numeric overflow).`)
  // Java's Long.MAX_VALUE is written for "never"; it stays the largest number that counts exactly.
  return Math.min(value, Number.MAX_SAFE_INTEGER)
}

function parseEnum(text: string, { enumValues, enumAliases }: ConfigOption<unknown>): string {
  const wanted = text.trim().toLowerCase()
  const found = enumValues.find((value) => value.toLowerCase() === wanted)
  if (found !== undefined) return found
  const meant = Object.entries(enumAliases).find(([alias]) => alias.toLowerCase() === wanted)?.[1]
  if (meant !== undefined) return meant
  const near = nearestWord(text, enumValues, enumAliases)
  const question = near === undefined ? '' : ` Did you mean ${near}?`
  throw new ValueFormatError(`${text} is an unknown value. Expected one of: [[${enumValues.join(', ')}]].${question}`)
}

/** Also where a class is named in place of its factory, as Flink's documentation names it: with its package or without. */
function nearestWord(
  text: string,
  enumValues: readonly string[],
  enumAliases: Readonly<Record<string, string>>,
): string | undefined {
  const words = new Map(enumValues.map((value) => [value, value]))
  for (const [alias, value] of Object.entries(enumAliases)) {
    const [factory = ''] = alias.split('.').slice(-1)
    words.set(factory, value).set(factory.replace(/Factory$/, ''), value)
  }
  const [given = ''] = text.trim().split('.').slice(-1)
  return words.get(nearestName(given, words.keys()) ?? '')
}

/** `k1:v1,k2:v2`; keys and values may be quoted by themselves. */
function parseMap(text: string): Record<string, string> {
  return Object.fromEntries(
    splitEscaped(text, ',').map((item) => {
      const [key, value, ...more] = splitEscaped(item, ':')
      if (key === undefined || value === undefined || more.length > 0) {
        throw new ValueFormatError(`Map item is not a key-value pair (missing ':'?): ${item}.`)
      }
      return [key, value]
    }),
  )
}

/** The text that parseConfigValue reads as this value. */
export function formatConfigValue(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => escapeWithSingleQuote(String(item), ';')).join(';')
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([key, item]) => `${escapeWithSingleQuote(key, ':')}:${escapeWithSingleQuote(String(item), ':')}`)
    .map((pair) => escapeWithSingleQuote(pair, ','))
    .join(',')
}
