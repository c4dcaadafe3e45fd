import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { streamSerializers } from '../../../../src/api/types/stream-serializers.js'
import type { TypeInformation } from '../../../../src/api/types/type-information.js'
import { Types } from '../../../../src/api/types/types-table.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { NO_REGISTERED_TYPES } from '../../../../src/core/types/registered-types.js'
import type { TypeSerializer } from '../../../../src/core/types/type-serializer.js'
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

/** Declarations that most values do not fit. */
const DECLARED: Readonly<Record<string, TypeInformation<unknown>>> = {
  STRING: Types.STRING,
  LONG: Types.LONG,
  INT: Types.INT,
  DOUBLE: Types.DOUBLE,
  BOOLEAN: Types.BOOLEAN,
  BIG_INT: Types.BIG_INT,
  INSTANT: Types.INSTANT,
  LIST: Types.LIST(Types.DOUBLE),
  MAP: Types.MAP(Types.STRING, Types.LONG),
  TUPLE: Types.TUPLE(Types.STRING, Types.LONG),
  OBJECT: ORDER,
  POJO: ACCOUNT_TYPE,
  GENERIC: Types.GENERIC(),
}

function through(values: readonly unknown[], make: () => TypeSerializer<unknown>): unknown[] {
  const output = new DataOutputView(16)
  const writer = make()
  for (const value of values) writer.serialize(value, output)
  const input = new DataInputView(output.toBytes())
  const reader = make()
  const read = values.map(() => reader.deserialize(input))
  assert.equal(input.remaining, 0)
  return read
}

/** More shapes than a stream learns, and some that it does. */
const MANY_SHAPES = Array.from({ length: 700 }, (_, index) => ({
  [`f${String(index % 300)}`]: index % 3 ? index : 'x',
}))

const EVERYTHING = { ...VALUE_KINDS, ...INSTANCES }

describe('Every kind of value', () => {
  for (const [title, make] of Object.entries(EVERYTHING)) {
    it(`such as ${title} arrives as it left: in exchanges, state and copies, whatever was declared`, () => {
      const expected = comparable(make())
      for (const type of [undefined, Types.LONG, Types.TUPLE(ORDER, ACCOUNT_TYPE)]) {
        const stream = streamSerializers(type, SAMPLE_CLASSES)
        const read = through([make(), 1, make(), { a: 1 }, make()], stream)
        assert.deepStrictEqual(comparable([read[0], read[2], read[4]]), [expected, expected, expected])
        const declared: TypeInformation<unknown> = type ?? Types.GENERIC()
        const state = declared.createSerializer(SAMPLE_CLASSES)
        assert.deepStrictEqual(comparable(through([make(), make()], () => state)), [expected, expected])
        assert.deepStrictEqual(comparable(state.copy(make())), expected)
      }
    })

    it(`such as ${title} does so after many other shapes`, () => {
      const read = through([...MANY_SHAPES, make(), make()], streamSerializers(undefined, SAMPLE_CLASSES))
      assert.deepStrictEqual(comparable(read.slice(-2)), [comparable(make()), comparable(make())])
      assert.deepStrictEqual(read.slice(0, -2), MANY_SHAPES)
    })
  }

  it('keeps cycles closed and shared instances shared', () => {
    for (const type of [undefined, Types.LIST(ACCOUNT_TYPE), Types.GENERIC()]) {
      const make = streamSerializers(type, SAMPLE_CLASSES)
      const [cyclic] = through([INSTANCES['an instance that contains itself']?.()], make) as [{ tags: unknown[] }]
      assert.equal(cyclic.tags[0], cyclic)
      assert.equal(cyclic.tags[1], cyclic.tags)
      const [shared] = through([INSTANCES['an instance that is shared']?.()], make) as [
        { left: unknown; right: unknown[] },
      ]
      assert.equal(shared.left, shared.right[0])
    }
  })

  it('arrives through any declared type, for values of all sorts', () => {
    const accounts = fc.record({ owner: fc.string(), balance: fc.double(), tags: fc.array(fc.string()) })
    const values = fc.array(fc.oneof(anyValue, accounts), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(values, fc.constantFrom(...Object.values(DECLARED)), (drawn, type) => {
        const expected = drawn.filter((value) => !holdsInvalidDate(value))
        assert.deepStrictEqual(through(expected, streamSerializers(type, NO_REGISTERED_TYPES)), expected)
        const state = type.createSerializer()
        assert.deepStrictEqual(
          through(expected, () => state),
          expected,
        )
        assert.deepStrictEqual(
          expected.map((value) => state.copy(value)),
          expected,
        )
      }),
      { numRuns: 300 },
    )
  })

  it('that fits its declaration arrives too, null fields and all numbers included', () => {
    const order = fc.record(
      {
        id: fc.option(fc.double()),
        at: fc.option(fc.date({ noInvalidDate: true })),
        lines: fc.array(fc.tuple(fc.option(anyText()), fc.option(fc.integer()))),
        notes: fc.array(fc.tuple(fc.string(), fc.boolean())).map((entries) => new Map(entries)),
      },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(fc.array(order), (orders) => {
        const values: unknown[] = orders
        assert.deepStrictEqual(through(values, streamSerializers(ORDER, NO_REGISTERED_TYPES)), values)
        const state = ORDER.createSerializer() as TypeSerializer<unknown>
        assert.deepStrictEqual(
          through(values, () => state),
          values,
        )
        assert.deepStrictEqual(
          values.map((value) => state.copy(value)),
          values,
        )
      }),
    )
  })
})

