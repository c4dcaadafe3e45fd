import { writeCharCodes } from '../memory/char-codes.js'
import type { DataInputView } from '../memory/data-input-view.js'
import type { DataOutputView } from '../memory/data-output-view.js'

/**
 * The commonest keys and values (short ASCII texts, numbers, booleans, null) as the structured serializer writes them, length
 * and MessagePack, without the way through the library. Figures (Node 20, ns to write + to read, library / here, best of
 * twelve rounds of 200,000): `user-123456` 84 + 144 / 29 + 53, a uuid 300 + 450 / 185 + 194, integers 94 + 174 / 11 + 9,
 * doubles 104 + 165 / 19 + 11. The keys of a snapshot of 1,000,000 go through it.
 */
const TOKEN = {
  fixText: 0xa0,
  null: 0xc0,
  false: 0xc2,
  true: 0xc3,
  float64: 0xcb,
  uint8: 0xcc,
  uint16: 0xcd,
  uint32: 0xce,
  int8: 0xd0,
  int16: 0xd1,
  int32: 0xd2,
  text8: 0xd9,
} as const

/** Longer texts have a length that is written in two bytes; the library does them. */
const LONGEST_TEXT = 61
const LONGEST_FIX_TEXT = 31
/** The MessagePack of a text of that length; a double takes 9 bytes. */
export const LONGEST_SCALAR: number = LONGEST_TEXT + 2
const LOWEST_FIX_INT = -32

/** Read by the library. */
export const NOT_PACKED_HERE: unique symbol = Symbol('not a packed scalar')

/** Writes length and MessagePack of a value; false, and nothing written, for one that it leaves to the library. */
export function writePackedScalar(value: unknown, output: DataOutputView): boolean {
  const start = output.position
  output.reserve(1 + LONGEST_SCALAR)
  const end = packScalar(value, output, start + 1)
  if (end === LEFT_TO_LIBRARY) return false
  output.bytes[start] = (end - start - 1) * 2
  output.position = end
  return true
}

/** What `packScalar` gives for a value that is not one of these. */
export const LEFT_TO_LIBRARY = -1

/**
 * Writes the MessagePack alone, to `start`, where LONGEST_SCALAR bytes must be reserved, and gives its end. The position of the
 * output stays; after it anything may stand then.
 */
export function packScalar(value: unknown, output: DataOutputView, start: number): number {
  switch (typeof value) {
    case 'string':
      return value.length <= LONGEST_TEXT ? packText(value, output.bytes, start) : LEFT_TO_LIBRARY
    case 'number':
      return packNumber(value, output, start)
    case 'boolean':
      output.bytes[start] = value ? TOKEN.true : TOKEN.false
      return start + 1
    default:
      if (value !== null) return LEFT_TO_LIBRARY
      output.bytes[start] = TOKEN.null
      return start + 1
  }
}

/** Reads the MessagePack from `start` to `end` of the memory. */
export function readPackedScalar(input: DataInputView, start: number, end: number): unknown {
  const { bytes, view } = input
  const token = bytes[start] as number
  if (token < 0x80) return token
  if (token >= TOKEN.fixText && token <= TOKEN.fixText + LONGEST_FIX_TEXT) return readText(input, start + 1, end)
  if (token > 0xff + LOWEST_FIX_INT) return token - 0x100
  switch (token) {
    case TOKEN.text8:
      return readText(input, start + 2, end)
    case TOKEN.float64:
      return view.getFloat64(start + 1)
    case TOKEN.uint8:
      return bytes[start + 1]
    case TOKEN.uint16:
      return view.getUint16(start + 1)
    case TOKEN.uint32:
      return view.getUint32(start + 1)
    case TOKEN.int8:
      return view.getInt8(start + 1)
    case TOKEN.int16:
      return view.getInt16(start + 1)
    case TOKEN.int32:
      return view.getInt32(start + 1)
    case TOKEN.null:
      return null
    case TOKEN.false:
      return false
    case TOKEN.true:
      return true
    default:
      return NOT_PACKED_HERE
  }
}

function packText(text: string, bytes: Uint8Array, start: number): number {
  const { length } = text
  const isFix = length <= LONGEST_FIX_TEXT
  const textStart = isFix ? start + 1 : start + 2
  if (writeCharCodes(text, bytes, textStart) > 0x7f) return LEFT_TO_LIBRARY
  if (isFix) {
    bytes[start] = TOKEN.fixText + length
  } else {
    bytes[start] = TOKEN.text8
    bytes[start + 1] = length
  }
  return textStart + length
}

/** Zero of the other sign is no MessagePack integer and goes with the object graphs. */
function packNumber(value: number, output: DataOutputView, start: number): number {
  if ((value | 0) === value) return value === 0 && 1 / value < 0 ? LEFT_TO_LIBRARY : packInteger(value, output, start)
  if (value >>> 0 === value) {
    output.bytes[start] = TOKEN.uint32
    output.view.setUint32(start + 1, value)
    return start + 5
  }
  output.bytes[start] = TOKEN.float64
  output.view.setFloat64(start + 1, value)
  return start + 9
}

function packInteger(value: number, { bytes, view }: DataOutputView, start: number): number {
  if (value >= LOWEST_FIX_INT && value < 0x80) {
    bytes[start] = value & 0xff
    return start + 1
  }
  if (value < 0x100 && value >= -0x80) {
    bytes[start] = value < 0 ? TOKEN.int8 : TOKEN.uint8
    bytes[start + 1] = value
    return start + 2
  }
  if (value < 0x10000 && value >= -0x8000) {
    bytes[start] = value < 0 ? TOKEN.int16 : TOKEN.uint16
    view.setInt16(start + 1, value)
    return start + 3
  }
  bytes[start] = value < 0 ? TOKEN.int32 : TOKEN.uint32
  view.setInt32(start + 1, value)
  return start + 5
}

function readText(input: DataInputView, from: number, to: number): string {
  const { bytes } = input
  for (let index = from; index < to; index += 1) {
    if ((bytes[index] as number) > 0x7f) return bytes.toString('utf8', from, to)
  }
  return input.latin1Text(from, to)
}
