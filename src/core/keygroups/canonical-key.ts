import { FlinkError } from '../errors/flink-error.js'
import { DataOutputView } from '../memory/data-output-view.js'

/**
 * How a key's bytes are formed. `auto`: by the value itself; `double`: 0 and -0 are two keys (Java's Double); a tuple or
 * record names the kinds of its parts.
 */
export type KeyKind =
  | 'auto'
  | 'double'
  | { readonly tuple: readonly KeyKind[] }
  | { readonly record: readonly (readonly [name: string, kind: KeyKind])[] }

const TAG = { null: 0, false: 1, true: 2, number: 3, string: 4, bigint: 5, date: 6, tuple: 7, record: 8 } as const

const scratch = new DataView(new ArrayBuffer(8))

/**
 * Hash of a key: Java's Arrays.hashCode over its canonical bytes. Equal keys have equal bytes and so equal hashes, in
 * every process. Strings of ASCII characters and numbers are hashed without the bytes being made.
 */
export function hashKey(key: unknown, kind: KeyKind): number {
  if (typeof key === 'string') {
    const hash = hashAscii(key)
    if (hash !== undefined) return hash
  } else if (typeof key === 'number') {
    return hashNumber(kind === 'double' ? key : key + 0)
  }
  return hashBytes(keyBytes(key, kind))
}

/** The canonical bytes of a key; KEY_INVALID's reason is thrown as InvalidKeyError for the caller to name the operator. */
export function keyBytes(key: unknown, kind: KeyKind): Uint8Array {
  const output = new DataOutputView(32)
  writeKey(key, kind, output)
  return output.toBytes()
}

export function keysEqual(left: unknown, right: unknown, kind: KeyKind): boolean {
  if (typeof left !== 'object' || left === null) {
    if (left === right) return kind !== 'double' || Object.is(left, right)
    return typeof left === 'number' && Number.isNaN(left) && typeof right === 'number' && Number.isNaN(right)
  }
  if (typeof right !== 'object' || right === null) return false
  const a = keyBytes(left, kind)
  const b = keyBytes(right, kind)
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** What is wrong with a value as a key; the operator that knows its own name turns it into KEY_INVALID. */
export class InvalidKeyError extends Error {
  override readonly name: string = 'InvalidKeyError'
}

export function keyInvalid(operator: string, error: InvalidKeyError): FlinkError {
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
  scratch.setFloat64(0, Number.isNaN(value) ? Number.NaN : value)
  let hash = 31 + TAG.number
  for (let index = 0; index < 8; index += 1) hash = (Math.imul(hash, 31) + scratch.getInt8(index)) | 0
  return hash
}

function hashBytes(bytes: Uint8Array): number {
  let hash = 1
  for (const byte of bytes) hash = (Math.imul(hash, 31) + ((byte << 24) >> 24)) | 0
  return hash
}

function writeKey(key: unknown, kind: KeyKind, output: DataOutputView): void {
  switch (typeof key) {
    case 'string':
      if (!key.isWellFormed()) throw new InvalidKeyError('it holds a lone surrogate, which has no UTF-8 form')
      output.writeInt8(TAG.string)
      output.writeUtf8(key)
      break
    case 'number':
      output.writeInt8(TAG.number)
      output.writeFloat64(Number.isNaN(key) ? Number.NaN : kind === 'double' ? key : key + 0)
      break
    case 'boolean':
      output.writeInt8(key ? TAG.true : TAG.false)
      break
    case 'bigint':
      output.writeInt8(TAG.bigint)
      output.writeUtf8(key.toString())
      break
    case 'object':
      writeObjectKey(key, kind, output)
      break
    case 'undefined':
      throw new InvalidKeyError('it is undefined')
    case 'function':
    case 'symbol':
      throw new InvalidKeyError(`it is a ${typeof key}`)
  }
}

function writeObjectKey(key: object | null, kind: KeyKind, output: DataOutputView): void {
  if (key === null) throw new InvalidKeyError('it is null')
  if (key instanceof Date) {
    output.writeInt8(TAG.date)
    output.writeFloat64(key.getTime())
  } else if (Array.isArray(key)) {
    const parts: readonly unknown[] = key
    const kinds = typeof kind === 'object' && 'tuple' in kind ? kind.tuple : []
    output.writeInt8(TAG.tuple)
    output.writeVarInt(parts.length)
    parts.forEach((part, index) => {
      writePart(part, kinds[index] ?? 'auto', output)
    })
  } else if (typeof kind === 'object' && 'record' in kind) {
    const fields = key as Readonly<Record<string, unknown>>
    output.writeInt8(TAG.record)
    for (const [name, fieldKind] of kind.record) writePart(fields[name], fieldKind, output)
  } else {
    throw new InvalidKeyError('it is an object; use a string, number, array, or declare its type with Types.OBJECT')
  }
}

/** Inside a tuple or record null is a value like others. */
function writePart(part: unknown, kind: KeyKind, output: DataOutputView): void {
  if (part === null) output.writeInt8(TAG.null)
  else writeKey(part, kind, output)
}
