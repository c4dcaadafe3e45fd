/**
 * The form of values that the library would not keep as they are: a flat list of nodes, the first of which is the root.
 * A node is `[kind, ...slots]`. A slot is a primitive as it is, or an array: `[index]` refers to a node, an array that
 * begins with one of LEAF spells a primitive that the library would change. No array nests deeper, so neither does the
 * encoding, however deep the value is.
 */
export type GraphNode = readonly unknown[]

export const NODE = {
  /** key, value, key, value ... */
  object: 'o',
  /** The same without a prototype. */
  nullObject: 'O',
  /** element, element ... */
  array: 'a',
  /** length, key, value, key, value ...: an array with holes or named properties */
  sparseArray: 'A',
  map: 'm',
  set: 's',
  /** time; NaN for an invalid date */
  date: 'd',
  /** source, flags */
  regExp: 'r',
  /** constructor, name, message, stack, has cause, cause, key, value ...; a string that is not there is null */
  error: 'e',
  /** class, key, value, key, value ...: an instance of a registered class */
  instance: 'i',
  /** class, plain form: an instance of a registered class with a form of its own */
  formed: 'c',
  /** class, then as error: an error of a registered class */
  registeredError: 'E',
  buffer: 'B',
  arrayBuffer: 'b',
  dataView: 'v',
  /** constructor, bytes */
  typedArray: 't',
} as const

export const LEAF = { negativeZero: '-0', bigint: 'n', utf16: 'u' } as const

export type TypedArrayConstructor =
  | typeof Int8Array
  | typeof Uint8Array
  | typeof Uint8ClampedArray
  | typeof Int16Array
  | typeof Uint16Array
  | typeof Int32Array
  | typeof Uint32Array
  | typeof Float32Array
  | typeof Float64Array
  | typeof BigInt64Array
  | typeof BigUint64Array

const TYPED_ARRAYS: readonly TypedArrayConstructor[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
]

export type ErrorClass =
  | typeof Error
  | typeof EvalError
  | typeof RangeError
  | typeof ReferenceError
  | typeof SyntaxError
  | typeof TypeError
  | typeof URIError

const ERRORS: readonly ErrorClass[] = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]

const CARRIED: ReadonlySet<unknown> = new Set(
  [Object, Array, Map, Set, Date, RegExp, Buffer, ArrayBuffer, DataView].map((one): unknown => one.prototype),
)

export function typedArrayOfPrototype(prototype: unknown): TypedArrayConstructor | undefined {
  return TYPED_ARRAYS.find((one) => one.prototype === prototype)
}

export function typedArrayNamed(name: unknown): TypedArrayConstructor | undefined {
  return TYPED_ARRAYS.find((one) => one.name === name)
}

export function errorOfPrototype(prototype: unknown): ErrorClass | undefined {
  return ERRORS.find((one) => one.prototype === prototype)
}

export function errorNamed(name: unknown): ErrorClass | undefined {
  return ERRORS.find((one) => one.name === name)
}

/** True for the prototypes of objects that have a node kind of their own. */
export function carriedAsItIs(prototype: unknown): boolean {
  return (
    CARRIED.has(prototype) ||
    typedArrayOfPrototype(prototype) !== undefined ||
    errorOfPrototype(prototype) !== undefined
  )
}
