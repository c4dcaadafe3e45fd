import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readKeyGroups } from '../../../src/storage/key-group-reader.js'
import type { KeyedStateHandle } from '../../../src/storage/state-handles.js'

const NO_BYTES = { kind: 'inline', bytes: new Uint8Array(0), crc32c: 0 } as const

function handleOf(start: number, lengths: readonly number[]): KeyedStateHandle {
  const offsets = [0]
  for (const length of lengths) offsets.push((offsets.at(-1) ?? 0) + length)
  const keyGroups = { start, end: start + lengths.length - 1 }
  return { isDelta: false, keyGroups, offsets, states: [], keyShapes: [], handle: NO_BYTES }
}

async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    await Promise.resolve()
    yield bytes.subarray(at, at + pieceBytes)
  }
}

async function groupsOf(...input: Parameters<typeof readKeyGroups>): Promise<[number, number[]][]> {
  const groups: [number, number[]][] = []
  for await (const { keyGroup, bytes } of readKeyGroups(...input)) groups.push([keyGroup, [...bytes]])
  return groups
}

describe('The key groups of a handle', () => {
  it('are read out of pieces of any size: those of the range that have bytes', async () => {
    const lengths = fc.array(fc.oneof(fc.constant(0), fc.nat(9)), { minLength: 1, maxLength: 12 })
    const numbers = { lengths, pieceBytes: fc.integer({ min: 1, max: 20 }), from: fc.nat(14), count: fc.nat(14) }
    await fc.assert(
      fc.asyncProperty(fc.record(numbers), async ({ lengths: sizes, pieceBytes, from, count }) => {
        const handle = handleOf(3, sizes)
        const bytes = Uint8Array.from({ length: handle.offsets.at(-1) ?? 0 }, (_, index) => index)
        const expected: [number, number[]][] = []
        for (const [index, size] of sizes.entries()) {
          const start = handle.offsets[index] ?? 0
          const isWanted = size > 0 && index + 3 >= from && index + 3 < from + count
          if (isWanted) expected.push([index + 3, [...bytes.subarray(start, start + size)]])
        }
        const range = { start: from, end: from + count - 1 }
        assert.deepEqual(await groupsOf(handle, range, inPieces(bytes, pieceBytes)), expected)
      }),
      { numRuns: 500 },
    )
  })

  it('are all read past, so that whoever gives the pieces can verify them', async () => {
    let isAtEnd = false
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield* inPieces(new Uint8Array(30), 7)
      isAtEnd = true
    }
    assert.deepEqual(await groupsOf(handleOf(0, [10, 20]), { start: 0, end: 0 }, pieces()), [
      [0, new Array(10).fill(0)],
    ])
    assert.ok(isAtEnd)
  })

  it('are refused where bytes or offsets are missing', async () => {
    const range = { start: 0, end: 9 }
    const whole = handleOf(0, [2, 2, 2])
    const missing = /has no bytes of key group 2/
    await assert.rejects(groupsOf(whole, range, inPieces(new Uint8Array(5), 2)), missing)
    const cut = { ...whole, offsets: whole.offsets.slice(0, 3) }
    await assert.rejects(groupsOf(cut, range, inPieces(new Uint8Array(6), 2)), missing)
    const backwards = { ...whole, offsets: [0, 2, 4, 3] }
    await assert.rejects(groupsOf(backwards, range, inPieces(new Uint8Array(6), 2)), missing)
  })
})
