// Duty: longs as numbers, exactly. avsc doubles a number before it writes it and halves it after reading, in floating point: from 2^52 on
// what comes out is another number, in silence (-4503599627370497 came back as 4503599627370496). Those go another way here.
// Invariants: below 2^52 it is avsc's own way, which takes 5 ns and not 100. A long that no number can be is refused.
import type { Type } from 'avsc'
import { ReasonError } from '../../core/errors/reason-error.js'
import type { AvroLibrary } from './load-avsc.js'

/** What avsc reads from and writes to: bytes, and how far it is. A byte after their end is counted, and written again with more room. */
interface Tap {
  readonly buf: Uint8Array
  pos: number
  readLong(): number
  writeLong(value: number): void
}

/** The two methods of a type that the code which avsc generates for records calls. */
interface LongMethods {
  _check(value: unknown, flags: unknown, hook: ((value: unknown, type: unknown) => void) | undefined): boolean
  _read(tap: Tap): number
  _write(tap: Tap, value: number): void
}

const EXACT = 2 ** 52

export function numberLongs({ types }: AvroLibrary): Type {
  const long: Type & Partial<LongMethods> = Object.create(types.LongType.prototype) as Type
  Object.assign(long, {
    _check(value, _flags, hook) {
      const isValid = Number.isSafeInteger(value)
      if (!isValid) hook?.(value, this)
      return isValid
    },
    _read(tap) {
      const begin = tap.pos
      const value = tap.readLong()
      if (value < EXACT && value > -EXACT) return value
      tap.pos = begin
      return exactly(readVarint(tap))
    },
    _write(tap, value) {
      if (!Number.isSafeInteger(value)) throw new ReasonError(`invalid "long": ${String(value)}`)
      if (value < EXACT && value > -EXACT) tap.writeLong(value)
      else writeVarint(tap, BigInt(value))
    },
  } satisfies LongMethods)
  return long
}

function exactly(value: bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new ReasonError("a long is beyond 2^53: { longs: 'bigint' } has room for it")
}

function readVarint(tap: Tap): bigint {
  let zigzag = 0n
  for (let shift = 0n; ; shift += 7n) {
    // A byte after the end is looked at by avsc, which knows where that is.
    const byte = tap.buf[tap.pos] ?? 0
    tap.pos += 1
    zigzag |= BigInt(byte & 0x7f) << shift
    if ((byte & 0x80) === 0) break
  }
  return (zigzag >> 1n) ^ -(zigzag & 1n)
}

function writeVarint(tap: Tap, value: bigint): void {
  let zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  for (; zigzag > 0x7fn; zigzag >>= 7n) put(tap, Number(zigzag & 0x7fn) | 0x80)
  put(tap, Number(zigzag))
}

function put(tap: Tap, byte: number): void {
  tap.buf[tap.pos] = byte
  tap.pos += 1
}
