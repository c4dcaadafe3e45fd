import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RequestRules, type AskedRequest } from '../../../../src/rest/tcp/request-rules.js'

const TOKEN = 'a-token-of-this-test'
const open = new RequestRules({ token: undefined, hostNames: ['10.0.0.7', 'Jobs.example'] })
const guarded = new RequestRules({ token: TOKEN, hostNames: [] })

function asked(headers: Record<string, string>, localAddress = '127.0.0.1'): AskedRequest {
  const all = { host: 'localhost:8081', ...headers }
  return { headers: all, rawHeaders: Object.entries(all).flat(), localAddress }
}

function statusOf(rules: RequestRules, request: AskedRequest): number | undefined {
  return rules.refusalOf(request)?.status
}

describe('The Host header of a request', () => {
  for (const host of [
    ...['localhost', 'localhost:1', 'LOCALHOST:8081', 'localhost.', '127.0.0.1:8081', '[::1]:8081', '[::1]'],
    ...['10.0.0.7:8081', 'jobs.example', 'JOBS.example:443'],
  ])
    it(`may be ${host}`, () => {
      assert.equal(statusOf(open, asked({ host })), undefined)
    })

  for (const host of [
    ...['evil.example', 'evil.example:8081', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.8'],
    ...['', ' localhost', 'localhost evil', 'localhost@evil', 'localhost/', 'localhost:', 'localhost:123456', '::1'],
    ...['[::2]', '[localhost]', 'http://localhost', '127.1', '2130706433', 'localhost\u0000'],
  ])
    it(`may not be ${JSON.stringify(host)}`, () => {
      assert.equal(statusOf(open, asked({ host })), 403)
    })

  it('may be the address at which the request came, which no name of another site is', () => {
    assert.equal(statusOf(open, asked({ host: '10.0.0.8:9' }, '10.0.0.8')), undefined)
    assert.equal(statusOf(open, asked({ host: '10.0.0.8:9' }, '::ffff:10.0.0.8')), undefined)
    assert.equal(statusOf(open, asked({ host: '[fe80::1]' }, 'fe80::1')), undefined)
  })

  it('has to be there, once', () => {
    assert.equal(statusOf(open, { headers: {}, rawHeaders: [], localAddress: '127.0.0.1' }), 403)
    const twice = ['Host', 'localhost', 'host', 'evil.example']
    assert.equal(statusOf(open, { headers: { host: 'localhost' }, rawHeaders: twice, localAddress: '127.0.0.1' }), 403)
  })
})

describe('The Origin header of a request', () => {
  it('may be the endpoint itself', () => {
    for (const origin of ['http://localhost:8081', 'https://localhost:8081', 'HTTP://LOCALHOST:8081'])
      assert.equal(statusOf(open, asked({ origin })), undefined, origin)
    assert.equal(statusOf(open, asked({ host: 'jobs.example', origin: 'https://jobs.example:443' })), undefined)
  })

  for (const origin of [
    ...['null', '', 'http://evil.example', 'http://localhost:8082', 'http://localhost', 'http://127.0.0.1:8081'],
    ...['http://localhost:8081.evil.example', 'file://', 'chrome-extension://localhost:8081', 'localhost:8081'],
    ...['http://localhost:8081, http://evil.example', 'javascript://localhost:8081'],
  ])
    it(`may not be '${origin}'`, () => {
      assert.equal(statusOf(open, asked({ origin })), 403)
    })
})

describe('The token of a request', () => {
  it('is not asked for where there is none', () => {
    assert.equal(statusOf(open, asked({})), undefined)
    assert.equal(statusOf(open, asked({ authorization: 'Bearer whatever' })), undefined)
  })

  it('opens, as a bearer token', () => {
    for (const authorization of [`Bearer ${TOKEN}`, `bearer  ${TOKEN} `])
      assert.equal(statusOf(guarded, asked({ authorization })), undefined, authorization)
  })

  for (const authorization of [
    ...['', 'Bearer', 'Bearer ', TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`],
    ...[`Bearer ${TOKEN.toUpperCase()}`, `Bearer x ${TOKEN}`, `Bearer ${TOKEN} x`, `Bearer ${TOKEN},${TOKEN}`],
  ])
    it(`is not in '${authorization}', which is told how to give it`, () => {
      const refusal = guarded.refusalOf(asked({ authorization }))
      assert.equal(refusal?.status, 401)
      assert.deepEqual(refusal.headers, { 'www-authenticate': 'Bearer realm="flink-ts"' })
      assert.ok(!refusal.message.includes(TOKEN))
    })

  it('does not open to pages of other sites', () => {
    const authorization = `Bearer ${TOKEN}`
    assert.equal(statusOf(guarded, asked({ authorization, origin: 'http://evil.example' })), 403)
    assert.equal(statusOf(guarded, asked({ authorization, host: 'evil.example' })), 403)
  })
})

describe('The body of a request', () => {
  const JSON_TYPES = ['application/json', 'application/json; charset=UTF-8', 'Application/JSON', 'application/x+json']
  for (const type of JSON_TYPES)
    it(`may be ${type}`, () => {
      assert.equal(statusOf(open, asked({ 'content-length': '2', 'content-type': type })), undefined)
    })

  it('need not be there', () => {
    assert.equal(statusOf(open, asked({ 'content-length': '0' })), undefined)
    assert.equal(statusOf(open, asked({ 'content-type': 'text/plain' })), undefined)
  })

  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; a=application/json', ''])
    it(`may not be '${type}', which a page could send as a form`, () => {
      assert.equal(statusOf(open, asked({ 'content-length': '2', 'content-type': type })), 415)
      assert.equal(statusOf(open, asked({ 'transfer-encoding': 'chunked', 'content-type': type })), 415)
    })
})
