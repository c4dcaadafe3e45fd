import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, beforeEach, describe, it } from 'node:test'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { SILENT_LOGGER } from '../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'
import { RestEndpoint } from '../../../../src/rest/rest-endpoint.js'
import type { RestResponse } from '../../../../src/rest/route.js'
import type { ProcessesContext } from '../../../../src/rest/processes/processes-context.js'
import type { SessionGateway } from '../../../../src/rest/session/session-gateway.js'
import { sessionRestApi } from '../../../../src/rest/session/session-rest-api.js'
import { SESSION_ROUTES } from '../../../../src/rest/session/session-routes.js'

const JOB = 'a'.repeat(32)
const TRIGGER = 'c'.repeat(32)
const directory = mkdtempSync(path.join(tmpdir(), 'session-rest-'))

let asked: string[]
let answers: Record<string, RestResponse | (() => RestResponse)>
let states: string[]
let shutDowns: number
let clock: ManualClock
let endpoint: RestEndpoint
let socketPath: string
let sockets = 0

function playedGateway(): SessionGateway {
  return {
    place: { configuration: Configuration.fromMap({ 'web.refresh-interval': '7 s', 'web.cancel.enable': 'false' }) },
    slots: () => ({ total: 8, available: 5 }),
    jobs: () => [{ pid: 1 }, { pid: undefined }],
    jars: {},
    overview: () => Promise.resolve(states.map((state, index) => ({ jid: String(index), state }))),
    answerOfJob: (jobId: string, { method, url, body }: { method: string; url: string; body: object }) => {
      asked.push(`${method} ${url} ${JSON.stringify(body)}`)
      if (jobId !== JOB) return Promise.reject(new FlinkError('JOB_NOT_FOUND', { jobId }))
      const answer = answers[`${method} ${url}`] ?? { status: 200, body: {} }
      return Promise.resolve(typeof answer === 'function' ? answer() : answer)
    },
    disposeSavepoint: () => Promise.resolve(),
    shutDown: () => {
      shutDowns += 1
    },
  } as unknown as SessionGateway
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

function ask(method: string, url: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, method, path: url }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) })
      })
    })
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Until what a timer begins has been answered. */
async function advance(ms: number): Promise<void> {
  clock.advance(ms)
  await new Promise((resolve) => setTimeout(resolve, 5))
}

beforeEach(async () => {
  asked = []
  answers = {}
  states = []
  shutDowns = 0
  clock = new ManualClock(1_000_000)
  sockets += 1
  socketPath = path.join(directory, `${String(sockets)}.sock`)
  const api = sessionRestApi({
    gateway: playedGateway(),
    clock,
    random: new SeededRandom(1),
    processes: {} as ProcessesContext,
  })
  endpoint = new RestEndpoint({ openApi: () => Promise.resolve(api), clock, logger: SILENT_LOGGER })
  await endpoint.listen(socketPath)
})

afterEach(() => endpoint.close())

