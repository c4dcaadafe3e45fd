import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, describe, it } from 'node:test'
import { isSession } from '../../../src/client/is-session.js'
import { warningsDuring } from '../core/net/warnings-during.js'
import { SessionPrograms } from '../../../src/client/session-programs.js'
import { SessionRestClient, type SessionRestClientSettings } from '../../../src/client/session-rest-client.js'

const JOB = 'a'.repeat(32)

type Answer = { readonly status?: number; readonly body: unknown } | 'break' | 'half' | 'silence'

let server: Server
let url: string
let asked: string[]
let answers: Record<string, Answer[]>
let told: string[]
let slept: number[]
/** Goes on by what is slept: how long an attempt takes depends on the machine. */
let nowMs: number

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  const { method = '', url: path = '', headers } = request
  asked.push(`${method} ${path} ${headers.authorization ?? ''} ${body}`)
  const place = `${method} ${path}`
  // The last one is given again and again.
  const given = (answers[place]?.length ?? 0) > 1 ? answers[place]?.shift() : answers[place]?.[0]
  if (given === 'silence') return
  if (given === 'half') {
    response.writeHead(200, { 'content-length': 100 }).write('{')
    return
  }
  if (given === 'break') {
    request.socket.destroy()
    return
  }
  const { status = 200, body: value } = given ?? { status: 404, body: { errors: [`Not found: ${path}`] } }
  response.writeHead(status).end(typeof value === 'string' ? value : JSON.stringify(value))
}

function client(settings: Partial<SessionRestClientSettings> = {}): SessionRestClient {
  return new SessionRestClient({
    endpoint: { url, headers: { authorization: 'Bearer t' }, tls: undefined },
    where: '-m',
    retry: { attempts: 3, delayMs: 7 },
    isLocal: true,
    sleep: (ms) => {
      slept.push(ms)
      nowMs += ms
      return Promise.resolve()
    },
    monotonicMs: () => nowMs,
    tell: (line) => told.push(line),
    ...settings,
  })
}

const GET = { method: 'GET', path: '/x' } as const

before(async () => {
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
})

after(() => {
  server.close()
  server.closeAllConnections()
})

beforeEach(() => {
  asked = []
  answers = {}
  told = []
  slept = []
  nowMs = 0
})

