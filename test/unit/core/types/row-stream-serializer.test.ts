import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { rowCodecSource } from '../../../../src/core/types/row-codec-generator.js'
import { rowStreamSerializer } from '../../../../src/core/types/row-stream-serializer.js'
import { comparable } from './comparable.js'
import { anyText } from './any-text.js'

function roundTrip(values: readonly unknown[]): { read: unknown[]; sizes: number[] } {
  const output = new DataOutputView(8)
  const writer = rowStreamSerializer()
  const sizes: number[] = []
  for (const value of values) {
    const start = output.position
    writer.serialize(value, output)
    sizes.push(output.position - start)
  }
  const input = new DataInputView(output.toBytes())
  const reader = rowStreamSerializer()
  const read = values.map(() => reader.deserialize(input))
  assert.equal(input.remaining, 0)
  return { read, sizes }
}

describe('rowStreamSerializer', () => {
  it('describes a shape once: later records are a byte and their values', () => {
    const { sizes } = roundTrip([
      { id: 1, key: 'k1', value: 0.5, ok: true },
      { id: 2, key: 'k23', value: 1, ok: false },
    ])
    assert.ok((sizes[0] ?? 0) > 40)
    assert.equal(sizes[1], 1 + 4 + 4 + 8 + 1)
  })

  it('makes a shape wider when a record does not fit, once for each way', () => {
    const values = [
      { a: 1, b: 'x', c: [] },
      { a: 1.5, b: null, c: ['t'] },
      { a: -0, b: undefined, c: [] },
      { a: 7, b: 'y', c: ['t', 'u'] },
    ]
    const { read, sizes } = roundTrip(values)
    assert.deepStrictEqual(read, values)
    assert.ok((sizes[2] ?? 99) < 20 && (sizes[3] ?? 99) < 30)
  })

  it('keeps the order of fields, and the two orders apart', () => {
    const { read } = roundTrip([
      { a: 1, b: 2 },
      { b: 3, a: 4 },
      { a: 5, b: 6 },
    ])
    assert.equal(JSON.stringify(read), '[{"a":1,"b":2},{"b":3,"a":4},{"a":5,"b":6}]')
  })

  it('leaves out a property whose key is a symbol where the shape is known, and refuses it where it is not', () => {
    const mark = Symbol('mark')
    const marked = { a: 2, [mark]: 'lost' }
    assert.deepStrictEqual(roundTrip([{ a: 1 }, marked]).read, [{ a: 1 }, { a: 2 }])
    assert.throws(() => roundTrip([marked]), {
      name: 'ValueNotSerializableError',
      kind: 'an object with a symbol as a key (Symbol(mark))',
    })
  })

  it('does not lose a field that only some records have', () => {
    const values: unknown[] = [{ a: 1 }, { a: 1, b: 2 }, { a: 3 }, { b: 1 }, { a: undefined }, {}]
    assert.deepStrictEqual(roundTrip(values).read, values)
  })

  it('sends what is no row as it is: matches of a regular expression after tuples, holes after lists', () => {
    const values: unknown[] = [['a', 1], /(a)(b)?/u.exec('ab'), [1, 2, 3], [1, , 3], new Array<unknown>(3), ['b', 2]]
    assert.deepStrictEqual(roundTrip(values).read, values)
  })

  it('keeps shared references of later records shared', () => {
    const part = { n: 1 }
    const values = [
      { left: { n: 1 }, right: { n: 2 } },
      { left: part, right: part },
    ]
    const [, shared] = roundTrip(values).read as typeof values
    assert.equal(shared?.left, shared?.right)
  })

  it('finds every pair of fields that are one object, whatever lies between them', () => {
    const fresh: Readonly<Record<string, () => unknown>> = {
      object: () => ({ n: 1 }),
      list: () => [1, 2],
      date: () => new Date(0),
      map: () => new Map([['a', 1]]),
      set: () => new Set(['a']),
    }
    for (const make of Object.values(fresh)) {
      const recordOf = (left: unknown, right: unknown, nullable: unknown) => ({
        left,
        nested: { right, tuple: ['x', nullable] },
        more: fresh['object']?.(),
      })
      const part = make()
      const records = [
        recordOf(make(), make(), make()),
        recordOf(make(), make(), null),
        recordOf(part, part, null),
        recordOf(part, make(), part),
        recordOf(make(), part, part),
        recordOf(make(), make(), make()),
      ]
      const { read } = roundTrip(records)
      assert.deepStrictEqual(read, records)
      const identities = (values: readonly unknown[]) =>
        (values as typeof records).map(({ left, nested: { right, tuple } }) => [
          left === right,
          left === tuple[1],
          right === tuple[1],
        ])
      assert.deepStrictEqual(identities(read), identities(records))
    }
  })

  it('keeps an object that contains itself, where its shape is known', () => {
    const plain = { next: { next: { n: 1 } as unknown } }
    const cycle: { next: { next: unknown } } = { next: { next: undefined } }
    cycle.next.next = cycle.next
    const [, read] = roundTrip([plain, { next: { next: { n: 2 } } }, cycle]).read.slice(1) as (typeof cycle)[]
    assert.equal(read?.next.next, read?.next)
  })

  it('tells the keys of maps apart, however much they are like those of the map before', () => {
    const keys = ['a', 'ab', 'abc', 'abd', '', '\u00e9', '\u0141', 'a\ud800', 'k'.repeat(63), 'k'.repeat(64)]
    const many = Array.from({ length: 40 }, (_, index) => `key ${String(index)}`)
    const values = [...keys, ...keys.toReversed(), ...keys].map((key) => ({ map: new Map([[key, 1]]) }))
    values.push({ map: new Map(many.map((key, index) => [key, index])) })
    values.push({ map: new Map(many.toReversed().map((key, index) => [key, index])) })
    assert.deepStrictEqual(roundTrip(values).read, values)
  })

  it('gives back lists of any length', () => {
    const elements = [
      [1, 2, 3],
      [0.5, 1.5, 2.5],
      [true, false],
      ['a', 'bc'],
      [7n, -7n, 8n],
    ] as const
    const values = elements.flatMap((some) =>
      Array.from({ length: 8 }, (_, length) => ({
        list: Array.from({ length }, (_, index) => some[index % some.length]),
        end: 'e',
      })),
    )
    assert.deepStrictEqual(roundTrip(values).read, values)
  })

  it('gives back long texts, however V8 keeps them', () => {
    const latin1 = '\u0000\u007f\u0080\u00ff'.repeat(20)
    const twoBytes = `\u0100${latin1}`.slice(1)
    const texts = [latin1, twoBytes, `${latin1}\u0100`, `\u0100${latin1}`, `${latin1}\ud83d`, latin1 + twoBytes]
    const { read, sizes } = roundTrip(texts.map((text) => ({ text })))
    assert.deepStrictEqual(
      read,
      texts.map((text) => ({ text })),
    )
    assert.equal(sizes[1], sizes[5] === undefined ? 0 : sizes[5] - latin1.length, 'one byte a character')
  })

  it('survives more shapes than it remembers, in any order', () => {
    const values = Array.from({ length: 2000 }, (_, index) => ({ [`f${String(index % 300)}`]: index }))
    assert.deepStrictEqual(roundTrip(values).read, values)
  })

  it('leaves no trace of a record that cannot travel, so that the next one arrives', () => {
    const output = new DataOutputView()
    const writer = rowStreamSerializer()
    assert.throws(() => {
      writer.serialize({ a: 1, f: () => 1 }, output)
    })
    assert.equal(output.position, 0)
    writer.serialize({ a: 1, f: 2 }, output)
    writer.serialize({ a: 1, f: 3 }, output)
    const input = new DataInputView(output.toBytes())
    const reader = rowStreamSerializer()
    assert.deepStrictEqual(
      [reader.deserialize(input), reader.deserialize(input)],
      [
        { a: 1, f: 2 },
        { a: 1, f: 3 },
      ],
    )
  })

  it('gives back any sequence of records of a few shapes', () => {
    const text = fc.oneof(anyText(), fc.constant('\ud800'), fc.string({ minLength: 60, maxLength: 70 }))
    const primitive = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.bigInt())
    const record = fc.oneof(
      fc.record({
        id: fc.oneof(fc.integer(), fc.double()),
        key: fc.option(text),
        at: fc.date({ noInvalidDate: false }),
      }),
      fc.record({ nested: fc.record({ tags: fc.array(text), n: primitive }), list: fc.array(primitive) }),
      fc.tuple(text, fc.integer()),
      fc.array(fc.record({ sku: text, count: fc.nat() })),
      fc.record({
        map: fc.array(fc.tuple(text, primitive)).map((entries) => new Map(entries)),
        set: fc.constant(new Set([1])),
      }),
      primitive,
      fc.anything({
        withDate: true,
        withMap: true,
        withSet: true,
        withBigInt: true,
        withTypedArray: true,
        withNullPrototype: false,
      }),
    )
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (values) => {
        assert.deepStrictEqual(comparable(roundTrip(values).read), comparable(values))
      }),
      { numRuns: 400 },
    )
  })
})

