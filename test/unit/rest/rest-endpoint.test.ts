import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http'
import { createConnection, createServer } from 'node:net'
import { it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { ManualClock } from '../../../src/core/time/manual-clock.js'
import type { JobsGateway } from '../../../src/rest/jobs-gateway.js'
import { warningsDuring } from '../core/net/warnings-during.js'
import { answersTo, BEARER, OVER_TCP, statusesIn, withEndpoint } from './endpoint-scene.js'

/** Requests that never become whole. */
const HALVES = {
  'half a line': 'GET /jobs',
  'half the headers': 'GET /jobs/overview HTTP/1.1\r\nhost: x\r\nx-a: ',
  'no body': 'POST /savepoint-disposal HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{',
  'a body to be asked for':
    'POST /savepoint-disposal HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n',
}

/** Sends that, and resolves when the other side has cut the connection. */
async function sendHalf(address: string, text: string): Promise<{ readonly cut: Promise<unknown> }> {
  const socket = createConnection(address)
  const cut = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve))
  await new Promise<void>((resolve) => {
    socket.write(text, () => {
      resolve()
    })
  })
  socket.resume()
  return { cut }
}

/** Turns the clock until that has happened. */
async function advanceUntil(clock: ManualClock, stepMs: number, happens: Promise<unknown>): Promise<void> {
  let hasHappened = false
  void happens.then(() => {
    hasHappened = true
  })
  while (!hasHappened) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    clock.advance(stepMs)
  }
}

function get(socketPath: string, target: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const onResponse = (response: IncomingMessage): void => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        resolve(text)
      })
    }
    request({ socketPath, path: target, agent }, onResponse).on('error', reject).end()
  })
}

it('a RestEndpoint answers all who come while its server loads, and closes although clients keep connections', async () => {
  await withEndpoint({ overview: () => Promise.resolve([]) } as unknown as JobsGateway, async (endpoint, address) => {
    await endpoint.listen(address)
    const agent = new Agent({ keepAlive: true })
    const answers = await Promise.all([1, 2, 3].map(() => get(address, '/v1/jobs/overview', agent)))
    assert.deepEqual(
      answers,
      Array.from({ length: 3 }, () => JSON.stringify({ jobs: [] })),
    )
    const silent = createConnection(address)
    await once(silent, 'connect')
    await endpoint.close()
    await assert.rejects(get(address, '/v1/jobs/overview', agent))
    agent.destroy()
  })
})

it('a RestEndpoint that nobody asked closes, also when it never listened', async () => {
  await withEndpoint({} as JobsGateway, async (endpoint, address) => {
    await endpoint.close()
    await endpoint.listen(address)
    await endpoint.close()
  })
})

it('a RestEndpoint says so when its address is in use', async () => {
  await withEndpoint({} as JobsGateway, async (endpoint, address) => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(address, resolve))
    const listenInVain = () =>
      assert.rejects(endpoint.listen(address), (error) => {
        assert.ok(FlinkError.is(error, 'PORT_IN_USE'), String(error))
        assert.equal(error.details['address'], address)
        return true
      })
    // The upkeep of the run directory tries again and again.
    const warnings = await warningsDuring(async () => {
      for (let attempt = 0; attempt < 20; attempt += 1) await listenInVain()
    })
    assert.deepEqual(warnings, [])
    await endpoint.close()
    await new Promise((resolve) => holder.close(resolve))
  })
})

it('a RestEndpoint gives a sign of life before its server is loaded', async () => {
  await withEndpoint({ overview: () => Promise.resolve([]) } as unknown as JobsGateway, async (endpoint, address) => {
    await endpoint.listen(address)
    const ask = (): Promise<boolean> =>
      new Promise((resolve, reject) => {
        let isTold = false
        const outgoing = request({ socketPath: address, path: '/v1/jobs/overview' }, (response) => {
          response.resume().on('end', () => {
            resolve(isTold)
          })
        })
        outgoing.on('continue', () => (isTold = true))
        outgoing.on('error', reject).end()
      })
    assert.deepEqual([await ask(), await ask()], [true, false])
    await endpoint.close()
  })
})

it('a RestEndpoint listens again where its socket was removed', async () => {
  await withEndpoint({ overview: () => Promise.resolve([]) } as unknown as JobsGateway, async (endpoint, address) => {
    const agent = new Agent()
    await endpoint.listen(address)
    for (let round = 0; round < 12; round += 1) {
      rmSync(address)
      await assert.rejects(get(address, '/v1/jobs/overview', agent))
      await endpoint.listenAgain(address)
      assert.equal(await get(address, '/v1/jobs/overview', agent), JSON.stringify({ jobs: [] }))
    }
    await endpoint.close()
    assert.equal(existsSync(address), false)
  })
})

