import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { tcpSettingsOf, type TcpSettings } from '../../../../src/rest/tcp/tcp-settings.js'

const TOKEN = 'a-token-of-this-test'
const directory = mkdtempSync(path.join(tmpdir(), 'tcp-settings-'))
writeFileSync(path.join(directory, 'token.txt'), TOKEN, { mode: 0o600 })

after(() => {
  rmSync(directory, { recursive: true })
})

function settingsOf(options: Readonly<Record<string, string>>): Promise<TcpSettings> {
  return tcpSettingsOf(Configuration.fromMap(options), directory)
}

describe('The settings of REST over TCP', () => {
  it('without anything set are port 8081 of this machine alone, and no token', async () => {
    const { address, ports, token, tls, isExposed, maxContentLength } = await settingsOf({})
    assert.deepEqual(
      { address, ports, token, tls, isExposed, maxContentLength },
      {
        ...{ address: '127.0.0.1', ports: [8081], token: undefined, tls: undefined, isExposed: false },
        maxContentLength: 1024 * 1024,
      },
    )
  })

  it('take rest.bind-port before rest.port', async () => {
    assert.deepEqual((await settingsOf({ 'rest.port': '9000' })).ports, [9000])
    assert.deepEqual((await settingsOf({ 'rest.port': '9000', 'rest.bind-port': '9001-9002' })).ports, [9001, 9002])
  })

  it('say which text is no port', async () => {
    await assert.rejects(settingsOf({ 'rest.bind-port': '99999' }), {
      code: 'CONFIG_VALUE_INVALID',
      message: /'99999' for key 'rest\.bind-port'\. '99999' is no port/,
    })
  })

  it('know the addresses of this machine alone, by which a token is not needed', async () => {
    for (const bind of ['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
      assert.equal((await settingsOf({ 'rest.bind-address': bind })).token, undefined, bind)
    assert.equal((await settingsOf({ 'rest.bind-address': 'localhost' })).address, '127.0.0.1')
  })

  for (const bind of ['0.0.0.0', '::', '10.1.2.3', '[::]', '::ffff:127.0.0.1', '128.0.0.1'])
    it(`are refused at ${bind} without a token, with how to make one`, async () => {
      await assert.rejects(settingsOf({ 'rest.bind-address': bind }), {
        code: 'REST_TOKEN_MISSING',
        message: /rest\.authentication\.token-file .*\(umask 077; openssl rand -hex 32 > token\.txt/,
      })
    })

  it('have the token of its file, from where the job stands, and are readable on the way without TLS', async () => {
    const settings = await settingsOf({
      ...{ 'rest.bind-address': '0.0.0.0', 'rest.authentication.token-file': 'token.txt' },
      'rest.address': 'jobs.example',
    })
    assert.equal(settings.token, TOKEN)
    assert.equal(settings.isExposed, true)
    assert.deepEqual(settings.hostNames, ['0.0.0.0', '0.0.0.0', 'jobs.example'])
    const file = { 'rest.authentication.token-file': `file://${directory}/token.txt` }
    assert.equal((await settingsOf(file)).token, TOKEN)
  })

  it('refuse a token in a file of another machine, and an address that is none', async () => {
    await assert.rejects(settingsOf({ 'rest.authentication.token-file': 's3://bucket/token' }), {
      code: 'PATH_INVALID',
    })
    await assert.rejects(settingsOf({ 'rest.bind-address': 'no name' }), { code: 'REST_ADDRESS_UNUSABLE' })
    for (const bind of ['', ' ', '[]']) {
      const settings = { 'rest.bind-address': bind, 'rest.authentication.token-file': 'token.txt' }
      await assert.rejects(settingsOf(settings), { code: 'REST_ADDRESS_UNUSABLE', message: /it is empty/ })
    }
  })
})
