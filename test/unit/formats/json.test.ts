import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  JsonDeserializationSchema,
  JsonReaderFormat,
  JsonSerializationSchema,
} from '../../../src/formats/json/json-entry.js'
import { SimpleStringSchema } from '../../../src/formats/string/string-entry.js'
import { FlinkError, Types, type ErrorCode, type StandardSchemaV1, type TypeInformation } from '../../../src/index.js'
import { bytesOf, recordsIn, textOf } from './format-reading.js'

class Visit {
  user = ''
  pages = 0
}

const is =
  (code: ErrorCode, text = /./) =>
  (error: unknown): boolean => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, text)
    return true
  }

const positive: StandardSchemaV1 = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const { count } = value as { count?: unknown }
      if (typeof count === 'number' && count > 0) return { value: { count, doubled: count * 2 } }
      return { issues: [{ message: 'has to be above 0', path: ['count'] }, { message: 'and known' }] }
    },
  },
}

describe('JsonDeserializationSchema', () => {
  it('makes values of the declared type', () => {
    const type = Types.OBJECT({
      name: Types.STRING,
      at: Types.INSTANT,
      large: Types.BIG_INT,
      tags: Types.LIST(Types.STRING),
      pair: Types.TUPLE(Types.LONG, Types.BOOLEAN),
      prices: Types.MAP(Types.STRING, Types.DOUBLE),
      byNumber: Types.MAP(Types.LONG, Types.STRING),
      visit: Types.POJO(Visit, { user: Types.STRING, pages: Types.LONG }),
      any: Types.GENERIC(),
    })
    const message = {
      name: 'n',
      at: '2024-05-01T10:00:00Z',
      large: '123456789012345678901',
      tags: ['a', 'b'],
      pair: [3, true],
      prices: { x: 1.5 },
      byNumber: { 7: 'seven' },
      visit: { user: 'u', pages: 2 },
      any: [null, {}],
      undeclared: 1,
    }
    const record = new JsonDeserializationSchema(type).deserialize(bytesOf(JSON.stringify(message)))
    const visit = Object.assign(new Visit(), { user: 'u', pages: 2 })
    assert.deepEqual(record, {
      ...message,
      at: new Date('2024-05-01T10:00:00Z'),
      large: 123456789012345678901n,
      prices: new Map([['x', 1.5]]),
      byNumber: new Map([[7, 'seven']]),
      visit,
    })
    assert.equal(Object.getPrototypeOf(record?.visit), Visit.prototype)
  })

  it('makes an instance of no other class than the declared one, whatever a message says', () => {
    const schema = new JsonDeserializationSchema(Types.POJO(Visit, { user: Types.STRING, pages: Types.LONG }))
    const visit = schema.deserialize(bytesOf('{"__proto__":{"admin":true},"user":"u","pages":2}'))
    assert.equal(Object.getPrototypeOf(visit), Visit.prototype)
    assert.equal(visit?.user, 'u')
  })

  it('says which field is not of its type, the text and what to do', () => {
    const refused: readonly (readonly [TypeInformation<unknown>, unknown, RegExp])[] = [
      [
        Types.OBJECT({ a: Types.OBJECT({ b: Types.LONG }) }),
        { a: { b: 'x' } },
        /the field a\.b has to be a whole number/,
      ],
      [Types.OBJECT({ a: Types.LONG }), {}, /the field a is missing\. It says '\{\}'\. .*ignoreParseErrors/],
      [Types.OBJECT({ a: Types.LONG }), { a: 1.5 }, /whole number/],
      [Types.OBJECT({ a: Types.STRING }), { a: null }, /the field a has to be a text, but is null/],
      [
        Types.OBJECT({ a: Types.LIST(Types.BOOLEAN) }),
        { a: [true, 1] },
        /the field a\[\] has to be true or false, but is 1/,
      ],
      [Types.TUPLE(Types.LONG), [1, 2], /the record has to be a list of 1/],
      [Types.MAP(Types.LONG, Types.LONG), { x: 1 }, /whole number/],
      [Types.MAP(Types.LONG, Types.LONG), [], /an object/],
      [Types.MAP(Types.LONG, Types.LONG), { '': 1 }, /whole number/],
      [Types.MAP(Types.LONG, Types.LONG), { '0x10': 1 }, /whole number/],
      [Types.INSTANT, 'never', /a time/],
      [Types.INSTANT, '5', /a time/],
      [Types.INSTANT, '2024-02-30', /a time/],
      [Types.BIG_INT, 1e300, /whole number/],
      [Types.DOUBLE, '1', /a number/],
      [Types.LIST(Types.LONG), {}, /a list/],
      [Types.OBJECT({ a: Types.LONG }), [], /the record has to be an object/],
    ]
    for (const [type, message, text] of refused) {
      const schema = new JsonDeserializationSchema(type)
      assert.throws(() => schema.deserialize(bytesOf(JSON.stringify(message))), is('RECORD_NOT_DESERIALIZABLE', text))
      const ignoring = new JsonDeserializationSchema(type, { ignoreParseErrors: true })
      assert.equal(ignoring.deserialize(bytesOf(JSON.stringify(message))), undefined)
    }
  })

  it('says at which column a text stops being JSON', () => {
    const schema = new JsonDeserializationSchema()
    for (const [text, column] of [
      ['{"a":1,}', 8],
      ['{"a":tru}', 6],
      ['{"a":1', 7],
      ['nothing', 1],
      ['{"a":"b\nc"}', 8],
    ] as const) {
      const told = new RegExp(`, column ${String(column)}\\. It says`)
      assert.throws(() => schema.deserialize(bytesOf(text)), is('RECORD_NOT_DESERIALIZABLE', told))
    }
    const long = bytesOf(`{"a":"${'x'.repeat(20_000_000)}","b":tru}`)
    assert.throws(() => schema.deserialize(long), is('RECORD_NOT_DESERIALIZABLE', /not valid JSON/))
  })

  it('takes what a validator of Standard Schema makes of a message', () => {
    const schema = new JsonDeserializationSchema<{ count: number; doubled: number }>(positive)
    assert.deepEqual(schema.deserialize(bytesOf('{"count":2}')), { count: 2, doubled: 4 })
    const told = /count: has to be above 0; and known/
    assert.throws(() => schema.deserialize(bytesOf('{"count":0}')), is('RECORD_NOT_DESERIALIZABLE', told))
    const issues = Array.from({ length: 7 }, (_, index) => ({ message: 'no', path: [`f${String(index)}`] }))
    const strict = new JsonDeserializationSchema({
      '~standard': { ...positive['~standard'], validate: () => ({ issues }) },
    })
    assert.throws(() => strict.deserialize(bytesOf('1')), is('RECORD_NOT_DESERIALIZABLE', /f4: no; and 2 more/))
    const later = { '~standard': { ...positive['~standard'], validate: () => Promise.resolve({ value: 1 }) } }
    const promising = new JsonDeserializationSchema(later)
    assert.throws(() => promising.deserialize(bytesOf('1')), is('RECORD_NOT_DESERIALIZABLE', /promise/))
    assert.throws(() => new JsonDeserializationSchema({} as never), is('GRAPH_INVALID', /Standard Schema/))
  })
})

