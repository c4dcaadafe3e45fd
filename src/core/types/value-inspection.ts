import { ValueNotSerializableError } from './value-not-serializable-error.js'

/** Deeper values may be cyclic; the exact codec handles both. */
const PLAIN_DEPTH = 32

/**
 * True when a value is made of what msgpack carries without loss: null, booleans, numbers but -0, well-formed strings,
 * dense arrays and plain objects. Everything else goes through the exact codec.
 */
export function isPlain(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed()
    case 'number':
      return value !== 0 || !Object.is(value, -0)
    case 'boolean':
      return true
    case 'object':
      if (value === null) return true
      return depth < PLAIN_DEPTH && (Array.isArray(value) ? isPlainArray(value, depth) : isPlainObject(value, depth))
    default:
      return false
  }
}

function isPlainArray(array: readonly unknown[], depth: number): boolean {
  for (let index = 0; index < array.length; index += 1) {
    const item = array[index]
    // A hole reads as undefined, which is not plain either.
    if (item === undefined || !isPlain(item, depth + 1)) return false
  }
  return Object.keys(array).length === array.length
}

function isPlainObject(object: object, depth: number): boolean {
  if (Object.getPrototypeOf(object) !== Object.prototype) return false
  for (const key in object) {
    if (key === '__proto__' || !key.isWellFormed()) return false
    if (!isPlain((object as Record<string, unknown>)[key], depth + 1)) return false
  }
  return Object.getOwnPropertySymbols(object).length === 0
}

/** Throws ValueNotSerializableError for the first part of a value that would not arrive as it left. */
export function checkSerializable(value: unknown, path = 'the value', seen: Set<object> = new Set()): void {
  switch (typeof value) {
    case 'function':
      throw new ValueNotSerializableError(path, 'a function')
    case 'symbol':
      throw new ValueNotSerializableError(path, 'a symbol')
    case 'object':
      if (value === null || seen.has(value)) return
      seen.add(value)
      checkObject(value, path, seen)
      return
    default:
  }
}

function checkObject(object: object, path: string, seen: Set<object>): void {
  if (object instanceof Map) {
    for (const [key, item] of object as Map<unknown, unknown>) {
      checkSerializable(key, `a key of ${path}`, seen)
      checkSerializable(item, `${path}.get(${describeKey(key)})`, seen)
    }
    return
  }
  if (object instanceof Set) {
    for (const item of object as Set<unknown>) checkSerializable(item, `an element of ${path}`, seen)
    return
  }
  if (isLeaf(object)) return
  if (object instanceof Error) {
    checkSerializable(object.cause, `${path}.cause`, seen)
    return
  }
  checkPrototype(object, path)
  checkSymbols(object, path)
  for (const [key, item] of Object.entries(object)) {
    checkSerializable(item, Array.isArray(object) ? `${path}[${key}]` : childPath(path, key), seen)
  }
}

function isLeaf(object: object): boolean {
  const isBytes = ArrayBuffer.isView(object) || object instanceof ArrayBuffer
  if (isBytes) return true
  return isBuiltIn(object, Date.prototype) || isBuiltIn(object, RegExp.prototype) || isBoxed(object)
}

function isBuiltIn(object: object, prototype: object): boolean {
  return Object.getPrototypeOf(object) === prototype
}

function isBoxed(object: object): boolean {
  return [Number.prototype, String.prototype, Boolean.prototype, BigInt.prototype].some((prototype) =>
    isBuiltIn(object, prototype),
  )
}

function checkPrototype(object: object, path: string): void {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype === null || prototype === Object.prototype || prototype === Array.prototype) return
  const name = (object as { constructor?: { name?: unknown } }).constructor?.name
  const className = typeof name === 'string' && name !== '' ? name : 'without a name'
  throw new ValueNotSerializableError(path, `an instance of class ${className}`)
}

function checkSymbols(object: object, path: string): void {
  const [symbol] = Object.getOwnPropertySymbols(object)
  if (symbol !== undefined) throw new ValueNotSerializableError(`${path}[${String(symbol)}]`, 'a property with a symbol as name')
}

function childPath(path: string, key: string): string {
  return path === 'the value' ? key : `${path}.${key}`
}

function describeKey(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key) : String(key)
}
