import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { kafkaClientSettings } from '../../../../src/connectors/kafka/properties/client-settings.js'
import { parsedJaasConfig } from '../../../../src/connectors/kafka/properties/jaas-config.js'
import { withoutEffect } from '../../../../src/connectors/kafka/properties/known-properties.js'
import { Properties, propertiesOf } from '../../../../src/connectors/kafka/properties/properties.js'
import { checkedSourceProperties } from '../../../../src/connectors/kafka/source/source-properties.js'
import { FlinkError, type ErrorCode } from '../../../../src/index.js'

const SERVERS = { 'bootstrap.servers': 'localhost:9092' }
const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="alice" password="a \\"b\\"";'

function refusal(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => FlinkError.is(error, code) && message.test(error.message)
}

describe('Properties', () => {
  it('are set, asked for, copied and removed as those of Java', () => {
    const properties = new Properties()
    assert.equal(properties.setProperty('a', '1'), undefined)
    assert.equal(properties.setProperty('a', '2'), '1')
    properties.putAll({ b: 3, c: true })
    properties.putAll(propertiesOf({ d: 'x' }))
    assert.deepEqual(properties.stringPropertyNames(), ['a', 'b', 'c', 'd'])
    assert.equal(properties.getProperty('c'), 'true')
    assert.equal(properties.getProperty('other', 'else'), 'else')
    assert.equal(properties.remove('a'), '2')
    assert.equal(properties.size(), 3)
  })

  it('are texts', () => {
    const wrong = (): unknown => new Properties().setProperty('a', 1 as never)
    assert.throws(wrong, refusal('GRAPH_INVALID', /a name or value has to be a text, and is 1/))
  })
})

