import type { Type } from 'avsc'
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
    fromJSON: (value: number | string) => BigInt(value),
    toJSON: (value: bigint | number) => Number(value),
    isValid: (value: unknown) =>
      Number.isSafeInteger(value) || (typeof value === 'bigint' && value >= SMALLEST && value <= GREATEST),
    compare: (one: bigint, other: bigint) => (one === other ? 0 : one < other ? -1 : 1),
  })
}
