import type { ConfigOption } from './config-option.js'

/** Why a text is no value of its type; configuration.ts adds key and place. */
export class ValueFormatError extends Error {
  override readonly name: string = 'ValueFormatError'
}

interface Unit {
  readonly names: readonly string[]
  readonly factor: number
}

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

const INT_LIMIT = 2_147_483_647

/** The value of a text by the option's type; ValueFormatError says what is wrong with it. */
export function parseConfigValue(option: ConfigOption<unknown>, text: string): unknown {
  switch (option.type) {
    case 'string':
      return text
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
      return parseEnum(text, option.enumValues)
    case 'list':
      return splitQuoted(text, ';')
    case 'map':
      return parseMap(text)
  }
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
  throw new ValueFormatError(`Unrecognized option for boolean: ${text}. Expected either true or false(case insensitive).`)
}

/** Ms; a number without unit is ms. */
export function parseDuration(text: string): number {
  return Math.floor(parseWithUnit(text, TIME_UNITS, 1, 'Time interval unit label'))
}

/** Bytes; a number without unit is bytes. */
export function parseMemorySize(text: string): number {
  return parseWithUnit(text, MEMORY_UNITS, 1, 'Memory size unit')
}

function parseWithUnit(text: string, units: readonly Unit[], bareFactor: number, label: string): number {
  const trimmed = text.trim()
  if (trimmed === '') throw new ValueFormatError('argument is an empty- or whitespace-only string.')
  const match = /^(\d+)\s*(.*)$/s.exec(trimmed)
  if (match === null) throw new ValueFormatError('text does not start with a number.')
  const [, digits = '', unitText = ''] = match
  if (unitText === '') return Number(digits) * bareFactor
  const unit = units.find(({ names }) => names.includes(unitText.toLowerCase()))
  if (unit !== undefined) return Number(digits) * unit.factor
  const known = units.map(({ names }) => `(${names.join(' | ')})`).join(' / ')
  throw new ValueFormatError(`${label} '${unitText}' does not match any of the recognized units: ${known}.`)
}

function parseEnum(text: string, values: readonly string[]): string {
  const wanted = text.trim().toLowerCase()
  const found = values.find((value) => value.toLowerCase() === wanted)
  if (found !== undefined) return found
  throw new ValueFormatError(`${text} is an unknown value. Expected one of: [[${values.join(', ')}]].`)
}

/** `k1:v1,k2:v2` */
function parseMap(text: string): Record<string, string> {
  const map: Record<string, string> = {}
  for (const item of splitQuoted(text, ',')) {
    const colon = item.indexOf(':')
    if (colon === -1) throw new ValueFormatError(`Map item is not a key-value pair (missing ':'?): ${item}.`)
    map[item.slice(0, colon).trim()] = item.slice(colon + 1).trim()
  }
  return map
}

/** Items apart by the delimiter; quotes protect it, doubled quotes stand for themselves. */
export function splitQuoted(text: string, delimiter: string): string[] {
  const items: string[] = []
  const pattern = /\s*(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([^'"][^;,]*)?)\s*/y
  for (let at = 0; at <= text.length;) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    const end = match === null ? at : pattern.lastIndex
    if (match === null || (end < text.length && text[end] !== delimiter)) {
      const next = text.indexOf(delimiter, at)
      if (/['"]/.test(text.slice(at, at + 1))) {
        throw new ValueFormatError(`Could not split string. Illegal quoting at position: ${String(end)}.`)
      }
      items.push(text.slice(at, next === -1 ? undefined : next).trim())
      at = next === -1 ? text.length + 1 : next + 1
      continue
    }
    const [, single, double, bare] = match
    items.push(single?.replaceAll("''", "'") ?? double?.replaceAll('""', '"') ?? bare?.trim() ?? '')
    at = end + 1
  }
  return items.filter((item) => item !== '')
}
