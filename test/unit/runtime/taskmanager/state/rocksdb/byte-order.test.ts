import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orderByBytes, type KeyRanges } from '../../../../../../src/runtime/taskmanager/state/rocksdb/byte-order.js'

/** One after the other, with a byte between them that belongs to none. */
function rangesOf(keys: readonly Uint8Array[]): KeyRanges {
  const starts = new Uint32Array(keys.length)
  const ends = new Uint32Array(keys.length)
  let position = 0
  for (const [index, key] of keys.entries()) {
    starts[index] = position
    ends[index] = position + key.length
    position += key.length + 1
  }
  return { bytes: Buffer.concat(keys.map((key) => Buffer.from([...key, 7]))), count: keys.length, starts, ends }
}

function sorted(keys: readonly Uint8Array[]): Uint8Array[] {
  return [...orderByBytes(rangesOf(keys))].map((place) => keys[place] ?? new Uint8Array())
}

function assertSorted(keys: readonly Uint8Array[]): void {
  assert.deepEqual(sorted(keys).map(hex), [...keys].sort((one, other) => Buffer.compare(one, other)).map(hex))
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

describe('The order of keys by their bytes', () => {
  it('is that of Buffer.compare', () => {
    const letter = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)
    const key = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.array(letter, { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes)),
    )
    fc.assert(fc.property(fc.array(key, { maxLength: 300 }), assertSorted), { numRuns: 100 })
  })

  it('is found where keys agree in thousands of bytes, and where each begins with the one before', () => {
    const long = new Uint8Array(20_000).fill(5)
    const agreeing = Array.from({ length: 100 }, (_, n) => Uint8Array.from([...long, (n * 37) % 100]))
    assertSorted(agreeing)
    const nested = Array.from({ length: 3000 }, (_, n) => long.subarray(0, (n * 7) % 3000))
    assertSorted(nested)
  })

  it('is left as it is where keys come in it', () => {
    const keys = Array.from({ length: 1000 }, (_, n) => Uint8Array.of(n >>> 8, n & 0xff))
    assert.deepEqual([...orderByBytes(rangesOf(keys))], [...keys.keys()])
  })
})
