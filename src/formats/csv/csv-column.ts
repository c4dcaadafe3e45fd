// Duty: a text of a column as a value of its type, and back.
// Invariants: nothing is guessed: a text that does not say a value of the type gives undefined.
import { parseTypeDescription, type SimpleTypeName } from '../../core/types/type-description.js'
import { instantOfText } from '../instant-of-text.js'

type Reader = (text: string) => unknown

export interface CsvColumn {
  readonly name: string
  /** In words, for errors. */
  readonly expected: string
  /** Undefined for a text that is none. */
  readonly read: Reader
  /** Of a list: of its elements, which `read` does not take. */
  readonly isList: boolean
}

const DIGIT_0 = 48
const DIGIT_9 = 57
const MINUS = 45
const POINT = 46
/** So many digits are a number that is exact, whatever they say. */
const SAFE_DIGITS = 15
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/
const NAMED_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

const READERS: Readonly<Record<SimpleTypeName, readonly [Reader, expected: string]>> = {
  STRING: [(text) => text, 'a text'],
  LONG: [wholeNumber, 'a whole number up to 2^53'],
  INT: [wholeNumber, 'a whole number up to 2^53'],
  DOUBLE: [double, 'a number'],
  BOOLEAN: [boolean, 'true or false'],
  BIG_INT: [bigInt, 'a whole number'],
  LONG_BIGINT: [bigInt, 'a whole number'],
  INSTANT: [instantOfText, 'a time, such as 2024-05-01T10:00:00Z'],
  GENERIC: [(text) => text, 'a text'],
}

/** Undefined for a type that no text of CSV can be. */
export function csvColumn(name: string, description: string): CsvColumn | undefined {
  const type = parseTypeDescription(description)
  const isList = type.kind === 'list'
  const simple = isList ? type.element : type
  if (simple.kind !== 'simple') return undefined
  const [read, expected] = READERS[simple.name]
  return { name, expected, read, isList }
}

function wholeNumber(text: string): number | undefined {
  const { length } = text
  const isNegative = text.charCodeAt(0) === MINUS
  const first = isNegative ? 1 : 0
  if (length === first || length - first > SAFE_DIGITS) return longNumber(text)
  let value = 0
  for (let at = first; at < length; at += 1) {
    const digit = text.charCodeAt(at)
    if (digit < DIGIT_0 || digit > DIGIT_9) return longNumber(text)
    value = value * 10 + (digit - DIGIT_0)
  }
  return isNegative ? 0 - value : value
}

function longNumber(text: string): number | undefined {
  const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}

/**
 * Most are digits with a point among them: whole digits through a power of ten, both of which are exact, is the number that they say.
 * On rows with one such column of five that is a tenth of the time of all.
 */
function double(text: string): number | undefined {
  const { length } = text
  const first = text.charCodeAt(0) === MINUS ? 1 : 0
  if (length === first || length - first > SAFE_DIGITS) return anyDouble(text)
  let value = 0
  let scale = 0
  for (let at = first; at < length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === POINT && scale === 0 && at > first && at < length - 1) scale = 1
    else if (code < DIGIT_0 || code > DIGIT_9) return anyDouble(text)
    else {
      value = value * 10 + (code - DIGIT_0)
      scale *= 10
    }
  }
  const magnitude = scale > 1 ? value / scale : value
  return first === 1 ? -magnitude : magnitude
}

function anyDouble(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : NAMED_NUMBERS.get(text.trim())
}

function boolean(text: string): boolean | undefined {
  if (text === 'true') return true
  if (text === 'false') return false
  const lower = text.trim().toLowerCase()
  if (lower === 'true') return true
  return lower === 'false' ? false : undefined
}

function bigInt(text: string): bigint | undefined {
  return /^\s*-?\d+\s*$/.test(text) ? BigInt(text.trim()) : undefined
}
