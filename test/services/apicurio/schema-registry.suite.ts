/** Avro with a schema registry, and Avro's own library as a witness of the bytes. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, it } from 'node:test'
import {
  AvroSerializationSchema,
  ConfluentRegistryAvroDeserializationSchema,
  ConfluentRegistryAvroSerializationSchema,
} from '../../../src/formats/avro/avro-entry.js'
import { FlinkError, type ErrorCode } from '../../../src/index.js'
import { Workspace } from '../../e2e/command-line.js'

const REGISTRY = `http://127.0.0.1:${process.env.APICURIO_PORT ?? '8091'}/apis/ccompat/v7`
const JARS = path.join(process.env.SVC_HOME ?? '/tmp/svc', 'jars/apicurio')
const SOURCES = path.resolve(import.meta.dirname, '../../../../test/services/apicurio')

const USER = {
  type: 'record',
  name: 'User',
  namespace: 'shop',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'name', type: ['null', 'string'], default: null },
  ],
}
const NEWER = { ...USER, fields: [...USER.fields, { name: 'age', type: 'int', default: 7 }] }

const is =
  (code: ErrorCode, text: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, text)
    return true
  }

async function ask(method: string, place: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const response = await fetch(REGISTRY + place, { method, headers, body: JSON.stringify(body) })
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return JSON.parse(text)
}

describe('Avro with a schema registry', () => {
  it('reads what it has written, by the schema of the reader', () => {
    const written = ConfluentRegistryAvroSerializationSchema.forGeneric<object>('users-value', USER, REGISTRY)
    const newer = ConfluentRegistryAvroSerializationSchema.forGeneric<object>('users-value', NEWER, REGISTRY)
    const messages = [written.serialize({ id: 1, name: 'ann' }), newer.serialize({ id: 2, age: 30 })]
    const [first, second] = messages.map((message) => Buffer.from(message).readUInt32BE(1))
    assert.notEqual(first, second)
    const reader = ConfluentRegistryAvroDeserializationSchema.forGeneric(NEWER, REGISTRY)
    assert.deepEqual(
      messages.map((message) => reader.deserialize(message)),
      [
        { id: 1, name: 'ann', age: 7 },
        { id: 2, name: null, age: 30 },
      ],
    )
    const asWritten = ConfluentRegistryAvroDeserializationSchema.forGeneric(undefined, REGISTRY)
    assert.deepEqual(
      messages.map((message) => asWritten.deserialize(message)),
      [
        { id: 1, name: 'ann' },
        { id: 2, name: null, age: 30 },
      ],
    )
  })

  it('says that a message names a schema which is not there', () => {
    const reader = ConfluentRegistryAvroDeserializationSchema.forGeneric(USER, REGISTRY)
    const message = new Uint8Array([0, 0, 9, 9, 9, 2, 0])
    assert.throws(
      () => reader.deserialize(message),
      is('RECORD_NOT_DESERIALIZABLE', /the registry has no schema 592137/),
    )
  })

  it('refuses a schema that is not compatible with the subject', async () => {
    ConfluentRegistryAvroSerializationSchema.forGeneric<object>('kept-value', USER, REGISTRY).serialize({ id: 1 })
    await ask('PUT', '/config/kept-value', { compatibility: 'BACKWARD' })
    const other = { ...USER, fields: [{ name: 'zip', type: 'string' }] }
    const writer = ConfluentRegistryAvroSerializationSchema.forGeneric<object>('kept-value', other, REGISTRY)
    assert.throws(() => writer.serialize({ zip: 'x' }), is('SCHEMA_REGISTRY_REFUSED', /HTTP 4\d\d/))
  })

  it('takes the schemas that a schema refers to', async () => {
    const order = { type: 'record', name: 'Order', fields: [{ name: 'buyer', type: 'shop.User' }] }
    await ask('POST', '/subjects/user/versions', { schema: JSON.stringify(USER) })
    const references = [{ name: 'shop.User', subject: 'user', version: 1 }]
    const { id } = (await ask('POST', '/subjects/orders-value/versions', {
      schema: JSON.stringify(order),
      references,
    })) as {
      id: number
    }
    const message = Buffer.from([0, 0, 0, 0, 0, 14, 0])
    message.writeUInt32BE(id, 1)
    const reader = ConfluentRegistryAvroDeserializationSchema.forGeneric(undefined, REGISTRY)
    assert.deepEqual(reader.deserialize(message), { buyer: { id: 7, name: null } })
  })

  it('runs in a job, whose messages that are none become dead letters', async () => {
    const workspace = new Workspace()
    const job = workspace.file(
      'job.mjs',
      `import { ConfluentRegistryAvroDeserializationSchema, ConfluentRegistryAvroSerializationSchema } from 'flink-ts/formats/avro'
const SCHEMA = ${JSON.stringify(USER)}
export default function (env, params) {
  const writer = ConfluentRegistryAvroSerializationSchema.forGeneric('job-value', SCHEMA, params.get('registry'))
  const reader = ConfluentRegistryAvroDeserializationSchema.forGeneric(SCHEMA, params.get('registry'))
  env.fromSequence(1, 6)
    .map((id) => id % 3 === 0 ? new Uint8Array([id]) : writer.serialize({ id, name: 'n' + id })).name('write')
    .map((bytes) => reader.deserialize(bytes)).name('read')
    .onError('dead-letter', (letter) => console.log('dead ' + letter.operator + ' ' + letter.record.join()))
    .map(({ id, name }) => id + ' ' + name).print()
}
`,
    )
    const { exitCode, stdout, stderr } = await workspace.run('run', '-p', '1', job, '--registry', REGISTRY)
    assert.equal(exitCode, 0, stderr)
    const lines = stdout.split('\n').filter((line) => /^(?:dead|\d)/.test(line))
    assert.deepEqual(lines.sort(), ['1 n1', '2 n2', '4 n4', '5 n5', 'dead read 3', 'dead read 6'])
    workspace.remove()
  })
})

describe('The bytes of Avro', () => {
  it("are those of Apache Avro's own library", () => {
    const schema = {
      type: 'record',
      name: 'All',
      fields: [
        { name: 'long', type: 'long' },
        { name: 'int', type: 'int' },
        { name: 'double', type: 'double' },
        { name: 'text', type: 'string' },
        { name: 'bytes', type: 'bytes' },
        { name: 'list', type: { type: 'array', items: ['null', 'string'] } },
        { name: 'map', type: { type: 'map', values: 'long' } },
        { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
        { name: 'inner', type: ['null', USER] },
      ],
    }
    const writer = AvroSerializationSchema.forGeneric<object>(schema)
    const longs = [0, -1, 63, -65, 2 ** 31, 2 ** 52, -(2 ** 52) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
    const written = longs.map((long, index) =>
      Buffer.from(
        writer.serialize({
          long,
          int: -index,
          double: index / 3,
          text: `Köln ${String(index)}`,
          bytes: new Uint8Array(index),
          list: index % 2 === 0 ? [] : [null, 'x'],
          map: { key: long },
          kind: 'B',
          inner: index % 2 === 0 ? null : { id: long, name: 'n' },
        }),
      ).toString('hex'),
    )
    const command = [
      '-XX:TieredStopAtLevel=1',
      '-cp',
      `${JARS}/*`,
      path.join(SOURCES, 'Reencode.java'),
      JSON.stringify(schema),
    ]
    const { status, stdout, stderr } = spawnSync('java', command, {
      input: `${written.join('\n')}\n`,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    const lines = stdout.trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => line.split(' ')[0]),
      written,
    )
    assert.deepEqual(
      lines.map((line) => Number(/"long": (-?\d+)/.exec(line)?.[1])),
      longs,
    )
  })
})
