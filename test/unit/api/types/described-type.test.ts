import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mapTypesDescribedAs, typeDescribedAs } from '../../../../src/api/types/described-type.js'
import type { TypeInformation } from '../../../../src/api/types/type-information.js'
import { Types } from '../../../../src/api/types/types-table.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { registeredClass, RegisteredTypes } from '../../../../src/core/types/registered-types.js'
import {
  describeMapState,
  describeType,
  describeUnquoted,
  parseTypeDescription,
} from '../../../../src/core/types/type-description.js'
import { anyText } from '../../core/types/any-text.js'

/** A type, and values of it. */
interface TypeWithValues {
  readonly type: TypeInformation<unknown>
  readonly values: fc.Arbitrary<unknown>
}

class Visit {
  user = 'nobody'
  pages = 0
}

/** What a description is made of, in names where it must not count. */
const NAMES = [
  'user',
  'größe',
  'my-field',
  'a b',
  '',
  ' ',
  'a: LONG, b',
  'a) => b',
  ' => ',
  '"',
  '"a"',
  '\\',
  '>(',
  '\ud800',
  'a\nb',
  '__proto__',
  '1',
  'LIST(LONG)',
]
const name = fc.oneof(fc.constantFrom(...NAMES), anyText())
const whole = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

const simple: fc.Arbitrary<TypeWithValues> = fc.constantFrom<TypeWithValues>(
  { type: Types.STRING, values: fc.string() },
  { type: Types.LONG, values: fc.maxSafeInteger() },
  { type: Types.INT, values: whole },
  { type: Types.DOUBLE, values: fc.double() },
  { type: Types.BOOLEAN, values: fc.boolean() },
  { type: Types.BIG_INT, values: fc.bigInt() },
  { type: Types.LONG_BIGINT, values: fc.bigInt() },
  { type: Types.INSTANT, values: fc.date({ noInvalidDate: true }) },
  { type: Types.GENERIC(), values: fc.jsonValue() },
)

const { type: anyType } = fc.letrec<{ type: TypeWithValues }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    simple,
    tie('type').map(({ type, values }) => ({ type: Types.LIST(type), values: fc.array(values, { maxLength: 3 }) })),
    fc.tuple(tie('type'), tie('type')).map(([key, value]) => ({
      type: Types.MAP(key.type, value.type),
      values: fc.array(fc.tuple(key.values, value.values), { maxLength: 3 }).map((entries) => new Map(entries)),
    })),
    fc.array(tie('type'), { maxLength: 3 }).map((fields) => ({
      type: Types.TUPLE(...fields.map(({ type }) => type)),
      values: fc.tuple(...fields.map(({ values }) => values)),
    })),
    fc.uniqueArray(fc.tuple(name, tie('type')), { maxLength: 3, selector: ([each]) => each }).map((fields) => ({
      type: Types.OBJECT(Object.fromEntries(fields.map(([each, { type }]) => [each, type]))),
      values: fc
        .tuple(...fields.map(([, { values }]) => values))
        .map((values) => Object.fromEntries(fields.map(([each], index) => [each, values[index]]))),
    })),
  ),
}))

function bytesOf(type: TypeInformation<unknown>, value: unknown, classes?: RegisteredTypes): Uint8Array {
  const output = new DataOutputView()
  type.createSerializer(classes).serialize(value, output)
  return output.toBytes()
}

function readBack(description: string): TypeInformation<unknown> {
  const type = typeDescribedAs(description)
  assert.ok(type !== undefined, description)
  return type
}

