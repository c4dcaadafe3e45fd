import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  GrowingFile,
  pieceName,
  placeOfPiece,
} from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/growing-file.js'

describe('a GrowingFile', () => {
  it('has a piece for what came since it was asked last, and none where nothing came', () => {
    const file = new GrowingFile()
    assert.deepEqual(file.piecesUpTo(0), [])
    assert.deepEqual(ranges(file.piecesUpTo(100)), [[0, 100]])
    assert.deepEqual(ranges(file.piecesUpTo(100)), [[0, 100]])
    assert.deepEqual(ranges(file.piecesUpTo(130)), [
      [0, 100],
      [100, 130],
    ])
  })

  it('has few pieces, which cover it without a gap, and writes a byte again once for each power of 16', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 600 }), (steps) => {
        const file = new GrowingFile()
        const written = new Map<string, number>()
        let size = 0
        for (const step of steps) {
          size += step
          const pieces = file.piecesUpTo(size)
          let at = 0
          for (const piece of pieces) {
            assert.equal(piece.start, at)
            at = piece.end
            written.set(pieceName('f', piece), piece.end - piece.start)
          }
          assert.equal(at, size)
          assert.ok(pieces.length <= 45, String(pieces.length))
        }
        const sum = [...written.values()].reduce((total, bytes) => total + bytes, 0)
        assert.ok(sum <= 3 * size, `${String(sum)} of ${String(size)}`)
      }),
      { numRuns: 50 },
    )
  })

  it('names a piece by its place, which can be read again', () => {
    assert.equal(pieceName('000013.log', { start: 4096, end: 4100 }), '000013.log@4096+4')
    assert.deepEqual(placeOfPiece('000013.log@4096+4'), { file: '000013.log', start: 4096 })
    assert.deepEqual(placeOfPiece('000012.sst'), { file: '000012.sst', start: 0 })
  })
})

function ranges(pieces: readonly { start: number; end: number }[]): [number, number][] {
  return pieces.map(({ start, end }) => [start, end])
}
