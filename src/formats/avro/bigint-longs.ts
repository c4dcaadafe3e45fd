import type { Type } from 'avsc'
import { ReasonError } from '../../core/errors/reason-error.js'
import type { AvroLibrary } from './load-avsc.js'

const SMALLEST = -(2n ** 63n)
const GREATEST = 2n ** 63n - 1n

/** Longs as bigint, all of them. A number that is whole is taken as well. */
export function bigintLongs({ types }: AvroLibrary): Type {
  return types.LongType.__with({
    fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
    toBuffer: (value: bigint | number) => {
      const buffer = Buffer.alloc(8)
      buffer.writeBigInt64LE(BigInt(value))
      return buffer
    },
    fromJSON: (value: number) => BigInt(inJson(value)),
    toJSON: (value: bigint | number) => inJson(Number(value)),
    isValid: (value: unknown) =>
      Number.isSafeInteger(value) || (typeof value === 'bigint' && value >= SMALLEST && value <= GREATEST),
    compare: (one: bigint, other: bigint) => (one === other ? 0 : one < other ? -1 : 1),
  })
}

/** A number of JSON beyond 2^53 was another one before it was read, and would be another one after it was written. */
function inJson(value: number): number {
  if (Number.isSafeInteger(value)) return value
  throw new ReasonError(`JSON has no room for ${String(value)}, a long beyond 2^53: AvroEncoding.BINARY has`)
}