after(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('A session answers itself', () => {
  it('what its dashboard has to know first', async () => {
    const { status, body } = await ask('GET', '/v1/config')
    assert.equal(status, 200)
    const config = body as Record<string, unknown>
    assert.equal(config['refresh-interval'], 7000)
    assert.match(String(config['flink-version']), /^1\.20/)
    assert.deepEqual(config['features'], {
      ...{ 'web-submit': true, 'web-cancel': false, 'web-rescale': false, 'web-history': false },
    })
  })

  it('how many slots it has and how many jobs, where those that have not ended run', async () => {
    states = ['RUNNING', 'CREATED', 'RESTARTING', 'FINISHED', 'CANCELED', 'CANCELED', 'FAILED']
    const { body } = await ask('GET', '/overview')
    const { 'flink-version': _version, 'flink-commit': _commit, ...counts } = body as Record<string, unknown>
    assert.deepEqual(counts, {
      ...{ taskmanagers: 1, 'slots-total': 8, 'slots-available': 5 },
      ...{ 'jobs-running': 3, 'jobs-finished': 1, 'jobs-cancelled': 2, 'jobs-failed': 1 },
    })
  })

  it('which jobs there are', async () => {
    states = ['RUNNING']
    assert.deepEqual((await ask('GET', '/jobs')).body, { jobs: [{ id: '0', status: 'RUNNING' }] })
    assert.deepEqual((await ask('GET', '/jobs/overview')).body, { jobs: [{ jid: '0', state: 'RUNNING' }] })
  })

  it('that it ends', async () => {
    assert.deepEqual(await ask('DELETE', '/cluster'), { status: 200, body: {} })
    assert.equal(shutDowns, 1)
  })

  it('that it has no such file of a dashboard, and no such endpoint', async () => {
    const missing = (name: string): Answer => ({
      status: 404,
      body: { errors: [`Unable to load requested file ${name}.`] },
    })
    assert.deepEqual(await ask('GET', '/'), missing('/index.html'))
    assert.deepEqual(await ask('GET', '/main.js?x=1'), missing('/main.js'))
    for (const [method, url] of [
      ['PUT', '/nothing'],
      ['PUT', '/v1/nothing'],
      ['OPTIONS', '/overview'],
    ] as const) {
      assert.deepEqual(await ask(method, url), { status: 404, body: { errors: [`Not found: ${url}`] } })
    }
  })
})

describe('A session hands on', () => {
  it('what a job is asked, as it was asked, and its answer as it stands', async () => {
    answers[`GET /jobs/${JOB}?x=1`] = { status: 418, body: '{"a":1}', contentType: 'application/json; charset=utf-8' }
    assert.deepEqual(await ask('GET', `/v1/jobs/${JOB}?x=1`), { status: 418, body: { a: 1 } })
    await ask('PATCH', `/jobs/${JOB}?mode=cancel`, { a: 'b' })
    assert.deepEqual(asked, [`GET /jobs/${JOB}?x=1 {}`, `PATCH /jobs/${JOB}?mode=cancel {"a":"b"}`])
  })

  it('nothing for an id that is none, and nothing to a job that it does not know', async () => {
    assert.equal((await ask('GET', '/jobs/nonsense')).status, 400)
    assert.equal((await ask('GET', `/jobs/${'b'.repeat(32)}`)).status, 404)
    assert.equal((await ask('GET', `/jobs/${JOB}/nothing`)).status, 404)
    assert.equal(asked.length, 1)
  })
})

describe('Snapshots of a job of a session', () => {
  const results = `/jobs/${JOB}/savepoints/${TRIGGER}`

  function answered(operation: object): void {
    const body = JSON.stringify({ status: { id: 'COMPLETED' }, operation })
    answers[`GET ${results}`] = { status: 200, body, contentType: 'application/json' }
  }

  for (const how of ['savepoints', 'stop'])
    it(`are known to the session after the job has gone (${how})`, async () => {
      answers[`POST /jobs/${JOB}/${how}`] = { status: 202, body: '{}' }
      const inProgress = '{"status":{"id":"IN_PROGRESS"},"operation":null}'
      answers[`GET ${results}`] = { status: 200, body: inProgress }
      const triggered = await ask('POST', `/jobs/${JOB}/${how}`, { triggerId: TRIGGER })
      assert.deepEqual(triggered, { status: 202, body: { 'request-id': TRIGGER } })
      await advance(20)
      assert.deepEqual((await ask('GET', results)).body, JSON.parse(inProgress))
      answered({ location: 'file:/sp' })
      await advance(40)
      answers[`GET ${results}`] = () => {
        throw new FlinkError('JOB_NOT_FOUND', { jobId: JOB })
      }
      const completed = { status: { id: 'COMPLETED' }, operation: { location: 'file:/sp' } }
      assert.deepEqual((await ask('GET', results)).body, completed)
    })

  it('fail as the job says that they do', async () => {
    answers[`POST /jobs/${JOB}/savepoints`] = { status: 202, body: '{}' }
    answered({ 'failure-cause': { class: 'x', 'stack-trace': 'y' } })
    await ask('POST', `/jobs/${JOB}/savepoints`, { triggerId: TRIGGER })
    await advance(20)
    const { operation } = (await ask('GET', results)).body as { operation: unknown }
    assert.deepEqual(operation, { 'failure-cause': { class: 'x', 'stack-trace': 'y' } })
  })

  it('fail where the job has died before it told', async () => {
    answers[`POST /jobs/${JOB}/savepoints`] = { status: 202, body: '{}' }
    answers[`GET ${results}`] = () => {
      throw new FlinkError('SESSION_JOB_RESTARTS', { jobId: JOB })
    }
    await ask('POST', `/jobs/${JOB}/savepoints`, { triggerId: TRIGGER })
    await advance(20)
    const { operation } = (await ask('GET', results)).body as { operation: Record<string, Record<string, unknown>> }
    assert.match(String(operation['failure-cause']?.['stack-trace']), /is started again/)
  })

  it('are refused as the job refuses them', async () => {
    answers[`POST /jobs/${JOB}/savepoints`] = { status: 400, body: { errors: ['no directory'] } }
    const refused = await ask('POST', `/jobs/${JOB}/savepoints`, { triggerId: TRIGGER })
    assert.deepEqual(refused, { status: 400, body: { errors: ['no directory'] } })
  })

  it('that this session has not triggered are asked of the job', async () => {
    answered({ location: 'file:/earlier' })
    const { body } = await ask('GET', results)
    assert.deepEqual(body, { status: { id: 'COMPLETED' }, operation: { location: 'file:/earlier' } })
    const { status, body: unknown } = await ask('GET', `/jobs/${'b'.repeat(32)}/savepoints/${TRIGGER}`)
    assert.equal(status, 404)
    assert.match(JSON.stringify(unknown), /There is no savepoint operation with triggerId=/)
  })
})

it('no two routes of a session have one place', () => {
  const places = SESSION_ROUTES.map(({ method, path: at }) => `${method} ${at}`)
  assert.deepEqual(
    places.filter((place, index) => places.indexOf(place) !== index),
    [],
  )
})
