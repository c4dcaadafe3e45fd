import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { rowStreamSerializer } from '../../../../src/core/types/row-stream-serializer.js'
import { structuredSerializer, structuredStreamSerializer } from '../../../../src/core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../../src/core/types/type-serializer.js'
import { ValueNotSerializableError } from '../../../../src/core/types/value-not-serializable-error.js'
import { anyValue, holdsInvalidDate, VALUE_KINDS } from './value-kinds.js'

/** Writes all values one after the other, as in a slot, and reads them with another serializer. */
function roundTrip(values: readonly unknown[], make: () => TypeSerializer<unknown>): unknown[] {
  const output = new DataOutputView(16)
  const writer = make()
  for (const value of values) writer.serialize(value, output)
  const input = new DataInputView(output.toBytes())
  const reader = make()
  const read = values.map(() => reader.deserialize(input))
  assert.equal(input.remaining, 0)
  return read
}

function both(value: unknown): unknown {
  const [alone] = roundTrip([value], structuredSerializer)
  const [, streamed] = roundTrip([{ first: 1 }, value, value], structuredStreamSerializer)
  const rows = roundTrip([{ first: 1 }, value, value], rowStreamSerializer)
  assert.deepStrictEqual(streamed, alone)
  assert.deepStrictEqual(rows.slice(1), [alone, alone])
  assert.deepStrictEqual(structuredSerializer().copy(value), alone)
  return alone
}

describe('structuredSerializer', () => {
  for (const [title, make] of Object.entries(VALUE_KINDS)) {
    it(`carries ${title} exactly`, () => {
      assert.deepStrictEqual(both(make()), make())
    })
  }
})

describe('structuredSerializer keeps', () => {
  it('an invalid date invalid', () => {
    const value = { at: new Date(Number.NaN), self: {} as unknown }
    const graph = { ...value, self: value }
    for (const read of roundTrip([value, graph], structuredStreamSerializer) as (typeof value)[]) {
      assert.ok(read.at instanceof Date)
      assert.ok(Number.isNaN(read.at.getTime()))
    }
  })

  it('shared references shared and cycles closed', () => {
    const shared = { n: 1 }
    const value: Record<string, unknown> = { a: shared, b: [shared], map: new Map([[shared, shared]]) }
    value['self'] = value
    const read = both(value) as { a: object; b: object[]; self: unknown; map: Map<object, object> }
    assert.equal(read.self, read)
    assert.equal(read.b[0], read.a)
    assert.deepStrictEqual([...read.map.entries()].flat(), [read.a, read.a])
    assert.equal([...read.map.keys()][0], read.a)
  })

  it('a date that is shared one date', () => {
    const at = new Date(5)
    const read = both({ a: at, b: at }) as { a: Date; b: Date }
    assert.equal(read.a, read.b)
  })

  it('the stack, the cause and the class of an error', () => {
    const error = new SyntaxError('bad', { cause: new Error('why') })
    const read = both(error) as Error
    assert.ok(read instanceof SyntaxError)
    assert.equal(read.stack, error.stack)
    assert.equal((read.cause as Error).message, 'why')
  })

  it('a chain of a hundred thousand objects, where recursion would end the stack', () => {
    let value: object | null = null
    for (let index = 0; index < 100_000; index += 1) value = { index, next: value }
    const output = new DataOutputView()
    structuredSerializer().serialize(value, output)
    let read = structuredSerializer().deserialize(new DataInputView(output.toBytes())) as typeof value
    let length = 0
    for (; read !== null; read = (read as { next: object | null }).next) length += 1
    assert.equal(length, 100_000)
  })

  it('a value that shares parts on every level small', () => {
    let value: unknown = 1
    for (let level = 0; level < 40; level += 1) value = [value, value]
    const output = new DataOutputView()
    structuredSerializer().serialize(value, output)
    assert.ok(output.position < 2000)
  })

  it('buffers apart from the memory that they were read from', () => {
    const output = new DataOutputView()
    structuredSerializer().serialize({ bytes: Buffer.from([1, 2, 3]) }, output)
    const memory = Buffer.from(output.toBytes())
    const read = structuredSerializer().deserialize(new DataInputView(memory)) as { bytes: Buffer }
    memory.fill(9)
    assert.ok(Buffer.isBuffer(read.bytes))
    assert.deepStrictEqual([...read.bytes], [1, 2, 3])
  })

  it('a copy apart from the original', () => {
    const value = { list: [{ a: 1 }], at: new Date(1), map: new Map([['k', { v: 1 }]]) }
    const copy = structuredSerializer().copy(value) as typeof value
    value.list[0] = { a: 2 }
    value.at.setTime(2)
    value.map.set('k', { v: 2 })
    assert.deepStrictEqual(copy, { list: [{ a: 1 }], at: new Date(1), map: new Map([['k', { v: 1 }]]) })
  })
})

