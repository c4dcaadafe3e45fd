/** Confluent's wire format, and what is asked of a registry; a real one is in test/services/schema-registry. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import {
  ConfluentRegistryAvroDeserializationSchema,
  ConfluentRegistryAvroSerializationSchema,
} from '../../../src/formats/avro/avro-entry.js'
import { avroTypeOf } from '../../../src/formats/avro/avro-type.js'
import {
  requestBlocking,
  type RegistryAnswer,
  type RegistryRequest,
} from '../../../src/formats/avro/registry/blocking-request.js'
import { registrySettings, type SchemaRegistryConfigs } from '../../../src/formats/avro/registry/registry-settings.js'
import { SchemaCache } from '../../../src/formats/avro/registry/schema-cache.js'
import { SchemaRegistryClient } from '../../../src/formats/avro/registry/schema-registry-client.js'
import { FlinkError, type ErrorCode } from '../../../src/index.js'
import { bytesOf } from './format-reading.js'

const is =
  (code: ErrorCode, text = /./) =>
  (error: unknown): boolean => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, text)
    return true
  }

const URL_OF_IT = 'http://registry:8081'

/** A registry that answers by a table of paths. */
function registryWith(answers: Readonly<Record<string, RegistryAnswer>>): {
  client: SchemaRegistryClient
  asked: RegistryRequest[]
} {
  const asked: RegistryRequest[] = []
  const client = new SchemaRegistryClient(registrySettings(URL_OF_IT, {}, 'test'), (request) => {
    asked.push(request)
    return answers[request.path] ?? { status: 404, text: '{"error_code":40403,"message":"not there"}' }
  })
  return { client, asked }
}

const found = (value: object): RegistryAnswer => ({ status: 200, text: JSON.stringify(value) })

