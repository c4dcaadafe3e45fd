import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { s3SettingsOf, type S3Settings } from '../../../../src/filesystems/s3/s3-settings.js'

function settingsOf(options: Readonly<Record<string, string>>): S3Settings {
  return s3SettingsOf(Configuration.fromMap(options, 'the test'))
}

it('takes an endpoint as host, host:port or URL, and puts the bucket into the path there', () => {
  assert.equal(settingsOf({ 's3.endpoint': 'store.example' }).endpoint, 'https://store.example')
  assert.equal(settingsOf({ 's3.endpoint': 'http://store:9000/' }).endpoint, 'http://store:9000')
  assert.equal(
    settingsOf({ 's3.endpoint': 'store:9000', 's3.connection.ssl.enabled': 'false' }).endpoint,
    'http://store:9000',
  )
  assert.equal(settingsOf({ 's3.endpoint': 'store:9000' }).isPathStyle, true)
  assert.equal(settingsOf({ 's3.endpoint': 'store:9000', 's3.path-style-access': 'false' }).isPathStyle, false)
  assert.equal(settingsOf({}).isPathStyle, false)
  assert.equal(settingsOf({ 's3.path.style.access': 'true' }).isPathStyle, true)
})

it("reads Flink's other names of the options, and those of Hadoop", () => {
  assert.deepEqual(settingsOf({ 'fs.s3a.access.key': 'a', 's3.secret.key': 'b' }).credentials, {
    accessKeyId: 'a',
    secretAccessKey: 'b',
  })
  assert.equal(settingsOf({ 'fs.s3a.endpoint.region': 'eu-1' }).region, 'eu-1')
  assert.equal(settingsOf({}).credentials, undefined)
})

it('refuses an endpoint that is none, and one key without the other, which it does not print', () => {
  const isInvalid = (text: string) => (error: unknown) =>
    FlinkError.is(error, 'CONFIG_VALUE_INVALID') && error.message.includes(text)
  assert.throws(() => settingsOf({ 's3.endpoint': 'ftp://store' }), isInvalid('s3.endpoint'))
  assert.throws(() => settingsOf({ 's3.endpoint': 'a b' }), isInvalid('host'))
  assert.throws(() => settingsOf({ 's3.access-key': 'hush' }), isInvalid('s3.secret-key is not set'))
  assert.throws(
    () => settingsOf({ 's3.secret-key': 'hush' }),
    (error) => isInvalid('s3.access-key is not set')(error) && !String(error).includes('hush'),
  )
  assert.throws(() => settingsOf({ 's3.upload.min.part.size': '1 mb' }), isInvalid('s3.upload.min.part.size'))
})

it("asks for encryption in Flink's words, and in Hadoop's", () => {
  assert.equal(settingsOf({}).encryption, undefined)
  assert.equal(settingsOf({ 's3.sse.type': 'none' }).encryption, undefined)
  for (const type of ['sse-s3', 'AES256', 'SSE-S3']) {
    assert.deepEqual(settingsOf({ 's3.sse.type': type }).encryption, { ServerSideEncryption: 'AES256' })
  }
  assert.deepEqual(settingsOf({ 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': 'k' }).encryption, {
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: 'k',
  })
  const context = { 's3.sse.type': 'aws:kms', 's3.sse.kms.encryption-context': 'department:finance' }
  const { SSEKMSEncryptionContext = '' } = settingsOf(context).encryption ?? {}
  assert.deepEqual(JSON.parse(Buffer.from(SSEKMSEncryptionContext, 'base64').toString()), { department: 'finance' })
  assert.throws(
    () => settingsOf({ 's3.sse.type': 'sse-c' }),
    (error) => FlinkError.is(error, 'CONFIG_VALUE_INVALID'),
  )
})

it('takes a role for some time, and the address of who gives it away', () => {
  assert.equal(settingsOf({}).role, undefined)
  assert.deepEqual(settingsOf({ 's3.assume-role.arn': 'arn', 's3.assume-role.external-id': 'x' }).role, {
    arn: 'arn',
    externalId: 'x',
    sessionName: 'flink-s3-session',
    durationSeconds: 3600,
    endpoint: undefined,
  })
  assert.equal(settingsOf({ 'fs.s3a.assumed.role.arn': 'arn' }).role?.arn, 'arn')
})

it('makes a URL of what is said of a proxy', () => {
  assert.equal(settingsOf({ 's3.proxy.port': '3128' }).proxyUrl, undefined)
  assert.equal(settingsOf({ 's3.proxy.host': 'proxy', 's3.proxy.port': '3128' }).proxyUrl, 'http://proxy:3128/')
  const named = { 'fs.s3a.proxy.host': 'proxy', 's3.proxy.username': 'a@b', 's3.proxy.password': 'p:w' }
  assert.equal(settingsOf({ ...named, 's3.proxy.ssl.enabled': 'true' }).proxyUrl, 'https://a%40b:p%3Aw@proxy/')
  for (const host of ['http://proxy', 'a b', 'user@proxy']) {
    assert.throws(
      () => settingsOf({ 's3.proxy.host': host }),
      (error) => FlinkError.is(error, 'CONFIG_VALUE_INVALID') && error.message.includes('s3.proxy.host'),
    )
  }
})
