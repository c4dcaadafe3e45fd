import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import avsc from 'avsc'
import fc from 'fast-check'
import {
  AvroDeserializationSchema,
  AvroEncoding,
  AvroSerializationSchema,
  type AvroSchema,
} from '../../../src/formats/avro/avro-entry.js'
import { loadAvsc } from '../../../src/formats/avro/load-avsc.js'
import { FlinkError, type ErrorCode } from '../../../src/index.js'
import { textOf } from './format-reading.js'

const is =
  (code: ErrorCode, text = /./) =>
  (error: unknown): boolean => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, text)
    return true
  }

const ADDRESS = { type: 'record', name: 'Address', fields: [{ name: 'city', type: 'string' }] }
const USER = {
  type: 'record',
  name: 'User',
  namespace: 'test',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'name', type: ['null', 'string'], default: null },
    { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
    { name: 'address', type: ['null', ADDRESS], default: null },
    { name: 'counts', type: { type: 'map', values: 'int' }, default: {} },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] }, default: 'A' },
    { name: 'picture', type: 'bytes', default: '' },
  ],
}

interface User {
  readonly id: number
  readonly name: string | null
  readonly tags: readonly string[]
  readonly address: { readonly city: string } | null
  readonly counts: Readonly<Record<string, number>>
  readonly kind: string
  readonly picture: Uint8Array
}

const anyUser: fc.Arbitrary<User> = fc.record(
  {
    id: fc.maxSafeInteger(),
    name: fc.option(fc.string()),
    tags: fc.array(fc.string()),
    address: fc.option(fc.record({ city: fc.string() }, { noNullPrototype: true })),
    counts: fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.integer(),
      { noNullPrototype: true },
    ),
    kind: fc.constantFrom('A', 'B'),
    picture: fc.uint8Array(),
  },
  { noNullPrototype: true },
)

function plain(user: User): User {
  return { ...user, counts: { ...user.counts }, picture: Uint8Array.from(user.picture) }
}

