import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { TcpListener } from '../../../../src/rest/tcp/tcp-listener.js'
import type { TcpSettings } from '../../../../src/rest/tcp/tcp-settings.js'
import { warningsDuring } from '../../core/net/warnings-during.js'

const STORES = path.resolve(import.meta.dirname, '../../../../../test/fixtures/tls')
const store = (name: string): Buffer => readFileSync(path.join(STORES, name))

const PLAIN: TcpSettings = {
  ...{ address: '127.0.0.1', ports: [0], token: undefined, hostNames: [], tls: undefined, maxContentLength: 1000 },
  isExposed: false,
}

/** `security.ssl.algorithms` where it is not set: TLS_RSA_WITH_AES_128_CBC_SHA (Flink 1.20). */
const FLINKS_CIPHER = 'AES128-SHA'

/** Greets whoever comes. */
function listenerOf(
  context: TestContext,
  settings: Partial<TcpSettings>,
  onLost: (error: Error) => void = doThrow,
): TcpListener {
  const sockets = new Set<Socket>()
  const greet = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.write('hello')
  }
  const listener = new TcpListener({ ...PLAIN, ...settings }, greet, onLost)
  context.after(async () => {
    for (const socket of sockets) socket.destroy()
    if (listener.isListening) await listener.close()
  })
  return listener
}

function doThrow(error: Error): never {
  throw error
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

async function takenPort(context: TestContext): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close())
  return (server.address() as AddressInfo).port
}

/** What a client is greeted with; an error where it is not. */
function greeting(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (data: Buffer) => {
      resolve(data.toString())
      socket.destroy()
    })
    socket.once('error', reject)
    socket.once('close', () => {
      reject(new Error('closed'))
    })
  })
}

describe('A listener on TCP', () => {
  it('takes the first port that is free', async (context) => {
    const taken = await takenPort(context)
    const url = await listenerOf(context, { ports: [taken, 0] }).listen()
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    assert.notEqual(portOf(url), taken)
    assert.equal(await greeting(createConnection(portOf(url), '127.0.0.1')), 'hello')
  })

  it('tries any number of ports without a warning of Node', async (context) => {
    const ports = [...Array<number>(20).fill(await takenPort(context)), 0]
    assert.deepEqual(await warningsDuring(() => listenerOf(context, { ports }).listen()), [])
  })

  it('says which are taken, and may be asked again', async (context) => {
    const taken = await takenPort(context)
    const listener = listenerOf(context, { ports: [taken] })
    for (let round = 0; round < 2; round += 1)
      await assert.rejects(listener.listen(), (error) => {
        assert.ok(FlinkError.is(error, 'PORT_IN_USE'), String(error))
        assert.equal(error.details['address'], `127.0.0.1:${String(taken)}`)
        return true
      })
    assert.equal(listener.isListening, false)
  })

  it('says that an address is not of this machine', async (context) => {
    await assert.rejects(listenerOf(context, { address: '192.0.2.1' }).listen(), {
      code: 'REST_ADDRESS_UNUSABLE',
      message: /192\.0\.2\.1:0: .*EADDRNOTAVAIL.* Set rest\.bind-address to an address of this machine/,
    })
  })

  it('names an address of IPv6 as URLs do', async (context) => {
    const url = await listenerOf(context, { address: '::1' }).listen()
    assert.match(url, /^http:\/\/\[::1\]:\d+$/)
    assert.equal(await greeting(createConnection(portOf(url), '::1')), 'hello')
  })

  it('closes once its connections have gone, and nobody is let in any more', async (context) => {
    const listener = listenerOf(context, {})
    const port = portOf(await listener.listen())
    const client = createConnection(port, '127.0.0.1')
    await once(client, 'data')
    const closed = listener.close()
    await assert.rejects(greeting(createConnection(port, '127.0.0.1')), /ECONNREFUSED/)
    client.destroy()
    await closed
  })
})

describe('A listener with TLS', () => {
  const tls = { key: store('keystore.pem'), cert: store('keystore.pem') }
  const mutual = { ...tls, ca: store('truststore.pem'), requestCert: true, rejectUnauthorized: true }
  const client = { key: store('client.pem'), cert: store('client.pem') }
  const hello = (port: number, options: ConnectionOptions): Promise<string> =>
    greeting(connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: store('server.pem'), ...options }))

  it('greets those who speak it', async (context) => {
    const url = await listenerOf(context, { tls }).listen()
    assert.match(url, /^https:\/\//)
    assert.equal(await hello(portOf(url), {}), 'hello')
  })

  it('greets nobody who does not, or speaks an old version, and tells of each kind once', async (context) => {
    const lost: string[] = []
    const port = portOf(await listenerOf(context, { tls }, ({ message }) => lost.push(message)).listen())
    const plain = createConnection(port, '127.0.0.1')
    plain.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
    // An alert of TLS may come, and nothing else.
    assert.doesNotMatch(await greeting(plain).catch(String), /hello/)
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    for (let attempts = 0; attempts < 3; attempts += 1) await assert.rejects(hello(port, old))
    assert.equal(await hello(port, {}), 'hello')
    assert.deepEqual(lost, ['TLS: http request', 'TLS: unsupported protocol'])
  })

  it("tells what to do where a client speaks TLS as Flink's does, which its key cannot", async (context) => {
    const lost: string[] = []
    const port = portOf(await listenerOf(context, { tls }, ({ message }) => lost.push(message)).listen())
    await assert.rejects(hello(port, { ciphers: FLINKS_CIPHER, maxVersion: 'TLSv1.2' }))
    assert.match(lost.join(), /^TLS: no shared cipher\. .* a key of RSA .* security\.ssl\.algorithms$/)
  })

  it("greets Flink's client where its key is one of RSA", async (context) => {
    const rsa = { key: store('rsa.pem'), cert: store('rsa.pem') }
    const port = portOf(await listenerOf(context, { tls: rsa }).listen())
    const flinks = { ca: store('rsa.pem'), ciphers: FLINKS_CIPHER, maxVersion: 'TLSv1.2' } as const
    assert.equal(await hello(port, flinks), 'hello')
  })

  it('greets only those who have a certificate that it trusts, where it asks for one', async (context) => {
    const lost: string[] = []
    const port = portOf(await listenerOf(context, { tls: mutual }, ({ message }) => lost.push(message)).listen())
    assert.equal(await hello(port, client), 'hello')
    await assert.rejects(hello(port, {}))
    await assert.rejects(hello(port, tls))
    assert.equal(lost[0], 'TLS: peer did not return a certificate')
  })

  it('waits at its end for those who are greeted, and for nobody who does not come to an end with TLS', async (context) => {
    const listener = listenerOf(context, { tls })
    const port = portOf(await listener.listen())
    const silent = createConnection(port, '127.0.0.1')
    await once(silent, 'connect')
    const greeted = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: store('server.pem') })
    await once(greeted, 'data')
    let isClosed = false
    const closed = listener.close().then(() => {
      isClosed = true
    })
    await once(silent, 'close')
    assert.equal(isClosed, false)
    greeted.destroy()
    await closed
  })
})