for (const [what, text] of Object.entries(HALVES)) {
  it(`a RestEndpoint closes although a client has sent ${what}`, { timeout: 20_000 }, async () => {
    await withEndpoint({} as JobsGateway, async (endpoint, address, clock) => {
      await endpoint.listen(address)
      const { cut } = await sendHalf(address, text)
      await new Promise((resolve) => setTimeout(resolve, 20))
      await advanceUntil(clock, 100, endpoint.close())
      await cut
    })
  })
}

it('a RestEndpoint cuts off who has not sent a whole request after a minute, and nobody else', async () => {
  let answer: (jobs: []) => void = () => undefined
  const overview = (): Promise<[]> => new Promise((resolve) => (answer = resolve))
  await withEndpoint({ overview } as unknown as JobsGateway, async (endpoint, address, clock) => {
    await endpoint.listen(address)
    const asked = get(address, '/jobs/overview', new Agent())
    const halves = await Promise.all(Object.values(HALVES).map((text) => sendHalf(address, text)))
    const idle = await sendHalf(address, '')
    await advanceUntil(clock, 30_000, Promise.all([...halves, idle].map(({ cut }) => cut)))
    answer([])
    assert.equal(await asked, JSON.stringify({ jobs: [] }))
    await endpoint.close()
    assert.equal(clock.pendingTimers, 0)
  })
})

it('a RestEndpoint that closes answers what it was asked, and waits for a slow answer no longer than some seconds', async () => {
  const answers: ((jobs: []) => void)[] = []
  const overview = (): Promise<[]> => new Promise((resolve) => answers.push(resolve))
  await withEndpoint({ overview } as unknown as JobsGateway, async (endpoint, address, clock) => {
    await endpoint.listen(address)
    const [first, second] = [1, 2].map(() => get(address, '/jobs/overview', new Agent()))
    while (answers.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const closed = endpoint.close()
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(1000)
    answers[0]?.([])
    const [told] = await Promise.race([first, second].map(async (asked, index) => [await asked, index] as const))
    assert.equal(told, JSON.stringify({ jobs: [] }))
    const cutOff = Promise.allSettled([first, second])
    await advanceUntil(clock, 1000, closed)
    assert.deepEqual((await cutOff).map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  })
})

interface TcpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

function askOverTcp(url: string, target: string, options: RequestOptions = {}, body = ''): Promise<TcpAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url + target, options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    outgoing.on('error', reject).end(body)
  })
}

const NO_JOBS = {
  overview: () => Promise.resolve([]),
  startOf: () => Promise.resolve({ jobFile: '/secret' }),
} as unknown as JobsGateway

it('a RestEndpoint over TCP answers who has the token, and tells the others nothing, not even which paths there are', async () => {
  await withEndpoint(NO_JOBS, async (endpoint, address) => {
    await endpoint.listen(address)
    const url = await endpoint.listenOnTcp(OVER_TCP)
    const answered = await askOverTcp(url, '/jobs/overview', { headers: BEARER })
    assert.deepEqual([answered.status, answered.text], [200, '{"jobs":[]}'])
    const targets = [
      '/jobs/overview',
      '/v1/jobs/overview',
      '/nothing',
      `/jobs/${'a'.repeat(32)}`,
      '/%zz',
      '/jobs/x?y=%',
    ]
    const refused = await Promise.all(
      targets.flatMap((target) =>
        ['GET', 'POST', 'PATCH', 'OPTIONS', 'DELETE', 'PUT'].map((method) => askOverTcp(url, target, { method })),
      ),
    )
    const [first] = refused
    assert.ok(first)
    assert.equal(first.status, 401)
    assert.equal(first.headers['www-authenticate'], 'Bearer realm="flink-ts"')
    for (const { status, headers, text } of refused)
      assert.deepEqual([status, { ...headers, date: '' }, text], [401, { ...first.headers, date: '' }, first.text])
    await endpoint.close()
  })
})

