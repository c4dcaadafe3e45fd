import { SeenObjects } from './seen-objects.js'

const MAX_DEPTH = 64
const MAX_KEYS = 64
/** The decoder of the library drops a byte order mark in front of longer strings. */
const BYTE_ORDER_MARK = 0xfeff
const LONG_STRING = 21
const INT64_LIMIT = 1n << 63n

/**
 * Finds the values that the library encodes exactly as they are: trees of plain objects and dense arrays over
 * primitives, dates, buffers and 64-bit bigints. Everything else, refused or not, goes the way of ObjectGraphWriter.
 */
export class PlainValueCheck {
  // Objects below the root that were met in this walk: one that is met twice is not a tree. Flat values never get here.
  readonly #seen = new SeenObjects()

  isPlain(value: unknown): boolean {
    this.#seen.clear()
    return this.#isPlainAt(value, 0)
  }

  #isPlainAt(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        return isExactString(value)
      case 'number':
        return value !== 0 || !Object.is(value, -0)
      case 'boolean':
      case 'undefined':
        return true
      case 'bigint':
        return isInt64(value)
      case 'object':
        return value === null || this.#isPlainObject(value, depth)
      default:
        return false
    }
  }

  #isPlainObject(value: object, depth: number): boolean {
    if (depth > 0 && (depth > MAX_DEPTH || this.#seen.has(value))) return false
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return this.#hasPlainFields(value as Readonly<Record<string, unknown>>, depth)
    if (prototype === Array.prototype) return this.#hasPlainElements(value as readonly unknown[], depth)
    return prototype === Date.prototype || prototype === Buffer.prototype
  }

  #hasPlainFields(fields: Readonly<Record<string, unknown>>, depth: number): boolean {
    let count = 0
    for (const key in fields) {
      count += 1
      if (count > MAX_KEYS || !isPlainKey(key) || !this.#isPlainAt(fields[key], depth + 1)) return false
    }
    return Object.getOwnPropertySymbols(fields).length === 0
  }

  #hasPlainElements(elements: readonly unknown[], depth: number): boolean {
    // Holes and extra properties show in the number of keys; when they cancel out, the last key is a name.
    const keys = Object.keys(elements)
    const length = elements.length
    if (keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1))) return false
    for (let index = 0; index < length; index += 1) {
      if (!this.#isPlainAt(elements[index], depth + 1)) return false
    }
    return Object.getOwnPropertySymbols(elements).length === 0
  }
}

/** A deep copy of a value that passed the check. */
export function copyPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return (value as readonly unknown[]).map(copyPlain)
  if (value instanceof Date) return new Date(value.getTime())
  if (Buffer.isBuffer(value)) return Buffer.from(value)
  const copy: Record<string, unknown> = {}
  const fields = value as Readonly<Record<string, unknown>>
  for (const key in fields) copy[key] = copyPlain(fields[key])
  return copy
}

/** Strings that come back from the library exactly. */
export function isExactString(text: string): boolean {
  return text.isWellFormed() && (text.length <= LONG_STRING || text.charCodeAt(0) !== BYTE_ORDER_MARK)
}

export function isInt64(value: bigint): boolean {
  return value < INT64_LIMIT && value >= -INT64_LIMIT
}

/** Of a field. */
export function isPlainKey(key: string): boolean {
  return isExactString(key) && key !== 'constructor' && key !== '__proto__'
}