describe('A client of a session', () => {
  it('asks below /v1 and the path of the endpoint, with what is to be sent along', async () => {
    answers = { 'GET /v1/x': [{ body: { a: 1 } }], 'GET /flink/v1/x': [{ body: [] }] }
    assert.deepEqual(await client().call(GET, 60_000), { a: 1 })
    const below = { url: `${url}/flink`, headers: {}, tls: undefined }
    assert.deepEqual(await client({ endpoint: below }).call(GET, 60_000), [])
    assert.deepEqual(asked, ['GET /v1/x Bearer t {}', 'GET /flink/v1/x  {}'])
  })

  it('tells what is refused in the words of the session, and of what is no session', async () => {
    answers = { 'GET /v1/x': [{ status: 500, body: { errors: ['first', 'second'] } }, { body: '<html>' }] }
    await assert.rejects(client().call(GET, 60_000), {
      code: 'SESSION_REQUEST_FAILED',
      message: 'The session answered with an error: first, second',
    })
    await assert.rejects(client().call(GET, 60_000), { code: 'SESSION_ANSWER_INVALID' })
  })

  it('asks again where the session is not ready or the connection breaks, and says so once', async () => {
    answers = { 'GET /v1/x': ['break', { status: 503, body: { errors: ['not yet'] } }, 'break', { body: {} }] }
    assert.deepEqual(await client().call(GET, 60_000), {})
    assert.deepEqual([asked.length, slept, told.length], [4, [7, 7, 7], 1])
  })

  it('gives up after the attempts that it has, or when the time is over', async () => {
    answers = { 'GET /v1/x': ['break'] }
    await assert.rejects(client().call(GET, 60_000), { code: 'SESSION_UNREACHABLE' })
    assert.equal(asked.length, 4)
    const retry = { attempts: 3, delayMs: 30_000 }
    await assert.rejects(client({ retry }).call(GET, 60_000), { code: 'SESSION_UNREACHABLE' })
    assert.deepEqual([asked.length, slept], [6, [7, 7, 7, 30_000]])
    for (const given of ['silence', 'half'] as const) {
      answers = { 'GET /v1/x': [given] }
      await assert.rejects(client().call(GET, 50), { code: 'SESSION_UNRESPONSIVE' })
    }
  })

  it('knows at once that nobody listens on this machine, unless somebody has', async () => {
    const nobody = { url: 'http://127.0.0.1:1', headers: {}, tls: undefined }
    await assert.rejects(client({ endpoint: nobody }).call(GET, 60_000), {
      code: 'SESSION_UNREACHABLE',
      message: /^Connection refused: http:\/\/127\.0\.0\.1:1 \(set by -m\)\n.*flink-ts start-cluster/,
    })
    assert.deepEqual(slept, [])
    await assert.rejects(client({ endpoint: nobody, isLocal: false }).call(GET, 60_000), {
      code: 'SESSION_UNREACHABLE',
    })
    assert.deepEqual(slept, [7, 7, 7])
  })

  it('stops asking when whoever asked gives up', async () => {
    answers = { 'GET /v1/x': ['silence'] }
    const waiting = new AbortController()
    const call = client().until(waiting.signal).call(GET, 10_000)
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    waiting.abort()
    await assert.rejects(call, { name: 'AbortError' })
  })

  it('tells a session from others, and one that is guarded or not ready from none', async () => {
    const endpoint = { url, headers: {}, tls: undefined }
    const found: boolean[] = []
    for (const given of [
      { body: { 'flink-version': '1.20.0' } },
      { status: 401, body: { errors: ['a token'] } },
      { status: 503, body: { errors: ['not ready'] } },
      { body: {} },
      { status: 404, body: { errors: ['Not found: /v1/config'] } },
      { body: 'something else' },
      'break' as const,
    ]) {
      answers = { 'GET /v1/config': [given] }
      found.push(await isSession(endpoint))
    }
    assert.deepEqual(found, [true, true, true, false, false, false, false])
  })
})

