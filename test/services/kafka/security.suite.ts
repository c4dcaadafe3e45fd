import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { Workspace } from '../../e2e/command-line.js'
import { CHECKPOINTED, startCopy } from './copy-job.js'
import { addressOf, keyFile, newTopic, produced, witnessed, type KafkaListener } from './kafka-server.js'

const workspace = new Workspace(CHECKPOINTED)
after(() => {
  workspace.remove()
})

type Properties = Readonly<Record<string, string>>

function plain(user: string, password: string): Properties {
  return login('PLAIN', 'org.apache.kafka.common.security.plain.PlainLoginModule', user, password)
}

function scram(mechanism: string, user: string, password: string): Properties {
  return login(mechanism, 'org.apache.kafka.common.security.scram.ScramLoginModule', user, password)
}

function login(mechanism: string, module: string, user: string, password: string): Properties {
  return {
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': `${module} required username="${user}" password="${password}";`,
  }
}

const BEARER: Properties = {
  'security.protocol': 'SASL_PLAINTEXT',
  'sasl.mechanism': 'OAUTHBEARER',
  'sasl.jaas.config':
    'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="alice";',
}

/** Gives anybody who asks the token of alice that nobody signed, which the broker believes. */
const tokens = createServer((_request, response) => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const token = `${part({ alg: 'none' })}.${part({ sub: 'alice', iat: now, exp: now + 3600 })}.`
  asked += 1
  response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3600 }))
})
let asked = 0
before(() => new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve)))
after(() => {
  tokens.close()
  tokens.closeAllConnections()
  assert.ok(asked > 0, 'the endpoint of tokens was asked')
})

const BY_ENDPOINT = (): Properties => ({
  ...BEARER,
  'sasl.oauthbearer.token.endpoint.url': `http://127.0.0.1:${String((tokens.address() as AddressInfo).port)}/token`,
  'sasl.jaas.config':
    'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="alice" clientSecret="alice-secret";',
})

const TLS: Properties = {
  'security.protocol': 'SSL',
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': keyFile('ca.pem'),
}

const WITH_CERTIFICATE: Properties = {
  ...TLS,
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': keyFile('client.pem'),
}

const WITH_KEYS_IN_PLACE = (): Properties => ({
  'security.protocol': 'SSL',
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.certificates': readFileSync(keyFile('ca.pem'), 'utf8'),
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.certificate.chain': readFileSync(keyFile('client.crt'), 'utf8'),
  'ssl.keystore.key': readFileSync(keyFile('client.key'), 'utf8'),
})

const ALLOWED: readonly (readonly [title: string, listener: KafkaListener, properties: () => Properties])[] = [
  ['SASL PLAIN', 'sasl', () => plain('alice', 'alice-secret')],
  ['SASL SCRAM-SHA-256', 'sasl', () => scram('SCRAM-SHA-256', 'alice', 'alice-secret')],
  ['SASL SCRAM-SHA-512', 'sasl', () => scram('SCRAM-SHA-512', 'alice', 'alice-secret')],
  ['SASL OAUTHBEARER', 'sasl', () => BEARER],
  ['SASL OAUTHBEARER with an endpoint of tokens', 'sasl', BY_ENDPOINT],
  ['TLS', 'tls', () => TLS],
  ['TLS with a certificate of the client', 'tls', () => WITH_CERTIFICATE],
  ['TLS with keys as texts', 'tls', WITH_KEYS_IN_PLACE],
  [
    'SASL SCRAM-SHA-512 within TLS',
    'saslTls',
    () => ({ ...TLS, ...scram('SCRAM-SHA-512', 'alice', 'alice-secret'), 'security.protocol': 'SASL_SSL' }),
  ],
]

const REFUSED: readonly (readonly [title: string, listener: KafkaListener, properties: Properties, why: RegExp])[] = [
  ['SASL PLAIN with a wrong password', 'sasl', plain('alice', 'wrong'), /Check sasl\.jaas\.config/],
  [
    'SASL SCRAM-SHA-256 with a wrong password',
    'sasl',
    scram('SCRAM-SHA-256', 'alice', 'wrong'),
    /Check sasl\.jaas\.config/,
  ],
  ['SASL SCRAM-SHA-512 as nobody', 'sasl', scram('SCRAM-SHA-512', 'nobody', 'secret'), /Check sasl\.jaas\.config/],
  ['TLS without the authority of the broker', 'tls', { 'security.protocol': 'SSL' }, /certificate|ssl\.truststore/i],
]

const VALUES = Array.from({ length: 40 }, (_, number) => `v${String(number)}`)

describe('A job at a broker that wants to know with whom it speaks', () => {
  for (const [title, listener, properties] of ALLOWED) {
    it(`reads and writes over ${title}`, async () => {
      const [input, output] = [await newTopic('in', 2), await newTopic('out', 2)]
      const sent = VALUES.map((value, number) => ({ partition: number % 2, timestamp: number, key: 'k', value }))
      await produced(input, sent)
      const brokers = addressOf(listener)
      const running = startCopy(workspace, { input, output, group: output, brokers, properties: properties() })
      const { exitCode, stdout, stderr } = await running.ended
      assert.equal(exitCode, 0, stdout + stderr)
      assert.deepEqual((await witnessed(output)).map(({ value }) => value).sort(), [...VALUES].sort())
      assert.doesNotMatch(stdout + stderr, /alice-secret|PRIVATE KEY/, 'secrets are not told')
    })
  }

  for (const [title, listener, properties, why] of REFUSED) {
    it(`ends and says why over ${title}`, async () => {
      const [input, output] = [await newTopic('in', 2), await newTopic('out', 2)]
      const brokers = addressOf(listener)
      const options = ['-Drestart-strategy.type=none']
      const running = startCopy(workspace, { input, output, group: output, brokers, properties, options })
      const { exitCode, stdout, stderr } = await running.ended
      assert.notEqual(exitCode, 0)
      assert.match(stdout + stderr, why)
      assert.ok((stdout + stderr).includes(brokers), `the broker is named: ${stdout}${stderr}`)
      assert.doesNotMatch(stdout + stderr, /alice-secret|"wrong"/, 'secrets are not told')
    })
  }
})