class Account {
  readonly owner = 'x'
}

const REFUSED: readonly (readonly [title: string, value: unknown, path: string, kind: string])[] = [
  ['a function', () => 1, 'the value', 'a function'],
  ['a function in a list in a field', { user: { tags: [1, 2, () => 1] } }, 'user.tags[2]', 'a function'],
  ['a symbol', { s: Symbol('x') }, 's', 'a symbol'],
  ['a symbol as a key', { a: { [Symbol('x')]: 1 } }, 'a', 'an object with a symbol as a key (Symbol(x))'],
  ['an instance of a class', { account: new Account() }, 'account', 'an instance of Account'],
  ['an instance of a class without a name', new (class {})(), 'the value', 'an instance of a class without a name'],
  ['a promise', [Promise.resolve()], '[0]', 'an instance of Promise'],
  ['a WeakMap', { w: new WeakMap() }, 'w', 'an instance of WeakMap'],
  ['a WeakRef', { w: new WeakRef({}) }, 'w', 'an instance of WeakRef'],
  ['shared memory', { m: new SharedArrayBuffer(8) }, 'm', 'an instance of SharedArrayBuffer'],
  ['a boxed number', { n: Object(1) as unknown }, 'n', 'an instance of Number'],
  ['a subclass of Array', { l: new (class List extends Array<number> {})() }, 'l', 'an instance of List'],
  ['a subclass of Map', { l: new (class Table extends Map<string, number> {})() }, 'l', 'an instance of Table'],
  ['a subclass of Error', { e: new (class OwnError extends Error {})() }, 'e', 'an instance of OwnError'],
  [
    'a generator',
    {
      g: (function* () {
        yield 1
      })(),
    },
    'g',
    'an instance of a class without a name',
  ],
  ['a function in a Map', { m: new Map([['k', () => 1]]) }, 'm.get("k")', 'a function'],
  ['a key of a Map', { m: new Map([[Symbol.iterator, 1]]) }, 'm.keys()[0]', 'a symbol'],
  ['a function in a Set', new Set([1, () => 1]), 'values()[1]', 'a function'],
  ['a cause of an error', { e: new Error('x', { cause: () => 1 }) }, 'e.cause', 'a function'],
  ['a field whose name is no identifier', { 'a b': [() => 1] }, '["a b"][0]', 'a function'],
]

describe('structuredSerializer refuses', () => {
  for (const [title, value, path, kind] of REFUSED) {
    it(`${title} and says where it is`, () => {
      for (const make of [structuredSerializer, structuredStreamSerializer, rowStreamSerializer]) {
        const output = new DataOutputView()
        assert.throws(
          () => {
            make().serialize(value, output)
          },
          new ValueNotSerializableError(path, kind),
        )
        assert.equal(output.position, 0)
      }
      assert.throws(() => structuredSerializer().copy(value), new ValueNotSerializableError(path, kind))
    })
  }
})

describe('structured serializers, for values of every kind,', () => {
  it('give back what they were given', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1, maxLength: 8 }), (values) => {
        const expected = values.filter((value) => !holdsInvalidDate(value))
        assert.deepStrictEqual(roundTrip(expected, structuredSerializer), expected)
        assert.deepStrictEqual(roundTrip(expected, structuredStreamSerializer), expected)
        assert.deepStrictEqual(
          expected.map((value) => structuredSerializer().copy(value)),
          expected,
        )
      }),
      { numRuns: 400 },
    )
  })

  it('give back any string', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 })
    fc.assert(
      fc.property(fc.array(units), (strings) => {
        const values = strings.map((codes) => String.fromCharCode(...codes))
        assert.deepStrictEqual(roundTrip([values, ...values], structuredStreamSerializer), [values, ...values])
      }),
    )
  })

  it('give back any date', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (ms) => {
        assert.deepStrictEqual(roundTrip([new Date(ms)], structuredSerializer), [new Date(ms)])
      }),
      { numRuns: 2000 },
    )
  })

  it('give back records of more shapes than the stream can remember', () => {
    const values = Array.from({ length: 3000 }, (_, index) => ({
      [`a${String(index % 150)}`]: index,
      [`b${String(index % 7)}`]: 'x',
    }))
    assert.deepStrictEqual(roundTrip(values, structuredStreamSerializer), values)
  })
})
