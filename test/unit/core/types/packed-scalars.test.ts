import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { structuredSerializer } from '../../../../src/core/types/structured-serializer.js'
import { anyText } from './any-text.js'
import { libraryBytes } from './library-bytes.js'

const library = new Packr({ useRecords: false })

function checkBoth(value: unknown): void {
  const output = new DataOutputView(1)
  structuredSerializer().serialize(value, output)
  assert.deepStrictEqual(Buffer.from(output.toBytes()), Buffer.from(libraryBytes(library, value)))
  const input = new DataInputView(
    Buffer.concat([Buffer.from('front'), libraryBytes(library, value), Buffer.from('after')]),
  )
  input.skip(5)
  assert.deepStrictEqual(structuredSerializer().deserialize(input), value)
  assert.equal(input.remaining, 5)
}

const BORDERS = [5, 7, 8, 15, 16, 31, 32, 53].flatMap((bits) =>
  [-2, -1, 0, 1, 2].flatMap((more) => [2 ** bits + more, -(2 ** bits) + more]),
)

describe('A scalar that is written without the library', () => {
  it('has the bytes that the library writes: whole numbers at all borders, other numbers, booleans, null', () => {
    for (const value of [...BORDERS, 0, 1, -1, 0.1, NaN, Infinity, -Infinity, 5e-324, true, false, null])
      checkBoth(value)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer(),
          fc.maxSafeInteger(),
          fc.double({ noNaN: true }).map((n) => n + 0),
        ),
        checkBoth,
      ),
    )
  })

  it('has them for texts of all lengths and characters', () => {
    for (let length = 0; length < 300; length += 1) checkBoth('x'.repeat(length))
    for (const text of [
      'é',
      'aé',
      '日本語',
      '😀',
      '\u0000',
      '\u007f',
      '\u0080',
      'é'.repeat(20),
      'é'.repeat(40),
      '\ufeffa',
    ]) {
      checkBoth(text)
    }
    fc.assert(fc.property(anyText({ maxLength: 80 }), checkBoth), { numRuns: 1000 })
  })
})
