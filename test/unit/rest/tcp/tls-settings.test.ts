import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { createSecureContext } from 'node:tls'
import type { TlsOptions } from 'node:tls'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { tlsSettingsOf } from '../../../../src/rest/tcp/tls-settings.js'

const STORES = path.resolve(import.meta.dirname, '../../../../../test/fixtures/tls')
const WRONG = 'a-password-that-is-wrong'
const directory = mkdtempSync(path.join(tmpdir(), 'tls-settings-'))

after(() => {
  rmSync(directory, { recursive: true })
})

function settingsOf(options: Readonly<Record<string, string>>): Promise<TlsOptions | undefined> {
  const all = { enabled: 'true', ...options }
  const map = Object.fromEntries(Object.entries(all).map(([key, value]) => [`security.ssl.rest.${key}`, value]))
  return tlsSettingsOf(Configuration.fromMap(map), (text) => path.resolve(STORES, text))
}

async function refused(options: Readonly<Record<string, string>>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(settingsOf(options), (error) => {
    assert.ok(FlinkError.is(error), String(error))
    assert.equal(error.code, code)
    assert.match(error.message, message)
    assert.ok(!`${error.message} ${String(error.stack)} ${JSON.stringify(error.details)}`.includes(WRONG))
    return true
  })
}

describe('TLS of the REST endpoint', () => {
  it('is not there unless it is asked for', async () => {
    assert.equal(await settingsOf({ enabled: 'false', keystore: 'none' }), undefined)
  })

  for (const [what, options] of Object.entries({
    'PKCS#12': { keystore: 'keystore.p12', 'keystore-password': 'store-password' },
    PEM: { keystore: 'keystore.pem' },
    'PEM with a password of its key': { keystore: 'encrypted.pem', 'key-password': 'key-password' },
    'PEM with one password': { keystore: 'encrypted.pem', 'keystore-password': 'key-password' },
  }))
    it(`takes its key from ${what}`, async () => {
      const settings = await settingsOf(options)
      assert.ok(settings)
      assert.doesNotThrow(() => createSecureContext(settings))
      assert.equal(settings.requestCert, undefined)
    })

  it('asks clients for a certificate where that is wanted', async () => {
    const settings = await settingsOf({
      ...{ keystore: 'keystore.pem', 'authentication-enabled': 'true', truststore: 'truststore.pem' },
    })
    assert.equal(settings?.requestCert, true)
    assert.equal(settings.rejectUnauthorized, true)
    assert.match(String(settings.ca), /BEGIN CERTIFICATE/)
  })

  it('is refused without a file, and without certificates to compare those of clients with', async () => {
    await refused(
      {},
      'REST_STORE_MISSING',
      /^security\.ssl\.rest\.keystore is not set, and security\.ssl\.rest\.enabled/,
    )
    const mutual = { keystore: 'keystore.pem', 'authentication-enabled': 'true' }
    await refused(mutual, 'REST_STORE_MISSING', /^security\.ssl\.rest\.truststore is not set/)
    await refused({ keystore: 'none.p12' }, 'REST_STORE_INVALID', /none\.p12 .*ENOENT/)
  })

  it('says how to convert a store of Java', async () => {
    const convert = /keytool -importkeystore -srckeystore \S+keystore\.jks .* -deststoretype PKCS12/
    await refused({ keystore: 'keystore.jks', 'keystore-password': WRONG }, 'REST_STORE_INVALID', convert)
    const mutual = { keystore: 'keystore.pem', 'authentication-enabled': 'true' }
    await refused({ ...mutual, truststore: 'keystore.jks' }, 'REST_STORE_INVALID', convert)
  })

  it('takes certificates of clients as PEM, and says how to make it of PKCS#12', async () => {
    const mutual = { keystore: 'keystore.pem', 'authentication-enabled': 'true' }
    const convert = /openssl pkcs12 -in \S+truststore\.p12 -nokeys -out truststore\.pem/
    await refused({ ...mutual, truststore: 'truststore.p12' }, 'REST_STORE_INVALID', convert)
  })

  it('never shows a password, wrong as it may be', async () => {
    await refused({ keystore: 'keystore.p12', 'keystore-password': WRONG }, 'REST_STORE_INVALID', /keystore\.p12/)
    await refused({ keystore: 'keystore.p12' }, 'REST_STORE_INVALID', /keystore\.p12/)
    await refused({ keystore: 'encrypted.pem', 'key-password': WRONG }, 'REST_STORE_INVALID', /encrypted\.pem/)
    await refused({ keystore: 'encrypted.pem' }, 'REST_STORE_INVALID', /encrypted\.pem/)
  })

  it('is refused with a file that has no key, or is none at all', async () => {
    await refused({ keystore: 'server.pem' }, 'REST_STORE_INVALID', /server\.pem .*private key and the certificates/)
    const file = path.join(directory, 'text')
    writeFileSync(file, 'nothing of use')
    await refused({ keystore: file }, 'REST_STORE_INVALID', /PKCS#12, or PEM/)
  })
})
