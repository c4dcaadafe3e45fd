import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, beforeEach, describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { jobRestApi } from '../../../src/rest/job-rest-api.js'
import type { JobsGateway } from '../../../src/rest/jobs-gateway.js'
import { RestEndpoint } from '../../../src/rest/rest-endpoint.js'

const HANDLER_EXCEPTION = 'org.apache.flink.runtime.rest.handler.RestHandlerException'
const JOB = 'a'.repeat(32)
const VERTEX = 'b'.repeat(32)
const TRIGGER = 'c'.repeat(32)
const directory = mkdtempSync(path.join(tmpdir(), 'rest-'))

let calls: unknown[][]
let answers: Record<string, () => unknown>
let clock: ManualClock
let server: RestEndpoint
let socketPath: string
let sockets = 0

/** A gateway that writes down what it is asked; `answers` says what it answers or throws. */
function playedGateway(): JobsGateway {
  const ask =
    (name: string) =>
    async (...args: unknown[]): Promise<unknown> => {
      calls.push([name, ...args])
      await Promise.resolve()
      return answers[name]?.()
    }
  const names = [
    'overview',
    'status',
    'startOf',
    'details',
    'plan',
    'config',
    'exceptions',
    'checkpoints',
    'checkpointConfig',
    'checkpointDetails',
    'taskCheckpointDetails',
    'executionResult',
    'program',
    'queryableStates',
    'queryState',
    'accumulators',
  ]
  const operations = ['cancel', 'triggerSavepoint', 'stopWithSavepoint', 'triggerCheckpoint', 'disposeSavepoint']
  return {
    ...Object.fromEntries([...names, ...operations].map((name) => [name, ask(name)])),
    checkSavepointDirectory: (_jobId: string, target: string | undefined, property: string) => {
      if (target === undefined) throw new FlinkError('SAVEPOINT_DIRECTORY_MISSING', { property })
    },
  } as unknown as JobsGateway
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

function ask(method: string, url: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, method, path: url }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const text = Buffer.concat(parts).toString()
        resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) })
      })
    })
    request.on('error', reject)
    if (body !== undefined) request.write(typeof body === 'string' ? body : JSON.stringify(body))
    request.end()
  })
}

async function firstError(method: string, url: string, body?: unknown): Promise<readonly [number, string]> {
  const { status, body: answer } = await ask(method, url, body)
  return [status, (answer as { errors: string[] }).errors[0] ?? '']
}

beforeEach(async () => {
  calls = []
  answers = {}
  clock = new ManualClock()
  sockets += 1
  socketPath = path.join(directory, `${String(sockets)}.sock`)
  const api = jobRestApi({ gateway: playedGateway(), clock, random: new SeededRandom(1), storeDurationMs: 300_000 })
  server = new RestEndpoint({ openApi: () => Promise.resolve(api), clock, logger: SILENT_LOGGER })
  await server.listen(socketPath)
})

afterEach(() => server.close())