describe('the generated code', () => {
  it('of a flat record is what one would write by hand', () => {
    const { write, read } = rowCodecSource({
      object: [
        ['id', 'int'],
        ['key', 'string'],
      ],
    })
    assert.equal(
      write,
      `const v1 = ["id","key"]
return function write(value, output) {
const fixed = 4
output.reserve(fixed)
let bytes = output.bytes, view = output.view, limit = output.capacity, p = output.position
if (!(typeof value === 'object' && value !== null && prototypeOf(value) === ofObject)) return false
let v2 = 0
for (const key in value) if (key !== v1[v2++]) return false
if (!(v2 === 2)) return false
const v3 = value["id"]
if (!(typeof v3 === 'number' && (v3 | 0) === v3 && (v3 !== 0 || 1 / v3 > 0))) return false
view.setInt32(p, v3)
p += 4
const v4 = value["key"]
if (!(typeof v4 === 'string')) return false
if (limit - p < 2 * v4.length + 5 + fixed) {
output.position = p; output.reserve(2 * v4.length + 5 + fixed)
bytes = output.bytes; view = output.view; limit = output.capacity
}
p = writeText(bytes, v4, p)
output.position = p
return true
}
`,
    )
    assert.equal(
      read,
      `return function read(input) {
const { bytes, view } = input
let p = input.position
const v1 = view.getInt32(p)
p += 4
input.position = p
const v2 = readText(input)
p = input.position
const v3 = { "id": v1, "key": v2 }
input.position = p
return v3
}
`,
    )
  })
})
