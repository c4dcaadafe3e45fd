import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { chainedCopier, exchangeCopier } from '../../../../src/api/types/record-copiers.js'
import { streamSerializers } from '../../../../src/api/types/stream-serializers.js'
import type { TypeInformation } from '../../../../src/api/types/type-information.js'
import { Types } from '../../../../src/api/types/types-table.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { NO_REGISTERED_TYPES } from '../../../../src/core/types/registered-types.js'
import { rowCopySource } from '../../../../src/core/types/row-codec-generator.js'
import { RowCopier } from '../../../../src/core/types/row-copier.js'
import { ValueNotSerializableError } from '../../../../src/core/types/value-not-serializable-error.js'
import { comparable } from './comparable.js'
import { ACCOUNT_TYPE, INSTANCES, SAMPLE_CLASSES } from './sample-classes.js'
import { anyValue, holdsInvalidDate, VALUE_KINDS } from './value-kinds.js'
import { anyText } from './any-text.js'

const ORDER = Types.OBJECT({
  id: Types.LONG,
  at: Types.INSTANT,
  lines: Types.LIST(Types.TUPLE(Types.STRING, Types.INT)),
  notes: Types.MAP(Types.STRING, Types.BOOLEAN),
})

const DECLARED: readonly (TypeInformation<unknown> | undefined)[] = [undefined, Types.LONG, ORDER, ACCOUNT_TYPE]

/** The value at the other end of a channel. */
function sent(value: unknown): unknown {
  const serializer = streamSerializers(undefined, NO_REGISTERED_TYPES)
  const output = new DataOutputView()
  serializer().serialize(value, output)
  return serializer().deserialize(new DataInputView(output.toBytes()))
}

/** Changes everything in a value that can be changed. */
function spoil(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  if (ArrayBuffer.isView(value)) return void Buffer.from(value.buffer, value.byteOffset, value.byteLength).fill(0x55)
  if (value instanceof Date) return void value.setTime(12_345)
  if (value instanceof Map || value instanceof Set) {
    for (const part of value.values()) spoil(part, seen)
    for (const part of value.keys()) spoil(part, seen)
    value.clear()
    return
  }
  for (const part of Object.values(value)) spoil(part, seen)
  for (const key of Object.keys(value)) Reflect.set(value, key, 'spoiled')
  Reflect.set(value, Array.isArray(value) ? value.length : 'added', 'spoiled')
}

const EVERYTHING = { ...VALUE_KINDS, ...INSTANCES }

