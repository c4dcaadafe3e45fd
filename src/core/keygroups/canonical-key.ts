import { FlinkError } from '../errors/flink-error.js'
import type { DataInputView } from '../memory/data-input-view.js'
import { DataOutputView } from '../memory/data-output-view.js'

/**
 * How a key's bytes are formed. `auto`: by the value itself; `double`: 0 and -0 are two keys (Java's Double); a tuple or
 * record names the kinds of its parts.
 *
 * @example
 * ```ts
 * import { Types, type KeyKind } from 'flink-ts'
 *
 * const pair: KeyKind = Types.TUPLE(Types.STRING, Types.DOUBLE).keyKind()
 * const same: KeyKind = { tuple: ['auto', 'double'] }
 * ```
 */
export type KeyKind =
  | 'auto'
  | 'double'
  | { readonly tuple: readonly KeyKind[] }
  | { readonly record: readonly (readonly [name: string, kind: KeyKind])[] }

const TAG = { null: 0, false: 1, true: 2, number: 3, string: 4, bigint: 5, date: 6, tuple: 7, record: 8 } as const

/** Deeper keys are taken for cyclic ones. */
const DEEPEST = 64

type Fields = Readonly<Record<string, unknown>>

interface KeyTarget {
  readonly output: DataOutputView
  readonly depth: number
}

const scratch = new DataView(new ArrayBuffer(8))
const scratchOutput = new DataOutputView()

/**
 * Hash of a key: Java's Arrays.hashCode over its canonical bytes. Equal keys have equal bytes and so equal hashes, in
 * every process. Strings of ASCII characters and numbers are hashed without the bytes being made.
 */
export function hashKey(key: unknown, kind: KeyKind): number {
  if (typeof key === 'string') {
    const hash = hashAscii(key)
    if (hash !== undefined) return hash
  } else if (typeof key === 'number') {
    return hashNumber(canonicalNumber(key, kind))
  }
  // One piece of memory for all keys: a view of its own costs more than everything else here.
  scratchOutput.reset()
  encodeKey(key, kind, scratchOutput)
  return hashBytes(scratchOutput.bytes, scratchOutput.position)
}

/** The canonical bytes of a key, as encodeKey writes them. */
export function keyBytes(key: unknown, kind: KeyKind): Uint8Array {
  const output = new DataOutputView(32)
  encodeKey(key, kind, output)
  return output.toBytes()
}

/** Writes the canonical bytes of a key; an InvalidKeyError says why a value has none. */
export function encodeKey(key: unknown, kind: KeyKind, output: DataOutputView): void {
  writeKey(key, kind, { output, depth: 0 })
}

/** A key equal to the one whose bytes were written with the same kind. */
export function decodeKey(kind: KeyKind, input: DataInputView): unknown {
  const tag = input.readInt8()
  switch (tag) {
    case TAG.null:
      return null
    case TAG.false:
    case TAG.true:
      return tag === TAG.true
    case TAG.number:
      return input.readFloat64()
    case TAG.string:
      return input.readUtf8()
    case TAG.bigint:
      return BigInt(input.readUtf8())
    case TAG.date:
      return new Date(input.readFloat64())
    case TAG.tuple: {
      const kinds = partKinds(kind)
      return Array.from({ length: input.readVarInt() }, (_, index) => decodeKey(kinds[index] ?? 'auto', input))
    }
    default: {
      if (tag !== TAG.record) throw new FlinkError('ASSERTION_FAILED', { what: `${tag} is no tag of a key` })
      return Object.fromEntries(recordFields(kind).map(([name, fieldKind]) => [name, decodeKey(fieldKind, input)]))
    }
  }
}

/**
 * What decodeKey gives of the bytes of a key that has been hashed: it shares no object with it. By way of the bytes a pair
 * takes 4 µs more.
 */
export function copyKey(key: unknown, kind: KeyKind): unknown {
  if (typeof key === 'number') return canonicalNumber(key, kind)
  if (typeof key !== 'object' || key === null) return key
  if (key instanceof Date) return new Date(key.getTime())
  if (Array.isArray(key)) {
    const kinds = partKinds(kind)
    return key.map((part, index) => copyKey(part, kinds[index] ?? 'auto'))
  }
  const fields = key as Fields
  return Object.fromEntries(recordFields(kind).map(([name, fieldKind]) => [name, copyKey(fields[name], fieldKind)]))
}

/** True exactly when the canonical bytes are equal. */
export function keysEqual(left: unknown, right: unknown, kind: KeyKind): boolean {
  if (left === right) return kind !== 'double' || Object.is(left, right)
  if (typeof left === 'number') return Number.isNaN(left) && typeof right === 'number' && Number.isNaN(right)
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  return objectKeysEqual(left, right, kind)
}

