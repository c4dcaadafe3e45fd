import { writeCharCodes } from '../memory/char-codes.js'
import type { DataInputView } from '../memory/data-input-view.js'
import type { DataOutputView } from '../memory/data-output-view.js'
import type { TextBytes } from '../memory/text-bytes.js'

/**
 * Texts and tagged primitives inside rows. A text begins with one byte: its length where that is below LONG_LATIN1 and all
 * characters are below 256, one byte each; else LONG_LATIN1 or UTF16 and a length of 32 bits. UTF-16 keeps lone surrogates.
 */
const LONG_LATIN1 = 64
const UTF16 = 65
/** Bytes in front of a long text. */
export const TEXT_HEADER_BYTES = 5
/**
 * V8 knows that a text which it keeps in one byte a character holds none of these and does not look: 16 ns for a text of
 * any length, where a loop takes 1 µs for 1 kB and Buffer.byteLength, which tells ASCII only, 140 ns.
 */
const BEYOND_LATIN1 = /[\u0100-\uffff]/

const TAG = { null: 0, undefined: 1, false: 2, true: 3, number: 4, string: 5, bigint: 6 } as const

/** Writes a text; 2 bytes a character and TEXT_HEADER_BYTES must be reserved. Returns the position after it. */
export function writeText(bytes: TextBytes, text: string, start: number): number {
  const length = text.length
  if (length >= LONG_LATIN1) return writeLong(bytes, text, start)
  bytes[start] = length
  return writeCharCodes(text, bytes, start + 1) > 0xff ? writeUtf16(bytes, text, start) : start + 1 + length
}

function writeLong(bytes: TextBytes, text: string, start: number): number {
  const length = text.length
  if (BEYOND_LATIN1.test(text)) return writeUtf16(bytes, text, start)
  writeHead(bytes, LONG_LATIN1, length, start)
  bytes.write(text, start + TEXT_HEADER_BYTES, length, 'latin1')
  return start + TEXT_HEADER_BYTES + length
}

function writeUtf16(bytes: TextBytes, text: string, start: number): number {
  const lengthBytes = text.length * 2
  writeHead(bytes, UTF16, lengthBytes, start)
  bytes.write(text, start + TEXT_HEADER_BYTES, lengthBytes, 'utf16le')
  return start + TEXT_HEADER_BYTES + lengthBytes
}

function writeHead(bytes: TextBytes, head: number, lengthBytes: number, start: number): void {
  bytes[start] = head
  bytes[start + 1] = lengthBytes >>> 24
  bytes[start + 2] = lengthBytes >>> 16
  bytes[start + 3] = lengthBytes >>> 8
  bytes[start + 4] = lengthBytes
}

/** Reads a text at the position of the view and moves it on. */
export function readText(input: DataInputView): string {
  const { bytes } = input
  const start = input.position
  const head = bytes[start] as number
  if (head < LONG_LATIN1) {
    const end = start + 1 + head
    input.position = end
    return input.latin1Text(start + 1, end)
  }
  const from = start + TEXT_HEADER_BYTES
  const end = from + input.view.getUint32(start + 1)
  input.position = end
  return bytes.toString(head === UTF16 ? 'utf16le' : 'latin1', from, end)
}

/** The same, for a text that is probably the guess: then it is the guess that is given back. */
export function readLikelyText(input: DataInputView, guess: string): string {
  const { bytes } = input
  const start = input.position
  const { length } = guess
  if (bytes[start] !== length || length >= LONG_LATIN1) return readText(input)
  for (let index = 0; index < length; index += 1) {
    if (bytes[start + 1 + index] !== guess.charCodeAt(index)) return readText(input)
  }
  input.position = start + 1 + length
  return guess
}

/** Writes a primitive with its tag; false, and nothing written, for anything else. */
export function writeScalar(output: DataOutputView, value: unknown): boolean {
  switch (typeof value) {
    case 'string': {
      output.reserve(1 + TEXT_HEADER_BYTES + 2 * value.length)
      output.writeInt8(TAG.string)
      output.position = writeText(output.bytes, value, output.position)
      return true
    }
    case 'number':
      output.writeInt8(TAG.number)
      output.writeFloat64(value)
      return true
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) return false
      output.writeInt8(TAG.bigint)
      output.writeBigInt64(value)
      return true
    case 'boolean':
      output.writeInt8(value ? TAG.true : TAG.false)
      return true
    case 'undefined':
      output.writeInt8(TAG.undefined)
      return true
    default:
      if (value !== null) return false
      output.writeInt8(TAG.null)
      return true
  }
}

export function readScalar(input: DataInputView): unknown {
  switch (input.readInt8()) {
    case TAG.null:
      return null
    case TAG.false:
      return false
    case TAG.true:
      return true
    case TAG.number:
      return input.readFloat64()
    case TAG.string:
      return readText(input)
    case TAG.bigint:
      return input.readBigInt64()
    default:
      return undefined
  }
}

/** True for what needs no copy: neither an object nor a function or symbol, which no record may hold. */
export function isPrimitive(value: unknown): boolean {
  return typeof value === 'object' ? value === null : typeof value !== 'function' && typeof value !== 'symbol'
}
