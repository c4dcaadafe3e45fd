import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { PackedRows } from '../../../../src/core/types/packed-rows.js'
import { structuredSerializer } from '../../../../src/core/types/structured-serializer.js'
import { ValueNotSerializableError } from '../../../../src/core/types/value-not-serializable-error.js'
import { libraryBytes } from './library-bytes.js'

const library = new Packr({ useRecords: false, variableMapSize: true })

/** Undefined where it is left to the library. */
function rowBytes(rows: PackedRows, value: unknown): Uint8Array | undefined {
  const output = new DataOutputView(1)
  output.writeInt8(7)
  const isWritten = rows.write(value, output)
  assert.equal(output.toBytes()[0], 7)
  if (!isWritten) assert.equal(output.position, 1)
  return isWritten ? output.toBytes().subarray(1) : undefined
}

function checkRow(rows: PackedRows, value: object): void {
  assert.deepEqual(Buffer.from(rowBytes(rows, value) ?? []), Buffer.from(libraryBytes(library, value)))
}

const scalar = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double().map((n) => n + 0),
  fc.boolean(),
  fc.constant(null),
  fc.string({ maxLength: 61, unit: 'binary-ascii' }),
)

describe('A flat object that is written without the library', () => {
  it('has the bytes that the library writes, whatever came before it', () => {
    const name = fc
      .string({ maxLength: 31, unit: 'binary-ascii' })
      .filter((text) => text !== 'constructor' && text !== '__proto__' && !text.includes('\0'))
    const shapes = fc.uniqueArray(name, { maxLength: 15 })
    const rows = fc.tuple(
      fc.array(shapes, { minLength: 1, maxLength: 3 }),
      fc.array(fc.array(scalar, { minLength: 15, maxLength: 15 }), { maxLength: 12 }),
    )
    fc.assert(
      fc.property(rows, ([names, values]) => {
        const packed = new PackedRows()
        for (const [at, row] of values.entries()) {
          const fields = names[at % names.length] ?? []
          checkRow(packed, Object.fromEntries(fields.map((field, index) => [field, row[index]])))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('has them where its length takes a second byte', () => {
    const packed = new PackedRows()
    for (let length = 50; length <= 61; length += 1) checkRow(packed, { text: 'x'.repeat(length) })
    checkRow(packed, Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`name${String(at)}`, 'y'.repeat(61)])))
    checkRow(packed, {})
  })

  it('is left to the library with any other value', () => {
    const fields = Array.from({ length: 16 }, (_, at) => [`f${String(at)}`, at] as const)
    const others: readonly unknown[] = [
      { a: 1, b: -0 },
      { a: 1, b: undefined },
      { a: 1, b: 2n },
      { a: 'é' },
      { a: 'x'.repeat(62) },
      { a: { b: 1 } },
      { a: [1] },
      { a: new Date(0) },
      { a: () => 1 },
      { a: Symbol('s') },
      { [Symbol('s')]: 1, a: 1 },
      { constructor: 1 },
      { é: 1 },
      { ['n'.repeat(32)]: 1 },
      Object.fromEntries(fields),
      Object.create(null),
      Object.create({ a: 1 }),
      new (class Row {
        a = 1
      })(),
      [1],
      null,
      undefined,
      1,
      'text',
    ]
    for (const value of others) {
      const packed = new PackedRows()
      checkRow(packed, { a: 1 })
      assert.equal(rowBytes(packed, value), undefined)
      checkRow(packed, { a: 1 })
    }
  })

  it('is told from one with more fields, fewer, or the same in another order', () => {
    const packed = new PackedRows()
    const objects = [{ a: 1, b: 2 }, { a: 1 }, { b: 1, a: 2 }, { a: 1, b: 2, c: 3 }, { a: 3, b: 4 }]
    for (const object of [...objects, ...objects]) checkRow(packed, object)
    assert.equal(rowBytes(packed, { d: 1 }), undefined)
    checkRow(packed, { b: 7, a: 8 })
  })

  it('is tried again and again, but not where nearly all values are others', () => {
    const packed = new PackedRows()
    for (let at = 0; at < 63; at += 1) assert.equal(rowBytes(packed, { a: [at] }), undefined)
    checkRow(packed, { a: 1 })
    for (let at = 0; at < 2; at += 1) assert.equal(rowBytes(packed, { a: [at] }), undefined)
    assert.equal(rowBytes(packed, { a: 1 }), undefined)
  })

  it('comes back through the serializer, which refuses a symbol as before', () => {
    const serializer = structuredSerializer()
    const values: readonly unknown[] = [
      { id: 1, key: 'k', at: 1.7e12 },
      { id: -0 },
      { a: [1, { b: 'é' }] },
      { id: 2, key: 'l', at: 0.5 },
    ]
    const output = new DataOutputView()
    for (const value of values) serializer.serialize(value, output)
    const input = new DataInputView(output.toBytes())
    assert.deepStrictEqual(
      values.map(() => serializer.deserialize(input)),
      values,
    )
    assert.throws(() => {
      serializer.serialize({ id: 1, key: 'k', at: 2, [Symbol('s')]: 1 }, output)
    }, ValueNotSerializableError)
  })
})