describe('JsonSerializationSchema', () => {
  const write = (value: unknown): string => textOf(new JsonSerializationSchema().serialize(value))

  it('writes what JSON can say as JSON.stringify does', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(write(value), JSON.stringify(value))))
  })

  it('writes dates, maps, sets and large numbers', () => {
    const value = {
      at: new Date(0),
      map: new Map([['a', 1n]]),
      set: new Set([1]),
      large: 2n ** 64n,
      nothing: undefined,
    }
    const expected = '{"at":"1970-01-01T00:00:00.000Z","map":{"a":1},"set":[1],"large":"18446744073709551616"}'
    assert.equal(write(value), expected)
  })

  it('writes keys of maps as their texts', () => {
    const value = new Map<unknown, number>([
      [new Date(0), 1],
      [2n, 2],
      [true, 3],
    ])
    assert.equal(write({ value }), '{"value":{"2":2,"1970-01-01T00:00:00.000Z":1,"true":3}}')
  })

  it('refuses what JSON has no form for', () => {
    const loop: { self?: unknown } = {}
    loop.self = loop
    const keys = new Map([[{ a: 1 }, 1]])
    const never = new Date(Number.NaN)
    for (const value of [undefined, { a: Number.NaN }, { f: () => 1 }, loop, Symbol('s'), keys, { never }, never]) {
      assert.throws(() => write(value), is('RECORD_NOT_WRITABLE'))
    }
  })
})

describe('JsonReaderFormat', () => {
  it('reads a value a line, wherever the file is split', async () => {
    const values = fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 1, max: 60 }), async (all, splitBytes) => {
        const text = all.map((value) => `${JSON.stringify(value)}\r\n`).join('\n')
        if (text === '') return
        const read = await recordsIn(JsonReaderFormat.withoutSchema(), text, splitBytes)
        assert.deepEqual(
          read,
          all.map((value) => JSON.parse(JSON.stringify(value)) as unknown),
        )
      }),
      { numRuns: 25 },
    )
  })

  it('says where a line is wrong, or leaves it out', async () => {
    const format = JsonReaderFormat.forSchema(Types.OBJECT({ n: Types.LONG }))
    assert.equal(format.getProducedType()?.description, 'OBJECT(n: LONG)')
    const text = '{"n":1}\n{"n":2,}\n\n{"n":"3"}\n{"n":4}'
    const told =
      /'\/data\/a' cannot be read at line 2 \(byte 8\), column 8: .* There it says '\{"n":2,\}'\. .*withIgnoreParseErrors/
    await assert.rejects(recordsIn(format, text), is('FILE_RECORD_INVALID', told))
    assert.deepEqual(await recordsIn(format.withIgnoreParseErrors(), text, 5), [{ n: 1 }, { n: 4 }])
    assert.throws(() => JsonReaderFormat.forSchema(Visit as never), is('GRAPH_INVALID'))
  })

  it('leaves out what a validator makes nothing of, as messages are left out', async () => {
    const validate = (value: unknown) => ({ value: value === 0 ? undefined : value })
    const schema = { '~standard': { version: 1 as const, vendor: 'test', validate } }
    assert.deepEqual(await recordsIn(JsonReaderFormat.forSchema(schema), '1\n0\nnull\n2\n'), [1, null, 2])
  })
})

describe('SimpleStringSchema', () => {
  it('reads and writes text', () => {
    const schema = new SimpleStringSchema()
    assert.equal(schema.deserialize(schema.serialize('Grüße')), 'Grüße')
    assert.equal(schema.getProducedType().description, 'STRING')
    assert.equal(new SimpleStringSchema('windows-1251').deserialize(Uint8Array.from([0xc6])), 'Ж')
    assert.throws(() => new SimpleStringSchema('windows-1251').serialize('x'), is('GRAPH_INVALID'))
    assert.throws(() => new SimpleStringSchema('none'), is('GRAPH_INVALID'))
  })
})