describe('Programs of a session', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'session-programs-'))
  const file = { path: path.join(directory, 'job.tgz'), name: 'job.tgz' }
  const order = { jobId: JOB, programArgsList: ['a'], flinkConfiguration: {} }

  before(() => {
    writeFileSync(file.path, 'the program')
  })

  after(() => {
    rmSync(directory, { recursive: true })
  })

  function programs(signal?: AbortSignal): SessionPrograms {
    const sleep = (ms: number): Promise<void> => {
      slept.push(ms)
      return Promise.resolve()
    }
    return new SessionPrograms(client(), { sleep, ...(signal !== undefined && { signal }) })
  }

  it('are uploaded, run and removed again, also where they cannot run', async () => {
    answers = {
      'GET /v1/jars': [{ body: { files: [] } }],
      'POST /v1/jars/upload': [{ body: { filename: '/dir/uuid_job 1.tgz', status: 'success' } }],
      'POST /v1/jars/uuid_job%201.tgz/run': [
        { body: { jobid: JOB } },
        { status: 400, body: { errors: ['...: No jobs included in application.'] } },
        { status: 400, body: { errors: ['Could not execute application.'] } },
      ],
      'DELETE /v1/jars/uuid_job%201.tgz': [{ body: {} }],
    }
    assert.equal(await programs().run(file, order), true)
    assert.match(
      asked[1] ?? '',
      /name="jarfile"; filename="job\.tgz"\r\ncontent-type: application\/x-java-archive\r\n\r\nthe program\r\n--/,
    )
    assert.match(asked[2] ?? '', new RegExp(`{"jobId":"${JOB}","programArgsList":\\["a"\\],"flinkConfiguration":{}}$`))
    assert.match(asked[3] ?? '', /^DELETE /)
    assert.equal(await programs().run(file, order), false)
    await assert.rejects(programs().run(file, order), { message: /Could not execute application\./ })
    assert.equal(asked.filter((each) => each.startsWith('DELETE')).length, 3)
  })

  it('are removed as well where the command ends while they begin', async () => {
    answers = {
      'GET /v1/jars': [{ body: { files: [] } }],
      'POST /v1/jars/upload': [{ body: { filename: '/dir/uuid_job.tgz', status: 'success' } }],
      'POST /v1/jars/uuid_job.tgz/run': ['silence'],
      'DELETE /v1/jars/uuid_job.tgz': [{ body: {} }],
    }
    const waiting = new AbortController()
    const running = programs(waiting.signal).run(file, order)
    while (asked.length < 3) await new Promise((resolve) => setTimeout(resolve, 1))
    waiting.abort()
    await assert.rejects(running, { name: 'AbortError' })
    assert.match(asked[3] ?? '', /^DELETE /)
  })

  it('may be long, and nothing is left over of the waits for room in the connection', async () => {
    const long = { path: path.join(directory, 'long.tgz'), name: 'long.tgz' }
    writeFileSync(long.path, 'x'.repeat(8 * 1024 * 1024))
    answers = { 'POST /v1/jars/upload': [{ body: {} }] }
    const warnings = await warningsDuring(() => client().upload('/jars/upload', long))
    assert.deepEqual(warnings, [])
    assert.equal(asked[0]?.includes('x'.repeat(8 * 1024 * 1024)), true)
  })

  it('have a result when their job has ended, with accumulators', async () => {
    const result = (status: string, more: object = {}): Answer => ({
      body: {
        status: { id: 'COMPLETED' },
        'job-execution-result': { 'application-status': status, 'net-runtime': 5, ...more },
      },
    })
    const accumulators = [{ name: 'n', type: 'IntCounter', value: '3' }]
    const cause = { class: 'x', 'stack-trace': 'RangeError: outer\n\tat x\nCaused by: TypeError: inner\n\tat y' }
    answers = {
      [`GET /v1/jobs/${JOB}/execution-result`]: [
        { body: { status: { id: 'IN_PROGRESS' } } },
        result('SUCCEEDED'),
        result('CANCELED'),
        result('FAILED', { 'failure-cause': cause }),
      ],
      [`GET /v1/jobs/${JOB}/accumulators`]: [{ body: { 'user-task-accumulators': accumulators } }],
    }
    assert.deepEqual(await programs().result(JOB), { jobId: JOB, state: 'FINISHED', netRuntimeMs: 5, accumulators })
    assert.deepEqual(slept, [10])
    await assert.rejects(programs().result(JOB), { code: 'JOB_CANCELED' })
    await assert.rejects(programs().result(JOB), (error: Error) => {
      const outer = error.cause as Error
      const inner = outer.cause as Error
      assert.deepEqual(
        [error.message, String(outer), String(inner)],
        [`Job failed (JobID: ${JOB})`, 'RangeError: outer', 'TypeError: inner'],
      )
      return true
    })
  })

  it('have a result also where the session knows no more than that their job has ended', async () => {
    const unknown = { status: 404, body: { errors: [`Job ${JOB} not found`] } }
    const job = { jid: JOB, name: 'n', state: 'FINISHED', 'start-time': 1, 'end-time': 8, duration: 7 }
    answers = {
      [`GET /v1/jobs/${JOB}/execution-result`]: [unknown],
      'GET /v1/jobs/overview': [{ body: { jobs: [job] } }],
    }
    const { netRuntimeMs, accumulators } = await programs().result(JOB)
    assert.deepEqual([netRuntimeMs, accumulators], [7, []])
    answers['GET /v1/jobs/overview'] = [{ body: { jobs: [] } }]
    await assert.rejects(programs().result(JOB), { message: /not found/ })
    answers = { [`GET /v1/jobs/${JOB}/execution-result`]: [{ body: {} }] }
    await assert.rejects(programs().result(JOB), { code: 'SESSION_ANSWER_INVALID' })
  })
})
