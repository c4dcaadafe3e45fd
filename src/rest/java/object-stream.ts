/**
 * The bytes of Java objects as `java.io.ObjectOutputStream` writes them (Java Object Serialization Specification, chapter 6), as
 * far as what Flink's client reads needs them.
 */

export const STREAM_HEADER: Buffer = Buffer.from('aced0005', 'hex')
/** Bytes that say what comes next. */
export const NULL: Buffer = Buffer.from([0x70])
export const OBJECT: Buffer = Buffer.from([0x73])
export const END: Buffer = Buffer.from([0x78])
const REFERENCE = Buffer.from([0x71])
const CLASS_DESCRIPTION = Buffer.from([0x72])
const STRING = Buffer.from([0x74])
const LONG_STRING = Buffer.from([0x7c])

/** Classes, objects and strings are numbered in the order in which they were written; later ones name them by that. */
const FIRST_HANDLE = 0x7e0000
const SERIALIZABLE = 2
const HAS_WRITE_METHOD = 1
const MOST_BYTES_OF_SHORT_TEXT = 0xffff
/** Two characters of which each has a form of its own in Java: NUL, and one half of a pair. */
const UNLIKE_UTF_8 = /[\0\ud800-\udfff]/

/** A field of a class: `L` an object, `[` an array, both with a type; `J` and `D` are numbers. */
export type JavaField =
  readonly [kind: 'L' | '[', name: string, type: Buffer] | readonly [kind: 'J' | 'D', name: string]

export interface JavaClass {
  readonly name: string
  readonly serialVersionUid: bigint
  /** More follows the values of its fields. */
  readonly hasWriteMethod?: true
  readonly fields: readonly JavaField[]
}

/** A class and those that it extends, from the outermost inwards. The values of their fields come in the opposite order. */
export function classes(...described: readonly JavaClass[]): Buffer {
  return Buffer.concat([...described.map(classOf), NULL])
}

/** What was written as the `index`th, counted from 0. */
export function reference(index: number): Buffer {
  return Buffer.concat([REFERENCE, sizeOf(FIRST_HANDLE + index, 4)])
}

/** A string, of any length and characters. */
export function text(value: string): Buffer {
  const bytes = modifiedUtf8(value)
  return bytes.length > MOST_BYTES_OF_SHORT_TEXT
    ? Buffer.concat([LONG_STRING, sizeOf(0, 4), sizeOf(bytes.length, 4), bytes])
    : Buffer.concat([STRING, sizeOf(bytes.length, 2), bytes])
}

export function long(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

export function double(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes
}

function classOf({ name, serialVersionUid, hasWriteMethod, fields }: JavaClass): Buffer {
  const flags = SERIALIZABLE | (hasWriteMethod === true ? HAS_WRITE_METHOD : 0)
  const described = fields.flatMap(([kind, field, type]) => [Buffer.from(kind), utf(field), type ?? Buffer.alloc(0)])
  const head = [CLASS_DESCRIPTION, utf(name), long(serialVersionUid), Buffer.from([flags]), sizeOf(fields.length, 2)]
  return Buffer.concat([...head, ...described, END])
}

/** A name, which has neither odd characters nor a length to speak of. */
function utf(value: string): Buffer {
  return Buffer.concat([sizeOf(value.length, 2), Buffer.from(value)])
}

function sizeOf(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

/** Java's: every character of UTF-16 for itself, so that a pair is six bytes, and NUL in two. */
function modifiedUtf8(value: string): Buffer {
  if (!UNLIKE_UTF_8.test(value)) return Buffer.from(value)
  const bytes = Buffer.alloc(value.length * 3)
  let at = 0
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index)
    if (unit > 0x7ff) {
      at = bytes.writeUInt8(0xe0 | (unit >> 12), at)
      at = bytes.writeUInt8(0x80 | ((unit >> 6) & 0x3f), at)
      at = bytes.writeUInt8(0x80 | (unit & 0x3f), at)
    } else if (unit > 0x7f || unit === 0) {
      at = bytes.writeUInt8(0xc0 | (unit >> 6), at)
      at = bytes.writeUInt8(0x80 | (unit & 0x3f), at)
    } else {
      at = bytes.writeUInt8(unit, at)
    }
  }
  return bytes.subarray(0, at)
}