describe('A copy', () => {
  for (const [title, make] of Object.entries(EVERYTHING)) {
    it(`of a value such as ${title} equals it and stays when the value is changed, whatever was declared`, () => {
      const expected = comparable(make())
      for (const type of DECLARED) {
        const copier = chainedCopier(type, SAMPLE_CLASSES)
        // The first ones are what the shapes are learned from, the last is copied by what was learned.
        for (let round = 0; round < 3; round += 1) {
          const original = make()
          const copy = copier.copy(original)
          spoil(original)
          assert.deepStrictEqual(comparable(copy), expected)
          copier.copy({ a: round, b: [round, 'x'] })
        }
      }
    })
  }

  it('of any value equals what arrives at the other end of a channel, and shares nothing with the value', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1, maxLength: 6 }), fc.constantFrom(...DECLARED), (drawn, type) => {
        const values = drawn.filter((value) => !holdsInvalidDate(value))
        const copier = chainedCopier(type, NO_REGISTERED_TYPES)
        const expected = values.map(sent)
        const copies = [...values, ...values].map((value) => copier.copy(value))
        values.forEach((value) => {
          spoil(value)
        })
        assert.deepStrictEqual(copies, [...expected, ...expected])
      }),
      { numRuns: 300 },
    )
  })

  it('of a record of a known shape is exact when a field has another value: any primitive, null, an object', () => {
    const nested = fc.record({ x: fc.oneof(fc.integer(), fc.string(), fc.constant(null)) }, { noNullPrototype: true })
    const field = fc.oneof(fc.double(), anyText(), fc.bigInt(), fc.boolean(), nested, fc.date())
    const optional = fc.option(field, { nil: undefined })
    const lists = fc.array(fc.oneof(nested, fc.integer(), fc.constant(undefined)))
    const record = fc.record({ a: field, b: optional, c: lists }, { noNullPrototype: true })
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (drawn) => {
        const records = drawn.filter((one) => !holdsInvalidDate(one))
        const copier = new RowCopier()
        const copies = records.map((one) => copier.copy(one))
        assert.deepStrictEqual(copies, records)
        for (const [index, copy] of copies.entries()) {
          assert.notEqual(copy, records[index])
          assert.deepStrictEqual(Object.keys(copy as object), Object.keys(records[index] ?? {}))
        }
      }),
    )
  })

  it('keeps cycles closed, shared objects shared and distinct ones distinct', () => {
    const copier = new RowCopier()
    const inner = { n: 1 }
    for (const value of [
      { a: { n: 1 }, b: { n: 1 } },
      { a: inner, b: inner },
      { a: { n: 1 }, b: { n: 1 } },
    ]) {
      const copy = copier.copy(value) as { a: object; b: object }
      assert.deepEqual(copy, value)
      assert.equal(copy.a === copy.b, value.a === value.b)
      assert.notEqual(copy.a, value.a)
    }
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const copy = copier.copy(cyclic) as { self?: unknown }
    assert.equal(copy.self, copy)
    assert.notEqual(copy, cyclic)
  })

  it('of a frozen object is not frozen, as one that came through a channel', () => {
    const copy = new RowCopier().copy(Object.freeze({ a: Object.freeze([1]) })) as { a: number[] }
    copy.a.push(2)
    copy.a = [3]
    assert.deepEqual(copy, { a: [3] })
  })

  it('of a Buffer has bytes of its own, wherever it lies', () => {
    const bytes = Buffer.from([1, 2])
    const copy = new RowCopier().copy({ bytes, in: new Map([['x', bytes]]) }) as {
      bytes: Buffer
      in: Map<string, Buffer>
    }
    bytes.fill(9)
    assert.deepEqual(copy.bytes, Buffer.from([1, 2]))
    assert.equal(copy.bytes, copy.in.get('x'))
  })

  it('is refused for what a channel refuses, with the same error, whatever shapes were met before', () => {
    const copier = new RowCopier()
    const refused: readonly (readonly [unknown, string, string])[] = [
      [() => 1, 'the value', 'a function'],
      [Symbol('s'), 'the value', 'a symbol'],
      [{ user: { name: 'a', tags: [1, () => 1] } }, 'user.tags[1]', 'a function'],
      [{ key: 'k', value: Symbol('s') }, 'value', 'a symbol'],
      [{ key: 'k', value: new (class Account {})() }, 'value', 'an instance of Account'],
      [new Map([['a', () => 1]]), '.get("a")'.slice(1), 'a function'],
    ]
    copier.copy({ key: 'k', value: 1 })
    copier.copy({ user: { name: 'a', tags: [1, 2] } })
    for (const [value, path, kind] of refused) {
      for (const refuse of [(): unknown => copier.copy(value), (): unknown => sent(value)]) {
        assert.throws(refuse, (error) => {
          assert.ok(error instanceof ValueNotSerializableError)
          assert.deepEqual([error.path, error.kind], [path, kind])
          return true
        })
      }
    }
  })

  it('through a type of the user is the one that the type makes, or what its bytes give back after a channel', () => {
    const rounded: TypeInformation<unknown> = {
      description: 'ROUNDED',
      keyKind: () => 'auto',
      createSerializer: () => ({
        serialize: (value, output) => {
          output.writeInt32(Math.round((value as { n: number }).n))
        },
        deserialize: (input) => ({ n: input.readInt32() }),
        copy: (value) => ({ ...(value as object), copied: true }),
      }),
    }
    assert.deepEqual(chainedCopier(rounded, NO_REGISTERED_TYPES).copy({ n: 1.4 }), { n: 1.4, copied: true })
    const behindChannel = exchangeCopier(rounded, NO_REGISTERED_TYPES)
    assert.deepEqual([behindChannel.copy({ n: 1.4 }), behindChannel.copy({ n: 2.6 })], [{ n: 1 }, { n: 3 }])
  })

  it('of records of more shapes than are kept is exact too', () => {
    const copier = new RowCopier()
    const records = Array.from({ length: 400 }, (_, index) => ({ [`f${String(index % 90)}`]: [index] }))
    assert.deepStrictEqual(
      records.map((record) => copier.copy(record)),
      records,
    )
  })
})

describe('the generated copier', () => {
  it('of a flat record is what one would write by hand', () => {
    const source = rowCopySource({
      object: [
        ['id', 'int'],
        ['key', 'string'],
        ['at', { nullable: 'date' }],
      ],
    })
    assert.equal(
      source,
      `const v1 = ["id","key","at"]
return function copy(value) {
let v5
if (!(typeof value === 'object' && value !== null && prototypeOf(value) === ofObject)) return false
let v2 = 0
for (const key in value) if (key !== v1[v2++]) return false
if (!(v2 === 3)) return false
const v3 = value["id"]
if (!(typeof v3 === 'number' || isPrimitive(v3))) return false
const v4 = value["key"]
if (!(typeof v4 === 'string' || isPrimitive(v4))) return false
v5 = value["at"]
let v6 = v5
if (v5 !== null && v5 !== undefined) {
if (!(typeof v5 === 'object' && v5 !== null && prototypeOf(v5) === ofDate)) return false
v6 = new Date(v5.getTime())
}
return { "id": v3, "key": v4, "at": v6 }
}
`,
    )
  })
})