after(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('REST questions', () => {
  const questions = [
    ['/jobs/overview', 'overview', [], [{ jid: JOB }], { jobs: [{ jid: JOB }] }],
    [`/jobs/${JOB}`, 'details', [JOB], { name: 'x' }, { name: 'x' }],
    [`/jobs/${JOB}/plan`, 'plan', [JOB], { nodes: [] }, { plan: { nodes: [] } }],
    [`/jobs/${JOB}/config`, 'config', [JOB], { jid: JOB }, { jid: JOB }],
    [`/jobs/${JOB}/start`, 'startOf', [JOB], { jobFile: '/job.js' }, { jobFile: '/job.js' }],
    [`/jobs/${JOB}/status`, 'status', [JOB], 'RUNNING', { status: 'RUNNING' }],
    [`/jobs/${JOB}/exceptions`, 'exceptions', [JOB, 20], { exceptionHistory: {} }, { exceptionHistory: {} }],
    [`/jobs/${JOB}/checkpoints`, 'checkpoints', [JOB], { counts: {} }, { counts: {} }],
    [`/jobs/${JOB}/checkpoints/config`, 'checkpointConfig', [JOB], { mode: 'x' }, { mode: 'x' }],
    [`/jobs/${JOB}/checkpoints/details/7`, 'checkpointDetails', [JOB, 7], { id: 7 }, { id: 7 }],
    [`/jobs/${JOB}/checkpoints/details/7/subtasks/${VERTEX}`, 'taskCheckpointDetails', [JOB, 7, VERTEX], {}, {}],
    [`/jobs/${JOB}/execution-result`, 'executionResult', [JOB], { status: {} }, { status: {} }],
    [`/jobs/${JOB}/program`, 'program', [JOB], { status: {} }, { status: {} }],
  ] as const
  for (const [url, name, args, answer, body] of questions) {
    it(`GET ${url.replace(JOB, ':jobid').replace(VERTEX, ':vertexid')} is answered by ${name}, with and without /v1`, async () => {
      answers[name] = () => answer
      assert.deepEqual(await ask('GET', url), { status: 200, body })
      assert.deepEqual(await ask('GET', `/v1${url}`), { status: 200, body })
      assert.deepEqual(calls, [
        [name, ...args],
        [name, ...args],
      ])
    })
  }

  it('for accumulators are answered with Java objects where these are asked for', async () => {
    const answer = { 'user-task-accumulators': [], 'serialized-user-task-accumulators': { n: 'rO0AB' } }
    answers.accumulators = () => answer
    const url = `/jobs/${JOB}/accumulators`
    const plain = { ...answer, 'serialized-user-task-accumulators': {} }
    assert.deepEqual(await ask('GET', url), { status: 200, body: plain })
    assert.deepEqual(await ask('GET', `${url}?includeSerializedValue=false`), { status: 200, body: plain })
    assert.deepEqual(await ask('GET', `${url}?includeSerializedValue=true`), { status: 200, body: answer })
  })

  it('take a job id in capitals', async () => {
    await ask('GET', `/jobs/${JOB.toUpperCase()}/status`)
    assert.deepEqual(calls, [['status', JOB]])
  })

  it('refuse what is no job id', async () => {
    for (const id of ['x', `${JOB}0`, '..%2f..%2fetc', 'g'.repeat(32)]) {
      const [status, message] = await firstError('GET', `/jobs/${id}/status`)
      assert.equal(status, 400)
      assert.match(message, /Cannot resolve path parameter \(jobid\)/)
    }
    assert.deepEqual(calls, [])
  })

  it('refuse what is no id of a checkpoint', async () => {
    for (const id of ['x', '1.5', '1e3', '9'.repeat(20)]) {
      const [status, message] = await firstError('GET', `/jobs/${JOB}/checkpoints/details/${id}`)
      assert.equal(status, 400)
      assert.match(message, /Cannot resolve path parameter \(checkpointid\)/)
    }
    assert.deepEqual(calls, [])
  })

  it('say that a job is not there with 404, as the error table has it', async () => {
    answers.details = () => {
      throw new FlinkError('JOB_NOT_FOUND', { jobId: JOB })
    }
    const advice = '`flink-ts list -a` shows the jobs that there are.'
    assert.deepEqual(await firstError('GET', `/jobs/${JOB}`), [
      404,
      `org.apache.flink.runtime.rest.NotFoundException: Job ${JOB} not found\nCaused by: ` +
        `org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job (${JOB}). ${advice}`,
    ])
  })

  it('tell of a job that is not there as Flink does: where its state is asked for, as an error of the server', async () => {
    answers.status = answers.cancel = () => {
      throw new FlinkError('JOB_NOT_FOUND', { jobId: JOB })
    }
    const { status, body } = await ask('GET', `/jobs/${JOB}/status`)
    const { errors } = body as { errors: string[] }
    assert.deepEqual([status, errors[0]], [500, 'Internal server error.'])
    const trace =
      /^<Exception on server side:\norg\.apache\.flink\.runtime\.messages\.FlinkJobNotFoundException: Could not find/
    assert.match(errors[1] ?? '', trace)
    const [code, text] = await firstError('PATCH', `/jobs/${JOB}`)
    assert.deepEqual([code, text.split('\n')[0]], [404, `${HANDLER_EXCEPTION}: Job could not be found.`])
  })

  it('mean the same with a slash at the end', async () => {
    answers.overview = () => []
    assert.deepEqual(await ask('GET', '/jobs/overview/'), { status: 200, body: { jobs: [] } })
  })

  it('say that there is no such endpoint', async () => {
    assert.deepEqual(await firstError('GET', '/nothing'), [404, 'Not found: /nothing'])
    assert.equal((await firstError('POST', '/jobs/overview'))[0], 404)
  })

  it('tell an unexpected error as Flink does, without what it says of this machine', async () => {
    answers.overview = () => {
      throw new Error('boom in /private/place')
    }
    const { status, body } = await ask('GET', '/jobs/overview')
    const { errors } = body as { errors: string[] }
    assert.deepEqual([status, errors[0]], [500, 'Internal server error.'])
    assert.match(errors[1] ?? '', /^<Exception on server side:\n.* log .*\nEnd of exception on server side>$/)
    assert.doesNotMatch(JSON.stringify(body), /boom|\/private|rest-server|node_modules/)
  })
})

describe('REST requests', () => {
  it('PATCH a job: it is cancelled', async () => {
    assert.deepEqual(await ask('PATCH', `/jobs/${JOB}?mode=cancel`, {}), { status: 202, body: {} })
    assert.deepEqual(await ask('PATCH', `/jobs/${JOB}`), { status: 202, body: {} })
    assert.deepEqual(calls, [
      ['cancel', JOB],
      ['cancel', JOB],
    ])
  })

  it('PATCH a job with another mode: refused', async () => {
    const [status, message] = await firstError('PATCH', `/jobs/${JOB}?mode=stop`)
    assert.equal(status, 308)
    assert.match(message, /"stop" has been removed/)
    assert.equal((await firstError('PATCH', `/jobs/${JOB}?mode=pause`))[0], 400)
    assert.deepEqual(calls, [])
  })

  it('refuse a body that is not JSON, and fields of the wrong type', async () => {
    const url = `/jobs/${JOB}/savepoints`
    for (const body of ['{', { 'target-directory': 7 }, { 'target-directory': '/sp', 'cancel-job': 'yes' }]) {
      assert.equal((await firstError('POST', url, body))[0], 400)
    }
    assert.equal((await firstError('POST', url, { 'target-directory': '/sp', triggerId: 'x' }))[0], 400)
    assert.deepEqual(calls, [])
  })

  it("refuse a body that is too large as the client's mistake", async () => {
    const [status] = await firstError('POST', `/jobs/${JOB}/savepoints`, { 'target-directory': 'x'.repeat(2_000_000) })
    assert.equal(status, 413)
  })

  it('refuse a savepoint without any directory at once', async () => {
    const [status, message] = await firstError('POST', `/jobs/${JOB}/savepoints`, {})
    assert.equal(status, 400)
    assert.match(message, /Property \[target-directory\]/)
    assert.match((await firstError('POST', `/jobs/${JOB}/stop`, {}))[1], /Property \[targetDirectory\]/)
  })

  it('refuse a relative path, which would lie wherever the job happens to run', async () => {
    for (const [url, body] of [
      [`/jobs/${JOB}/savepoints`, { 'target-directory': 'savepoints' }],
      [`/jobs/${JOB}/stop`, { targetDirectory: './savepoints' }],
      ['/savepoint-disposal', { 'savepoint-path': '../savepoint-1' }],
    ] as const) {
      const [status, message] = await firstError('POST', url, body)
      assert.equal(status, 400)
      assert.match(message, /'\.*\/?savepoint.*' cannot be used as a path: field "\w[\w-]+" must be an absolute path/)
    }
    assert.deepEqual(calls, [])
  })

  it('refuse a body that is JSON and no object', async () => {
    for (const body of ['[]', '"x"', '1']) {
      const [status, message] = await firstError('POST', `/jobs/${JOB}/checkpoints`, body)
      assert.deepEqual([status, message.startsWith(`${HANDLER_EXCEPTION}: Request did not match`)], [400, true])
    }
    assert.equal((await ask('POST', `/jobs/${JOB}/checkpoints`, 'null')).status, 202)
  })

  it('refuse an incremental checkpoint as Flink does', async () => {
    const { status, body } = await ask('POST', `/jobs/${JOB}/checkpoints`, { checkpointType: 'INCREMENTAL' })
    assert.equal(status, 500)
    assert.match(JSON.stringify(body), /IllegalStateException: Flink does not support .* FLINK-33723\./)
    assert.deepEqual(calls, [])
  })

  it('refuse a type of checkpoint and a format of savepoints that there is not, and the disposal of nothing', async () => {
    assert.equal((await firstError('POST', `/jobs/${JOB}/checkpoints`, { checkpointType: 'TINY' }))[0], 400)
    for (const url of [`/jobs/${JOB}/savepoints`, `/jobs/${JOB}/stop`]) {
      const [status, message] = await firstError('POST', url, { formatType: 'TINY' })
      assert.deepEqual([status, /formatType/.test(message)], [400, true])
    }
    const nothing = [400, `${HANDLER_EXCEPTION}: Field savepoint-path must not be omitted or be null.`]
    assert.deepEqual(await firstError('POST', '/savepoint-disposal', { 'savepoint-path': null }), nothing)
  })
})

describe('REST operations', () => {
  const triggers = [
    [
      `/jobs/${JOB}/savepoints`,
      { 'target-directory': '/sp', 'cancel-job': true },
      ['triggerSavepoint', JOB, { targetDirectory: '/sp', cancelJob: true }],
      202,
      `/jobs/${JOB}/savepoints/`,
      { location: 'done' },
      'failure-cause',
    ],
    [
      `/jobs/${JOB}/stop`,
      { targetDirectory: '/sp', drain: true },
      ['stopWithSavepoint', JOB, { targetDirectory: '/sp', drain: true }],
      202,
      `/jobs/${JOB}/savepoints/`,
      { location: 'done' },
      'failure-cause',
    ],
    [
      `/jobs/${JOB}/checkpoints`,
      { checkpointType: 'full' },
      ['triggerCheckpoint', JOB],
      202,
      `/jobs/${JOB}/checkpoints/`,
      { checkpointId: 'done' },
      'failureCause',
    ],
    [
      '/savepoint-disposal',
      { 'savepoint-path': '/sp/x' },
      ['disposeSavepoint', '/sp/x'],
      200,
      '/savepoint-disposal/',
      {},
      'failure-cause',
    ],
  ] as const
  for (const [url, body, call, status, pollUrl, result, causeField] of triggers) {
    const name = url.replace(JOB, ':jobid')
    it(`POST ${name} starts one and tells how far it is`, async () => {
      let finish: (value: unknown) => void = () => undefined
      answers[call[0]] = () =>
        new Promise((resolve) => {
          finish = resolve
        })
      const triggered = await ask('POST', url, { ...body, triggerId: TRIGGER })
      assert.deepEqual(triggered, { status, body: { 'request-id': TRIGGER } })
      assert.deepEqual(calls, [call])
      const running = { status: { id: 'IN_PROGRESS' }, operation: null }
      assert.deepEqual(await ask('GET', pollUrl + TRIGGER), { status: 200, body: running })
      finish('done')
      const done = { status: { id: 'COMPLETED' }, operation: result }
      assert.deepEqual(await ask('GET', pollUrl + TRIGGER), { status: 200, body: done })
    })

    it(`POST ${name} that fails is COMPLETED with its cause`, async () => {
      answers[call[0]] = () => {
        throw new Error('no room', { cause: new Error('disk full') })
      }
      const { body: triggered } = await ask('POST', url, body)
      const id = (triggered as { 'request-id': string })['request-id']
      assert.match(id, /^[0-9a-f]{32}$/)
      const { body: outcome } = await ask('GET', pollUrl + id)
      const { status: state, operation } = outcome as { status: unknown; operation: Record<string, unknown> }
      assert.deepEqual(state, { id: 'COMPLETED' })
      const cause = operation[causeField] as { class: string; 'stack-trace': string }
      assert.equal(cause.class, 'Error')
      assert.match(cause['stack-trace'], /^Error: no room[\s\S]*Caused by: Error: disk full/)
    })
  }

  it('are started once, however often they are sent', async () => {
    const body = { 'target-directory': '/sp', triggerId: TRIGGER }
    await ask('POST', `/jobs/${JOB}/savepoints`, body)
    await ask('POST', `/jobs/${JOB}/savepoints`, body)
    assert.equal(calls.length, 1)
  })

  it('belong to their job', async () => {
    await ask('POST', `/jobs/${JOB}/savepoints`, { 'target-directory': '/sp', triggerId: TRIGGER })
    const [status, message] = await firstError('GET', `/jobs/${'b'.repeat(32)}/savepoints/${TRIGGER}`)
    assert.equal(status, 404)
    assert.match(message, /There is no savepoint operation with triggerId=c+ for job b+\./)
  })

  it('are forgotten five minutes after their end, not while they run', async () => {
    let finish: (value: unknown) => void = () => undefined
    answers.triggerCheckpoint = () =>
      new Promise((resolve) => {
        finish = resolve
      })
    await ask('POST', `/jobs/${JOB}/checkpoints`, { triggerId: TRIGGER })
    const url = `/jobs/${JOB}/checkpoints/${TRIGGER}`
    clock.advance(3_600_000)
    assert.equal((await ask('GET', url)).status, 200)
    finish(1)
    await ask('GET', url)
    clock.advance(299_999)
    assert.equal((await ask('GET', url)).status, 200)
    clock.advance(1)
    assert.equal((await ask('GET', url)).status, 404)
  })

  it('leave no timer of a server that was closed', async () => {
    await ask('POST', `/jobs/${JOB}/checkpoints`, { triggerId: TRIGGER })
    await ask('GET', `/jobs/${JOB}/checkpoints/${TRIGGER}`)
    assert.equal(clock.pendingTimers, 1)
    await server.close()
    assert.equal(clock.pendingTimers, 0)
  })
})

describe('Questions about the state of a job', () => {
  const path = `/jobs/${JOB}/queryable-states`
  const question = { name: 'counts', keys: [Buffer.from('key').toString('base64')], 'timeout-ms': 500 }

  it('are put with all that was asked, and the states of a job are listed', async () => {
    answers = { queryableStates: () => ['a state'], queryState: () => ({ source: 'job' }) }
    assert.deepEqual(await ask('GET', path), { status: 200, body: { 'queryable-states': ['a state'] } })
    assert.deepEqual(await ask('POST', path, question), { status: 200, body: { source: 'job' } })
    const [, asked] = calls as [unknown, [string, string, { keys: Uint8Array[] }]]
    assert.deepEqual([asked[0], asked[1]], ['queryState', JOB])
    assert.deepEqual(
      { ...asked[2], keys: asked[2].keys.map(String) },
      { name: 'counts', keys: ['key'], timeoutMs: 500 },
    )
  })

  it('come back with the code of the error, and are refused where they are none', async () => {
    answers = {
      queryState: () => {
        throw new FlinkError('QUERYABLE_STATE_UNKNOWN', { jobId: JOB, name: 'counts', advice: '' })
      },
    }
    const { status, body } = await ask('POST', path, question)
    const { errors, failure } = body as { errors: string[]; failure: { code: string; stack?: string } }
    assert.deepEqual([status, failure.code, failure.stack], [404, 'QUERYABLE_STATE_UNKNOWN', undefined])
    assert.match(errors[0] ?? '', /has no queryable state 'counts'/)
    for (const wrong of [
      { ...question, name: 7 },
      { ...question, keys: 'key' },
      { ...question, keys: [7] },
      { ...question, keys: new Array(10_001).fill('') },
      { ...question, 'timeout-ms': 0 },
      { ...question, 'timeout-ms': 1e9 },
    ]) {
      assert.equal((await ask('POST', path, wrong)).status, 400)
    }
  })

  it('may follow each other by one connection, which nobody waits for at the end', async () => {
    answers = { queryState: () => ({ source: 'job' }) }
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const exchange = (): Promise<readonly [boolean, string | undefined]> =>
      new Promise((resolve, reject) => {
        const request = httpRequest({ socketPath, method: 'POST', path, agent }, (response) => {
          response.resume()
          response.on('end', () => {
            resolve([request.reusedSocket, response.headers.connection])
          })
        })
        request.on('error', reject)
        request.end(JSON.stringify(question))
      })
    assert.deepEqual(await exchange(), [false, 'keep-alive'])
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(await exchange(), [true, 'keep-alive'])
    const closed = server.close()
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(300)
    await closed
    agent.destroy()
  })
})