it('a RestEndpoint over TCP sends no header of CORS, whoever asks, and refuses pages of others', async () => {
  await withEndpoint(NO_JOBS, async (endpoint, address) => {
    await endpoint.listen(address)
    const url = await endpoint.listenOnTcp({ ...OVER_TCP, token: undefined })
    const foreign = { origin: 'http://evil.example', 'access-control-request-method': 'PATCH' }
    const asked: readonly [number, RequestOptions][] = [
      [200, {}],
      [200, { headers: { origin: url } }],
      [404, { method: 'OPTIONS', headers: { origin: url, 'access-control-request-method': 'PATCH' } }],
      [403, { method: 'OPTIONS', headers: foreign }],
      [403, { headers: foreign }],
      [403, { headers: { host: 'evil.example' } }],
    ]
    for (const [expected, options] of asked) {
      const { status, headers } = await askOverTcp(url, '/jobs/overview', options)
      assert.equal(status, expected, JSON.stringify(options))
      assert.deepEqual(
        Object.keys(headers).filter((name) => name.startsWith('access-control')),
        [],
      )
      assert.deepEqual([headers['x-content-type-options'], headers['cache-control']], ['nosniff', 'no-store'])
    }
    await endpoint.close()
  })
})

it('a RestEndpoint keeps how a job was started, secrets and all, to the socket of its user', async () => {
  await withEndpoint(NO_JOBS, async (endpoint, address) => {
    await endpoint.listen(address)
    const url = await endpoint.listenOnTcp({ ...OVER_TCP, token: undefined })
    const target = `/v1/jobs/${'a'.repeat(32)}/start`
    assert.match(await get(address, target, new Agent()), /secret/)
    assert.deepEqual(await askOverTcp(url, target).then(({ status, text }) => [status, text]), [
      404,
      `{"errors":["Not found: ${target}"]}`,
    ])
    await endpoint.close()
  })
})

it('a RestEndpoint over TCP takes bodies of JSON alone, up to the length that is set', async () => {
  await withEndpoint(NO_JOBS, async (endpoint, address) => {
    await endpoint.listen(address)
    const url = await endpoint.listenOnTcp({ ...OVER_TCP, token: undefined })
    const post = (type: string, body: string): Promise<TcpAnswer> =>
      askOverTcp(url, '/savepoint-disposal', { method: 'POST', headers: { 'content-type': type } }, body)
    assert.equal((await post('text/plain', '{}')).status, 415)
    assert.match((await post('application/json', '{}')).text, /Field savepoint-path must not be omitted or be null\./)
    const ofLength = (length: number): string => `"${'x'.repeat(length - 2)}"`
    assert.equal((await post('application/json', ofLength(OVER_TCP.maxContentLength))).status, 400)
    const long = await post('application/json', ofLength(OVER_TCP.maxContentLength + 1))
    assert.equal(long.status, 413)
    assert.match(long.text, /Try to raise \[rest\.server\.max-content-length\]/)
    await endpoint.close()
  })
})

it('a RestEndpoint over TCP lets no client keep it: whoever is slow is cut off, in the job and at its end', async () => {
  const never = { overview: () => new Promise(() => undefined) } as unknown as JobsGateway
  await withEndpoint(never, async (endpoint, address, clock) => {
    await endpoint.listen(address)
    const url = await endpoint.listenOnTcp({ ...OVER_TCP, token: undefined })
    const port = Number(new URL(url).port)
    const half = createConnection(port, '127.0.0.1')
    half.write('GET /jobs/overview HTTP/1.1\r\nhost: localhost\r\nx: ')
    const waiting = createConnection(port, '127.0.0.1')
    waiting.write('GET /jobs/overview HTTP/1.1\r\nhost: localhost\r\n\r\n')
    for (const socket of [half, waiting]) socket.on('error', () => undefined).resume()
    const closed = [half, waiting].map((socket) => once(socket, 'close'))
    await Promise.race([advanceUntil(clock, 10_000, closed[0] ?? Promise.resolve()), closed[1]])
    await advanceUntil(clock, 60_000, closed[1] ?? Promise.resolve())
    const last = createConnection(port, '127.0.0.1')
    last.on('error', () => undefined).resume()
    last.write('GET /jobs/overview HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await once(last, 'connect')
    await advanceUntil(clock, 100, endpoint.close())
  })
})

it('a RestEndpoint over TCP holds its rules against those who expect something else than an answer', async () => {
  await withEndpoint(NO_JOBS, async (endpoint, address) => {
    await endpoint.listen(address)
    const url = await endpoint.listenOnTcp(OVER_TCP)
    const answers = await answersTo(url, 'GET /jobs/overview HTTP/1.1\r\nhost: localhost\r\nexpect: much\r\n\r\n')
    assert.deepEqual(statusesIn(answers), ['401'])
    await endpoint.close()
  })
})