describe('A client of a schema registry', () => {
  it('takes the schemas that a schema refers to, and theirs', () => {
    const order = {
      type: 'record',
      name: 'Order',
      fields: [
        { name: 'buyer', type: 'shop.User' },
        { name: 'seller', type: 'shop.User' },
      ],
    }
    const user = { type: 'record', name: 'User', namespace: 'shop', fields: [{ name: 'home', type: 'shop.Address' }] }
    const address = { type: 'record', name: 'Address', namespace: 'shop', fields: [{ name: 'city', type: 'string' }] }
    const addressOf = { name: 'shop.Address', subject: 'address', version: 2 }
    const { client, asked } = registryWith({
      '/schemas/ids/7': found({
        schema: JSON.stringify(order),
        references: [{ name: 'shop.User', subject: 'a user', version: 1 }],
      }),
      '/subjects/a%20user/versions/1': found({ schema: JSON.stringify(user), references: [addressOf] }),
      '/subjects/address/versions/2': found({ schema: JSON.stringify(address) }),
    })
    const home = { home: { city: 'p' } }
    assert.equal(client.schemaById(7, {})?.isValid({ buyer: home, seller: home }), true)
    assert.equal(asked.length, 3)
  })

  it('says what the registry says where it refuses', () => {
    const refused = { status: 409, text: '{"error_code":409,"message":"Schema being registered is incompatible"}' }
    const { client } = registryWith({ '/subjects/users-value/versions': refused })
    assert.throws(
      () => client.register('users-value', 'string'),
      is('SCHEMA_REGISTRY_REFUSED', /HTTP 409, Schema being registered is incompatible/),
    )
    for (const [answer, text] of [
      [found({ schema: 'message Proto {}', schemaType: 'PROTOBUF' }), /one of PROTOBUF/],
      [found({ schema: '{' }), /JSON/],
      [{ status: 200, text: '<html>' }, /not that of a schema registry/],
      [{ status: 401, text: 'who are you?' }, /HTTP 401, who are you\?/],
    ] as const) {
      assert.throws(
        () => registryWith({ '/schemas/ids/1': answer }).client.schemaById(1, {}),
        is('SCHEMA_REGISTRY_REFUSED', text),
      )
    }
  })

  it('fails where no try brought an answer', () => {
    const { client } = registryWith({ '/schemas/ids/1': { status: undefined, text: 'connect ECONNREFUSED' } })
    assert.throws(
      () => client.schemaById(1, {}),
      is('SCHEMA_REGISTRY_FAILED', /registry:8081 did not give the schema 1: connect ECONNREFUSED \(4 tries\)/),
    )
  })

  it('asks for a schema once, and for one that is not there now and then', () => {
    const { client, asked } = registryWith({ '/schemas/ids/1': found({ schema: '"string"' }) })
    const cache = new SchemaCache(client, { reader: undefined, options: {}, capacity: 2 })
    for (let times = 0; times < 50; times += 1) assert.ok(cache.get(1))
    assert.equal(asked.length, 1)
    for (let times = 0; times < 101; times += 1) assert.equal(cache.get(9), undefined)
    assert.equal(asked.length, 3)
  })

  it('refuses schemas that refer to each other in a circle', () => {
    const [one, other] = [
      { name: 'One', subject: 'one', version: 1 },
      { name: 'Other', subject: 'other', version: 1 },
    ]
    const { client, asked } = registryWith({
      '/schemas/ids/7': found({ schema: '"One"', references: [one] }),
      '/subjects/one/versions/1': found({ schema: '"Other"', references: [other] }),
      '/subjects/other/versions/1': found({ schema: '"One"', references: [one] }),
    })
    const refused = is(
      'SCHEMA_REGISTRY_REFUSED',
      /version 1 of other: it refers to version 1 of one, which refers to it/,
    )
    assert.throws(() => client.schemaById(7, {}), refused)
    assert.equal(asked.length, 3)
  })

  it('takes no 404 of somebody else for a schema that is not there: it would be none of the record', () => {
    for (const text of ['<html>404 Not Found</html>', '{"error_code":404,"message":"HTTP 404 Not Found"}', 'null']) {
      const { client } = registryWith({ '/schemas/ids/1': { status: 404, text } })
      assert.throws(() => client.schemaById(1, {}), is('SCHEMA_REGISTRY_REFUSED', /HTTP 404/))
    }
  })

  it('asks once for a schema whose values the reader cannot read', () => {
    const { client, asked } = registryWith({ '/schemas/ids/1': found({ schema: '"string"' }) })
    const reader = avroTypeOf('int', { place: 'test' })
    const cache = new SchemaCache(client, { reader, options: {}, capacity: 2 })
    for (let times = 0; times < 50; times += 1) assert.throws(() => cache.get(1), /cannot read "string" as "int"/)
    assert.equal(asked.length, 1)
  })

  it('asks with the name and the password that it was given', () => {
    const basic = (text: string): object => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    const cases: readonly [url: string, configs: SchemaRegistryConfigs, headers: object][] = [
      [URL_OF_IT, {}, {}],
      ['http://ann:p%40ss@registry:8081/', {}, basic('ann:p@ss')],
      ['http://ann:p%40ss@registry:8081/', { 'basic.auth.credentials.source': 'URL' }, basic('ann:p@ss')],
      [URL_OF_IT, { 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'bob:x' }, basic('bob:x')],
      [URL_OF_IT, { 'schema.registry.basic.auth.user.info': 'bob:x' }, basic('bob:x')],
      [
        URL_OF_IT,
        { 'bearer.auth.credentials.source': 'STATIC_TOKEN', 'bearer.auth.token': 't' },
        { authorization: 'Bearer t' },
      ],
    ]
    for (const [url, configs, headers] of cases) {
      const settings = registrySettings(url, configs, 'test')
      assert.deepEqual(settings.headers, headers)
      assert.deepEqual(settings.urls, ['http://registry:8081'], 'no message has the password')
    }
    assert.deepEqual(registrySettings('http://a:1, http://b:2/x/', {}, 'test').urls, ['http://a:1', 'http://b:2/x'])
  })

  it('refuses properties that it would not keep', () => {
    const wrong: readonly [url: string, configs: SchemaRegistryConfigs, text: RegExp][] = [
      ['registry:8081', {}, /no address of a schema registry/],
      [URL_OF_IT, { 'specific.avro.reader': 'true' }, /specific\.avro\.reader .* has no effect here; known are/],
      [URL_OF_IT, { 'basic.auth.credentials.source': 'SASL_INHERIT' }, /known are USER_INFO and URL/],
      [URL_OF_IT, { 'basic.auth.credentials.source': 'USER_INFO' }, /needs basic\.auth\.user\.info/],
      [URL_OF_IT, { 'max.retries': -1 }, /whole number/],
    ]
    for (const [url, configs, text] of wrong) {
      assert.throws(() => registrySettings(url, configs, 'test'), is('GRAPH_INVALID', text))
    }
  })
})

describe('A request in the middle of a synchronous call', () => {
  it('says why where nobody answers', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const urls = [`http://127.0.0.1:${String(port)}`]
    const answer = requestBlocking({
      urls,
      path: '/x',
      method: 'GET',
      headers: {},
      body: undefined,
      timeoutMs: 1000,
      tries: 2,
      backoffMs: 1,
    })
    assert.equal(answer.status, undefined)
    assert.match(answer.text, /ECONNREFUSED/)
  })
})

describe("Messages in Confluent's wire format", () => {
  it('are refused where they are none', () => {
    const schema = ConfluentRegistryAvroDeserializationSchema.forGeneric('string', URL_OF_IT)
    for (const [bytes, text] of [
      [bytesOf('plain'), /begins with the byte 112/],
      [new Uint8Array([0, 0]), /has 2 bytes/],
    ] as const) {
      assert.throws(() => schema.deserialize(bytes), is('RECORD_NOT_DESERIALIZABLE', text))
    }
  })

  it('are not asked about for a record that cannot be written', () => {
    const schema = ConfluentRegistryAvroSerializationSchema.forGeneric('s', 'string', 'http://127.0.0.1:1', {
      'max.retries': 0,
    })
    assert.throws(() => schema.serialize(7), is('RECORD_NOT_WRITABLE', /invalid/))
    assert.throws(() => schema.serialize('x'), is('SCHEMA_REGISTRY_FAILED'))
  })
})