describe('A declared type', () => {
  const fits = { id: 1, at: new Date(5), lines: [['a', 1]], notes: new Map([['n', true]]) }

  it('is known at both ends: the first record of a stream is as short as the others', () => {
    const output = new DataOutputView()
    const writer = streamSerializers(ORDER, NO_REGISTERED_TYPES)()
    writer.serialize(fits, output)
    const first = output.position
    writer.serialize(fits, output)
    assert.equal(output.position, 2 * first)
    assert.equal(first, 1 + 8 + 8 + (4 + 2 + 4) + (4 + 2 + 1))
  })

  it('writes state as a byte and the row, a byte more for each field', () => {
    const output = new DataOutputView()
    ORDER.createSerializer().serialize(fits as never, output)
    assert.equal(output.toBytes()[0], 0)
    assert.equal(output.position, 1 + (1 + 8) + (1 + 8) + (1 + 4 + (1 + 2) + (1 + 4)) + (1 + 4 + 2 + 1))
  })

  it('reads what was written without a declaration', () => {
    const values = [fits, null, undefined, { id: 'x' }, [1], 'text', -0]
    const output = new DataOutputView()
    for (const value of values) Types.GENERIC().createSerializer().serialize(value, output)
    const input = new DataInputView(output.toBytes())
    const reader = ORDER.createSerializer()
    assert.deepStrictEqual(
      values.map(() => reader.deserialize(input)),
      values,
    )
  })

  it('never reads past the end of a row that was cut off', () => {
    const output = new DataOutputView()
    ORDER.createSerializer().serialize(fits as never, output)
    const bytes = output.toBytes()
    for (let length = 0; length < bytes.length; length += 1) {
      const cut = bytes.slice(0, length)
      assert.throws(() => ORDER.createSerializer().deserialize(new DataInputView(cut)), `cut at ${String(length)}`)
    }
  })

  it('of the user brings its own serializer to both ends of a stream', () => {
    const tenths: TypeInformation<unknown> = {
      description: 'TENTHS',
      keyKind: () => 'auto',
      createSerializer: () => ({
        serialize: (value, output) => {
          output.writeInt32(Number(value) * 10)
        },
        deserialize: (input) => input.readInt32() / 10,
        copy: (value) => value,
      }),
    }
    const output = new DataOutputView()
    streamSerializers(tenths, NO_REGISTERED_TYPES)().serialize(1.5, output)
    assert.deepStrictEqual([...output.toBytes()], [0, 0, 0, 15])
    assert.deepStrictEqual(through([1.5, -2], streamSerializers(tenths, NO_REGISTERED_TYPES)), [1.5, -2])
  })
})