describe('Avro', () => {
  for (const encoding of Object.values(AvroEncoding)) {
    it(`gives back the records that it was given: ${encoding}`, () => {
      const writer = AvroSerializationSchema.forGeneric<User>(USER, encoding)
      const reader = AvroDeserializationSchema.forGeneric<User>(JSON.stringify(USER), encoding)
      fc.assert(
        fc.property(anyUser, (user) => {
          const read = reader.deserialize(writer.serialize(user))
          assert.ok(read)
          assert.deepEqual(plain(read), plain(user))
        }),
      )
    })
  }

  it('writes what Avro says, byte for byte', () => {
    const schema = AvroSerializationSchema.forGeneric({
      type: 'record',
      name: 'R',
      fields: [
        { name: 'a', type: 'long' },
        { name: 'b', type: 'string' },
      ],
    })
    // The example of Avro's specification.
    assert.deepEqual([...schema.serialize({ a: 27, b: 'foo' })], [0x36, 0x06, 0x66, 0x6f, 0x6f])
  })

  it('gives plain objects, which exchanges and state know', () => {
    const writer = AvroSerializationSchema.forGeneric<object>(USER)
    const user = AvroDeserializationSchema.forGeneric<User>(USER).deserialize(
      writer.serialize({ id: 1, address: { city: 'p' } }),
    )
    assert.equal(Object.getPrototypeOf(user), Object.prototype)
    assert.equal(Object.getPrototypeOf(user?.address), Object.prototype)
    assert.deepEqual(user?.tags, [], 'a field that was left out has its default')
  })

  it('reads what was written by another schema, by the rules of Avro', () => {
    const newer = {
      ...USER,
      fields: [
        { name: 'fullName', aliases: ['name'], type: ['null', 'string'], default: null },
        { name: 'id', type: 'double' },
        { name: 'age', type: 'int', default: 7 },
      ],
    }
    const bytes = AvroSerializationSchema.forGeneric<object>(USER).serialize({ id: 3, name: 'ann' })
    const reader = AvroDeserializationSchema.forGeneric(newer, AvroEncoding.BINARY, { writerSchema: USER })
    assert.deepEqual(reader.deserialize(bytes), { fullName: 'ann', id: 3, age: 7 })
    const needs = { ...USER, fields: [{ name: 'zip', type: 'string' }] }
    assert.throws(
      () => AvroDeserializationSchema.forGeneric(needs, AvroEncoding.BINARY, { writerSchema: USER }),
      is('GRAPH_INVALID', /cannot be read as its own/),
    )
  })

  it('has longs as numbers, or as bigint of any size', () => {
    const schemas: readonly AvroSchema[] = ['long', { type: 'long', logicalType: 'timestamp-micros' }]
    for (const schema of schemas) {
      const large = AvroSerializationSchema.forGeneric<bigint>(schema, AvroEncoding.BINARY, { longs: 'bigint' })
      const reader = AvroDeserializationSchema.forGeneric<bigint>(schema, AvroEncoding.BINARY, { longs: 'bigint' })
      fc.assert(
        fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
          assert.equal(reader.deserialize(large.serialize(value)), value)
        }),
      )
      const asNumber = AvroDeserializationSchema.forGeneric(schema)
      assert.equal(asNumber.deserialize(large.serialize(-5n)), -5)
      assert.throws(
        () => asNumber.deserialize(large.serialize(2n ** 60n)),
        is('RECORD_NOT_DESERIALIZABLE', /longs: 'bigint'/),
      )
    }
  })

  it('refuses longs in JSON that would be other numbers there', () => {
    const given = ['long', AvroEncoding.JSON, { longs: 'bigint' }] as const
    const writer = AvroSerializationSchema.forGeneric<bigint>(...given)
    const reader = AvroDeserializationSchema.forGeneric<bigint>(...given)
    assert.equal(reader.deserialize(writer.serialize(-(2n ** 53n - 1n))), -(2n ** 53n - 1n))
    assert.throws(() => writer.serialize(2n ** 53n + 1n), is('RECORD_NOT_WRITABLE', /AvroEncoding.BINARY/))
    const text = new TextEncoder().encode('9007199254740993')
    assert.throws(() => reader.deserialize(text), is('RECORD_NOT_DESERIALIZABLE', /AvroEncoding.BINARY/))
  })

  it('says of bytes that are no record what they are, and of a record what is wrong with it', () => {
    const reader = AvroDeserializationSchema.forGeneric(USER)
    const bytes = AvroSerializationSchema.forGeneric<object>(USER).serialize({ id: 3 })
    for (const bad of [bytes.subarray(0, 3), new Uint8Array(0), Uint8Array.from([...bytes, 1])]) {
      assert.throws(() => reader.deserialize(bad), is('RECORD_NOT_DESERIALIZABLE', /\d+ bytes/))
    }
    const writer = AvroSerializationSchema.forGeneric<object>(USER)
    for (const bad of [{}, { id: 'x' }, { id: 1, kind: 'C' }, { id: 2 ** 60 }, null as never]) {
      assert.throws(() => writer.serialize(bad), is('RECORD_NOT_WRITABLE', /invalid|of null/))
    }
  })

  it('does not believe a message that names more elements than it has bytes for', () => {
    const many = [0x80, 0x80, 0x80, 0x80, 0x80, 0x40]
    const empty = { type: 'record', name: 'Empty', fields: [] }
    const arrays = ['null', 'int', empty].map((items) => ({ type: 'array', items }))
    const maps = ['null', 'int'].map((values) => ({ type: 'map', values }))
    const refused = is('RECORD_NOT_DESERIALIZABLE', /it names 1099511627776 elements, and has 2 bytes/)
    for (const schema of [...arrays, ...maps]) {
      const whole = AvroDeserializationSchema.forGeneric(schema)
      assert.throws(() => whole.deserialize(Uint8Array.from([...many, 0, 0])), refused)
      const writerSchema = { type: 'record', name: 'Left', fields: [{ name: 'out', type: schema }] }
      const other = AvroDeserializationSchema.forGeneric({ ...writerSchema, fields: [] }, AvroEncoding.BINARY, {
        writerSchema,
      })
      assert.throws(() => other.deserialize(Uint8Array.from([...many, 0, 0])), refused)
    }
  })

  it('reads elements that have no bytes, and a map with whichever keys', () => {
    const nulls = AvroDeserializationSchema.forGeneric<readonly null[]>({ type: 'array', items: 'null' })
    assert.deepEqual(nulls.deserialize(Uint8Array.from([6, 0])), [null, null, null])
    const schema = { type: 'map', values: 'int' }
    const counts = Object.fromEntries([
      ['__proto__', 7],
      ['constructor', 8],
    ])
    const bytes = AvroSerializationSchema.forGeneric<object>(schema).serialize(counts)
    assert.deepEqual(
      Object.entries(AvroDeserializationSchema.forGeneric<object>(schema).deserialize(bytes) ?? {}),
      Object.entries(counts),
    )
    const oneBlock = [1, 4, 2, 0]
    const ints = AvroDeserializationSchema.forGeneric({ type: 'array', items: 'int' })
    assert.deepEqual(ints.deserialize(Uint8Array.from(oneBlock)), [1])
  })

  it('writes JSON that people read', () => {
    const bytes = AvroSerializationSchema.forGeneric<object>(ADDRESS, AvroEncoding.JSON).serialize({ city: 'Köln' })
    assert.equal(textOf(bytes), '{"city":"Köln"}')
  })

  it('refuses what is no schema', () => {
    const wrong: readonly [schema: unknown, text: RegExp][] = [
      ['{"type":', /JSON/],
      [{ type: 'nope' }, /unknown type/],
      [undefined, /takes a schema/],
      [7, /takes a schema/],
    ]
    for (const [schema, text] of wrong) {
      assert.throws(() => AvroDeserializationSchema.forGeneric(schema as AvroSchema), is('GRAPH_INVALID', text))
    }
  })

  it('says what to install where its package is not there', () => {
    const missing = (): never => {
      throw Object.assign(new Error("Cannot find module 'avsc'"), { code: 'MODULE_NOT_FOUND' })
    }
    assert.throws(
      () => loadAvsc(missing),
      is('FORMAT_PACKAGE_MISSING', /avsc is not installed\. Run: npm install avsc@/),
    )
    assert.equal(loadAvsc().Type, avsc.Type)
  })
})