describe('The settings of a client of Kafka', () => {
  it('name brokers with several hosts, IPv6 and a listener before the host', () => {
    const given = propertiesOf({ 'bootstrap.servers': 'one:9092, [::1]:9093,PLAINTEXT://three:9094' })
    assert.deepEqual(kafkaClientSettings(given, 'c').bootstrapServers, [
      { host: 'one', port: 9092 },
      { host: '::1', port: 9093 },
      { host: 'three', port: 9094 },
    ])
  })

  it('refuse brokers that have no address', () => {
    for (const servers of ['', 'localhost', 'localhost:0', 'a b:1']) {
      const settings = (): unknown => kafkaClientSettings(propertiesOf({ 'bootstrap.servers': servers }), 'c')
      assert.throws(settings, refusal('KAFKA_PROPERTY_INVALID', /bootstrap\.servers/))
    }
  })

  it('log in with name and password of sasl.jaas.config', () => {
    const given = {
      ...SERVERS,
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'PLAIN',
      'sasl.jaas.config': PLAIN,
    }
    const { sasl, tls } = kafkaClientSettings(propertiesOf(given), 'c')
    assert.deepEqual(sasl, { mechanism: 'PLAIN', username: 'alice', password: 'a "b"' })
    assert.equal(tls, undefined)
  })

  it('never show a password', () => {
    const given = {
      ...SERVERS,
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'PLAIN',
      'sasl.jaas.config': 'secret;',
    }
    const settings = (): unknown => kafkaClientSettings(propertiesOf(given), 'c')
    assert.throws(
      settings,
      (error) => FlinkError.is(error) && !error.message.includes('secret') && /\*\*\*/.test(error.message),
    )
  })

  it('say that Kerberos is not supported, and that a module is not that of the mechanism', () => {
    const kerberos = { ...SERVERS, 'security.protocol': 'SASL_SSL' }
    const message = /Kerberos, which is the default of Kafka, is not supported/
    assert.throws(() => kafkaClientSettings(propertiesOf(kerberos), 'c'), refusal('KAFKA_PROPERTY_INVALID', message))
    const scram = { ...kerberos, 'sasl.mechanism': 'SCRAM-SHA-256', 'sasl.jaas.config': PLAIN }
    const module = /PlainLoginModule is not that of SCRAM-SHA-256/
    assert.throws(() => kafkaClientSettings(propertiesOf(scram), 'c'), refusal('KAFKA_PROPERTY_INVALID', module))
  })

  it('make a token for OAUTHBEARER that names its subject and nobody signed', async () => {
    const jaas =
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="alice";'
    const given = { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'OAUTHBEARER', 'sasl.jaas.config': jaas }
    const token = await kafkaClientSettings(propertiesOf({ ...SERVERS, ...given }), 'c').sasl?.token?.()
    const [header = '', claims = '', signature] = (token ?? '').split('.')
    assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'none' })
    assert.equal((JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string }).sub, 'alice')
    assert.equal(signature, '')
  })

  describe('of OAUTHBEARER with a token endpoint', () => {
    const MODULE = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required'
    const SECRET = 'a+b/c=='

    /** Asks once, as a connection does; what was asked, and the token or the error. */
    async function asked(
      answer: { readonly status: number; readonly body: string },
      more: Readonly<Record<string, string>> = {},
    ): Promise<{ request: { method?: string; login: string; body: string }; token: string | Error; address: string }> {
      const request = { login: '', body: '' }
      const server = createServer((incoming, response) => {
        const { authorization = '' } = incoming.headers
        const login = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString()
        Object.assign(request, { method: incoming.method, login })
        incoming.setEncoding('utf8').on('data', (text: string) => (request.body += text))
        incoming.on('end', () => response.writeHead(answer.status).end(answer.body))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`
      const given = {
        ...{ ...SERVERS, 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'OAUTHBEARER' },
        'sasl.oauthbearer.token.endpoint.url': address,
        'sasl.jaas.config': `${MODULE} clientId="job" clientSecret="${SECRET}" scope="kafka";`,
        ...more,
      }
      try {
        const token = await kafkaClientSettings(propertiesOf(given), 'c').sasl?.token?.()
        return { request, token: token ?? '', address }
      } catch (error) {
        return { request, token: error as Error, address }
      } finally {
        server.close()
        server.closeAllConnections()
      }
    }

    it('ask it for a token with the id and the secret of the client', async () => {
      const { request, token } = await asked({ status: 200, body: '{"access_token":"the-token","expires_in":60}' })
      assert.equal(token, 'the-token')
      const body = 'grant_type=client_credentials&scope=kafka'
      assert.deepEqual(request, { method: 'POST', login: `job:${SECRET}`, body })
      const encodes = { 'sasl.oauthbearer.header.urlencode': 'true' }
      const encoded = await asked({ status: 200, body: '{"access_token":"t"}' }, encodes)
      assert.equal(encoded.request.login, `job:${encodeURIComponent(SECRET)}`)
    })

    it('say where it gave none, and tell no secret', async () => {
      const answers = [
        { status: 401, body: '{"error":"invalid_client"}' },
        { status: 200, body: '{}' },
        { status: 200, body: 'no JSON' },
      ]
      for (const answer of answers) {
        const { token, address } = await asked(answer)
        assert.ok(FlinkError.is(token, 'KAFKA_ACCESS_REFUSED'))
        assert.ok(token.message.includes(address) && !token.message.includes(SECRET), token.message)
      }
    })

    it('need the id and the secret of the client', async () => {
      const { token } = await asked({ status: 200, body: '' }, { 'sasl.jaas.config': `${MODULE} clientId="job";` })
      assert.ok(FlinkError.is(token, 'KAFKA_PROPERTY_INVALID') && /clientSecret/.test(token.message))
    })
  })

  it('take certificates from the properties, and say how a store of Java is converted', () => {
    const inline = {
      ...SERVERS,
      'security.protocol': 'SSL',
      'ssl.truststore.certificates': 'PEM',
      'ssl.endpoint.identification.algorithm': '',
    }
    assert.deepEqual(kafkaClientSettings(propertiesOf(inline), 'c').tls, { ca: 'PEM', checksServerName: false })
    const store = { ...SERVERS, 'security.protocol': 'SSL', 'ssl.truststore.location': '/x.jks' }
    const settings = (): unknown => kafkaClientSettings(propertiesOf(store), 'c')
    assert.throws(settings, refusal('KAFKA_PROPERTY_INVALID', /Convert it: keytool -importkeystore/))
  })
})

describe('The properties of a source', () => {
  it('have the defaults of Kafka and of Flink', () => {
    const { settings, ineffective } = checkedSourceProperties(propertiesOf(SERVERS), undefined)
    assert.deepEqual(settings.limits, {
      isReadCommitted: false,
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 52_428_800,
      maxPartitionBytes: 1_048_576,
      rackId: '',
    })
    assert.equal(settings.discoveryIntervalMs, 300_000)
    assert.equal(settings.commitsOffsetsOnCheckpoints, false)
    assert.equal(settings.autoCommitIntervalMs, undefined)
    assert.deepEqual(ineffective, [])
  })

  it('commit offsets after checkpoints with a group, and cannot without one', () => {
    const withGroup = checkedSourceProperties(propertiesOf({ ...SERVERS, 'group.id': 'g' }), undefined)
    assert.equal(withGroup.settings.commitsOffsetsOnCheckpoints, true)
    const without = (): unknown =>
      checkedSourceProperties(propertiesOf({ ...SERVERS, 'commit.offsets.on.checkpoint': true }), undefined)
    assert.throws(without, refusal('KAFKA_PROPERTY_INVALID', /group\.id/))
  })

  it('name those that have no effect, but not those that only Java needs', () => {
    const given = { ...SERVERS, 'max.poll.records': 5, 'value.deserializer': 'X', 'foo.bar': 1 }
    assert.deepEqual(checkedSourceProperties(propertiesOf(given), undefined).ineffective, [
      'max.poll.records',
      'foo.bar',
    ])
    const refused = (): unknown => withoutEffect(propertiesOf({ 'interceptor.classes': 'X' }), [])
    assert.throws(refused, refusal('KAFKA_PROPERTY_INVALID', /it names a class of Java/))
  })

  it('have to be of their kind', () => {
    for (const [key, value] of [
      ['fetch.max.bytes', 'many'],
      ['isolation.level', 'serializable'],
      ['enable.auto.commit', 'maybe'],
      ['on.missing.offset', 'ignore'],
    ] as const) {
      const checked = (): unknown => checkedSourceProperties(propertiesOf({ ...SERVERS, [key]: value }), undefined)
      assert.throws(checked, refusal('KAFKA_PROPERTY_INVALID', new RegExp(key)))
    }
  })
})

describe('sasl.jaas.config', () => {
  it('has a module, a flag and options with and without quotes', () => {
    const { module, options } = parsedJaasConfig("a.b.ScramLoginModule required username=bob password='x;y';")
    assert.equal(module, 'ScramLoginModule')
    assert.deepEqual(
      [...options],
      [
        ['username', 'bob'],
        ['password', 'x;y'],
      ],
    )
  })

  it('is refused where it is cut off or has something else', () => {
    assert.throws(() => parsedJaasConfig('a.B required x="y"'), /no ; at its end/)
    assert.throws(() => parsedJaasConfig('a.B x="y";'), /begin with a login module and the word required/)
    assert.throws(() => parsedJaasConfig('a.B required x;'), /options like username/)
  })
})