describe('A type that is read from its description', () => {
  it('has the same description, whatever is declared, and reads and writes the same bytes', () => {
    const typeWithValue = anyType.chain(({ type, values }) => fc.tuple(fc.constant(type), values))
    fc.assert(
      fc.property(typeWithValue, ([type, value]) => {
        const again = readBack(type.description)
        assert.equal(again.description, type.description)
        assert.deepEqual(again.keyKind(), type.keyKind())
        const bytes = bytesOf(type, value)
        const read = again.createSerializer().deserialize(new DataInputView(bytes))
        assert.deepStrictEqual(read, type.createSerializer().deserialize(new DataInputView(bytes)))
        assert.deepEqual(bytesOf(again, value), bytes)
      }),
      { numRuns: 300 },
    )
  })

  it('is text again exactly as it was, whatever the text', () => {
    const part = fc.constantFrom('LIST(', 'OBJECT(', 'POJO<', '>(', 'a: ', ', ', ')', 'LONG', 'X', ' => ', '"', 'MAP(')
    const text = fc.oneof(
      anyText(),
      fc.array(part).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (each) => {
        assert.equal(describeType(parseTypeDescription(each)), each)
      }),
      { numRuns: 2_000 },
    )
  })

  it('tells a name that looks like a part of a description from that part', () => {
    const two = Types.OBJECT({ a: Types.LONG, b: Types.STRING })
    const one = Types.OBJECT({ 'a: LONG, b': Types.STRING })
    assert.equal(two.description, 'OBJECT(a: LONG, b: STRING)')
    assert.equal(one.description, 'OBJECT("a: LONG, b": STRING)')
    assert.equal(describeUnquoted(parseTypeDescription(one.description)), two.description)
  })

  it('reads instances of a class that is there as such, and those of one that is not as plain objects', () => {
    const type = Types.POJO(Visit, { user: Types.STRING, pages: Types.INT })
    assert.equal(type.description, 'POJO<Visit>(user: STRING, pages: INT)')
    const visit = Object.assign(new Visit(), { user: 'u1', pages: 3 })
    const bytes = bytesOf(type, visit)
    const known = typeDescribedAs(type.description, new RegisteredTypes([registeredClass(Visit)]))
    assert.deepStrictEqual(known?.createSerializer().deserialize(new DataInputView(bytes)), visit)
    const plain = readBack(type.description)
    const read = plain.createSerializer().deserialize(new DataInputView(bytes))
    assert.deepStrictEqual(read, { user: 'u1', pages: 3 })
    assert.deepEqual(bytesOf(plain, read), bytes)
    // A value with a field more goes another way.
    const more = bytesOf(type, Object.assign(new Visit(), { at: new Date(5) }))
    const readMore = plain.createSerializer().deserialize(new DataInputView(more))
    assert.deepStrictEqual(readMore, { user: 'nobody', pages: 0, at: new Date(5) })
    assert.equal(Types.POJO(Visit).description, 'POJO<Visit>()')
    const generic = readBack('POJO<Visit>()').createSerializer()
    assert.deepStrictEqual(generic.deserialize(new DataInputView(bytesOf(Types.POJO(Visit), visit))), read)
  })

  it('is not there for types of the engine and of the user, nor for what is no description', () => {
    const others = [
      'PANES(LONG)',
      'TTL(STRING)',
      'TUMBLING_SESSIONS(LONG)',
      'JOIN_BUFFERS(A, B)',
      'KILOMETRES',
      'PRESENCE',
    ]
    const wrong = [
      '',
      'LIST()',
      'LIST(LONG',
      'LIST(LONG))',
      'LONG)',
      'MAP(LONG)',
      'LIST(LONG, LONG)',
      'OBJECT(a)',
      'LONGS',
    ]
    const badNames = [
      'OBJECT("a": LONG)',
      'OBJECT("a:: LONG)',
      'OBJECT("\\q:": LONG)',
      'POJO<>()',
      'POJO<A>',
      'OBJECT( a: LONG)',
    ]
    for (const text of [...others, ...wrong, ...badNames]) assert.equal(typeDescribedAs(text), undefined, text)
    assert.equal(typeDescribedAs('LIST('.repeat(5_000)), undefined)
  })

  it('counts a type of the user as generic where it is inside another, as it was written', () => {
    const kilometres: TypeInformation<number> = {
      description: 'KILOMETRES(in tenths)',
      keyKind: () => 'double',
      createSerializer: () => Types.DOUBLE.createSerializer(),
    }
    const type = Types.LIST(Types.TUPLE(Types.STRING, kilometres))
    const again = readBack(type.description)
    assert.equal(again.description, 'LIST(TUPLE(STRING, KILOMETRES(in tenths)))')
    const value: [string, number][] = [['a', 1.5]]
    assert.deepStrictEqual(again.createSerializer().deserialize(new DataInputView(bytesOf(type, value))), value)
  })

  it('is found for the keys and for the values of a map state', () => {
    const key = Types.OBJECT({ ' => ': Types.STRING })
    const [keyType, valueType] = mapTypesDescribedAs(describeMapState(key.description, 'LIST(LONG)')) ?? []
    assert.equal(keyType?.description, key.description)
    assert.equal(valueType?.description, 'LIST(LONG)')
    for (const text of ['LONG', 'LONG => TTL(LONG)', 'KILOMETRES => LONG', 'LONG => LONG => LONG']) {
      assert.equal(mapTypesDescribedAs(text), undefined, text)
    }
  })
})