function objectKeysEqual(left: object, right: object, kind: KeyKind): boolean {
  if (left instanceof Date || right instanceof Date) {
    return left instanceof Date && right instanceof Date && keysEqual(left.getTime(), right.getTime(), 'auto')
  }
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
    const others: readonly unknown[] = right
    const kinds = partKinds(kind)
    return left.every((part, index) => keysEqual(part, others[index], kinds[index] ?? 'auto'))
  }
  if (typeof kind !== 'object' || !('record' in kind)) return false
  const [a, b] = [left as Fields, right as Fields]
  return kind.record.every(([name, fieldKind]) => keysEqual(a[name], b[name], fieldKind))
}

/** What is wrong with a value as a key; the operator that knows its own name turns it into NULL_KEY or KEY_INVALID. */
export class InvalidKeyError extends Error {
  override readonly name: string = 'InvalidKeyError'
  readonly isNull: boolean

  constructor(message: string, isNull = false) {
    super(message)
    this.isNull = isNull
  }
}

export function keyInvalid(operator: string, error: InvalidKeyError): FlinkError {
  if (error.isNull) return new FlinkError('NULL_KEY', { operator }, { cause: error })
  return new FlinkError('KEY_INVALID', { operator, reason: error.message }, { cause: error })
}

function hashAscii(text: string): number | undefined {
  const length = text.length
  // Tag and length come first in the bytes; a length below 128 is one byte.
  if (length > 127) return undefined
  let hash = Math.imul(31 + TAG.string, 31) + length
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 127) return undefined
    hash = (Math.imul(hash, 31) + code) | 0
  }
  return hash | 0
}

function hashNumber(value: number): number {
  scratch.setFloat64(0, value)
  let hash = 31 + TAG.number
  for (let index = 0; index < 8; index += 1) hash = (Math.imul(hash, 31) + scratch.getInt8(index)) | 0
  return hash
}

function hashBytes(bytes: Uint8Array, length: number): number {
  let hash = 1
  for (let index = 0; index < length; index += 1) {
    hash = (Math.imul(hash, 31) + (((bytes[index] as number) << 24) >> 24)) | 0
  }
  return hash
}

function writeKey(key: unknown, kind: KeyKind, target: KeyTarget): void {
  const { output } = target
  switch (typeof key) {
    case 'string':
      if (!key.isWellFormed()) throw new InvalidKeyError('it holds a lone surrogate, which has no UTF-8 form')
      output.writeInt8(TAG.string)
      output.writeUtf8(key)
      break
    case 'number':
      output.writeInt8(TAG.number)
      output.writeFloat64(canonicalNumber(key, kind))
      break
    case 'boolean':
      output.writeInt8(key ? TAG.true : TAG.false)
      break
    case 'bigint':
      output.writeInt8(TAG.bigint)
      output.writeUtf8(key.toString())
      break
    case 'object':
      if (key === null) throw new InvalidKeyError('it is null', true)
      writeObjectKey(key, kind, target)
      break
    case 'undefined':
      throw new InvalidKeyError('it is undefined. Is a return missing, or a field?')
    case 'function':
    case 'symbol':
      throw new InvalidKeyError(`it is a ${typeof key}`)
  }
}

function writeObjectKey(key: object, kind: KeyKind, target: KeyTarget): void {
  const { output, depth } = target
  if (depth >= DEEPEST) throw new InvalidKeyError(`it is nested more than ${DEEPEST} deep, or contains itself`)
  const inner = { output, depth: depth + 1 }
  if (key instanceof Date) {
    output.writeInt8(TAG.date)
    output.writeFloat64(canonicalNumber(key.getTime(), 'auto'))
  } else if (Array.isArray(key)) {
    const parts: readonly unknown[] = key
    const kinds = partKinds(kind)
    output.writeInt8(TAG.tuple)
    output.writeVarInt(parts.length)
    for (let index = 0; index < parts.length; index += 1) writePart(parts[index], kinds[index] ?? 'auto', inner)
  } else if (typeof kind === 'object' && 'record' in kind) {
    output.writeInt8(TAG.record)
    for (const [name, fieldKind] of kind.record) writePart((key as Fields)[name], fieldKind, inner)
  } else {
    throw new InvalidKeyError('it is an object; use a string, number, array, or declare its type with Types.OBJECT')
  }
}

/** Inside a tuple or record null is a value like others. */
function writePart(part: unknown, kind: KeyKind, target: KeyTarget): void {
  if (part === null) target.output.writeInt8(TAG.null)
  else writeKey(part, kind, target)
}

/** One NaN, and 0 for -0 unless the key is declared as double. */
function canonicalNumber(value: number, kind: KeyKind): number {
  if (Number.isNaN(value)) return Number.NaN
  return kind === 'double' ? value : value + 0
}

function partKinds(kind: KeyKind): readonly KeyKind[] {
  return typeof kind === 'object' && 'tuple' in kind ? kind.tuple : []
}

function recordFields(kind: KeyKind): readonly (readonly [name: string, kind: KeyKind])[] {
  return typeof kind === 'object' && 'record' in kind ? kind.record : []
}
