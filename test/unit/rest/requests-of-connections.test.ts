import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { createConnection } from 'node:net'
import { it } from 'node:test'
import type { JobsGateway } from '../../../src/rest/jobs-gateway.js'
import { answersTo, BEARER, OVER_TCP, statusesIn, withEndpoint } from './endpoint-scene.js'

const QUERY = '{"name":"count","keys":[],"timeout-ms":1000}'
const ASKS_STATE = `/jobs/${'a'.repeat(32)}/queryable-states`
/** By a connection that stays. */
const STATE_QUERY = requestOf(`POST ${ASKS_STATE}`, QUERY)

function requestOf(line: string, body = ''): string {
  const about = `content-type: application/json\r\ncontent-length: ${String(body.length)}\r\n`
  return `${line} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${BEARER.authorization}\r\n${about}\r\n${body}`
}

function answeringQueries(value = ''): JobsGateway {
  return { queryState: () => answerWith(value) } as unknown as JobsGateway
}

function answerWith(value: string): Promise<object> {
  return Promise.resolve({ source: 'none', checkpoint: null, values: [value] })
}

it('a RestEndpoint answers the first of requests that are sent ahead, does no work for the others and ends the connection', async () => {
  let asked = 0
  const counting = {
    overview: () => {
      asked += 1
      return Promise.resolve([])
    },
    queryState: () => answerWith(''),
  } as unknown as JobsGateway
  await withEndpoint(counting, async (endpoint, address) => {
    await endpoint.listen(address)
    const url = await endpoint.listenOnTcp(OVER_TCP)
    const ask = requestOf('GET /jobs/overview')
    assert.deepEqual(statusesIn(await answersTo(url, ask.repeat(20))), ['200'])
    assert.equal(asked, 1)
    const unknown = ask.replace('Bearer ', 'Bearer x')
    assert.deepEqual(statusesIn(await answersTo(url, unknown.repeat(20))), ['401'])
    await answersTo(url, ask.repeat(1000))
    assert.ok(asked <= 2, `${String(asked)} were looked at`)

    const queries = await answersTo(url, STATE_QUERY.repeat(3))
    assert.deepEqual(statusesIn(queries), ['200'])
    assert.match(queries, /^connection: close\r$/im)
    await endpoint.close()
  })
})

it('a RestEndpoint cuts off whoever sends far more ahead than the one request that it answers', async () => {
  const never = { overview: () => new Promise(() => undefined) } as unknown as JobsGateway
  await withEndpoint(never, async (endpoint, address) => {
    const url = await endpoint.listenOnTcp(OVER_TCP)
    assert.equal(await answersTo(url, requestOf('GET /jobs/overview').repeat(100)), '')
    await endpoint.listen(address)
    await endpoint.close()
  })
})

it('a RestEndpoint ends a connection that was to stay where more is sent ahead of the end of an answer', async () => {
  await withEndpoint(answeringQueries('x'.repeat(20_000_000)), async (endpoint, address) => {
    await endpoint.listen(address)
    const url = await endpoint.listenOnTcp(OVER_TCP)
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1')
    socket.write(STATE_QUERY)
    const [first] = (await once(socket, 'data')) as [Buffer]
    socket.pause()
    socket.write(STATE_QUERY)
    await new Promise((resolve) => setTimeout(resolve, 50))
    let answers = first.toString()
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString('latin1')))
    socket.resume()
    await once(socket, 'close')
    assert.match(answers, /^connection: keep-alive\r$/im)
    assert.deepEqual(statusesIn(answers), ['200'])
    assert.ok(answers.endsWith('x"]}'), answers.slice(-20))
    await endpoint.close()
  })
})

it('a RestEndpoint answers one request after the other by a connection that stays, and waits for none at its end', async () => {
  await withEndpoint(answeringQueries(), async (endpoint, address, clock) => {
    await endpoint.listen(address)
    const agent = new Agent({ keepAlive: true })
    const headers = { 'content-type': 'application/json', 'content-length': QUERY.length }
    const options = { socketPath: address, method: 'POST', path: ASKS_STATE, agent, headers }
    const isReused: boolean[] = []
    for (let round = 0; round < 3; round += 1) {
      const outgoing = request(options).end(QUERY)
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
      assert.equal(response.statusCode, 200)
      await once(response.resume(), 'close')
      isReused.push(outgoing.reusedSocket)
    }
    assert.deepEqual(isReused, [false, true, true])
    const closed = endpoint.close()
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(300)
    await closed
    agent.destroy()
  })
})
