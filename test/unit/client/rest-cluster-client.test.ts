import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, test, type TestContext } from 'node:test'
import type { JobDirectoryEntry } from '../../../src/client/job-directory-entry.js'
import { RestClient } from '../../../src/client/rest-client.js'
import { RestClusterClient } from '../../../src/client/rest-cluster-client.js'
import { RunDirectory } from '../../../src/client/run-directory.js'
import { NOT_ADDRESSABLE } from '../../../src/core/fs/not-addressable.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { answeringJob, JOB } from './answering-job.js'

test('the result of a stop is asked of the job that was told to stop, also when it has left the run directory', async (context) => {
  const asked: string[] = []
  const { client, leave } = await answeringJob(context, (request, response) => {
    asked.push(`${String(request.method)} ${String(request.url)}`)
    const result = { status: { id: 'COMPLETED' }, operation: { location: 'file:/sp/savepoint-1' } }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.method === 'POST' ? { 'request-id': 't1' } : result))
  })
  const triggered = await client.triggerStop(JOB, { targetDirectory: '/sp', drain: false })
  leave()
  assert.equal(await client.awaitSavepoint(triggered), 'file:/sp/savepoint-1')
  assert.deepEqual(asked, [`POST /v1/jobs/${JOB}/stop`, `GET /v1/jobs/${JOB}/savepoints/t1`])
})

test('the newest checkpoint of a job that runs is a completed one on a disk', async (context) => {
  let history: object[] = []
  const { client } = await answeringJob(context, (_, response) => response.end(JSON.stringify({ history })))
  const refused = (reason: RegExp): Promise<void> =>
    assert.rejects(client.newestCheckpoint(JOB), (error) => {
      return FlinkError.is(error, 'CHECKPOINT_NOT_READABLE') && reason.test(error.message)
    })
  await refused(/it has completed none yet/)
  history = [
    { id: 9, status: 'IN_PROGRESS', is_savepoint: false, external_path: null },
    { id: 8, status: 'COMPLETED', is_savepoint: true, external_path: 'file:/sp/savepoint-1' },
    { id: 6, status: 'COMPLETED', is_savepoint: false, external_path: 'file:/cp/chk-6' },
    { id: 7, status: 'COMPLETED', is_savepoint: false, external_path: 'file:/cp/chk-7' },
    { id: 5, status: 'FAILED', is_savepoint: false, external_path: null },
  ]
  assert.equal(await client.newestCheckpoint(JOB), 'file:/cp/chk-7')
  history = [{ id: 7, status: 'COMPLETED', is_savepoint: false, external_path: NOT_ADDRESSABLE }]
  await refused(/kept in memory/)
})

test('who waits for a stop for ten seconds is told once for what', async (context) => {
  let now = 0
  const savepoint = { id: 4, status: 'COMPLETED', is_savepoint: true, external_path: 'file:/sp/savepoint-1' }
  const vertices = [{ name: 'Map', parallelism: 2, tasks: { RUNNING: 1, FINISHED: 1 } }]
  const answers: Readonly<Record<string, () => unknown>> = {
    [`/v1/jobs/${JOB}/stop`]: () => ({ 'request-id': 't1' }),
    [`/v1/jobs/${JOB}`]: () => ({ state: 'RUNNING', vertices }),
    [`/v1/jobs/${JOB}/checkpoints`]: () => ({ history: [savepoint] }),
    [`/v1/jobs/${JOB}/savepoints/t1`]: () => {
      now += 4000
      const isOver = now > 20_000
      const operation = isOver ? { location: 'file:/sp/savepoint-1' } : null
      return { status: { id: isOver ? 'COMPLETED' : 'IN_PROGRESS' }, operation }
    },
  }
  const { client } = await answeringJob(
    context,
    (request, response) => response.end(JSON.stringify(answers[request.url ?? '']?.())),
    () => now,
  )
  const told: string[] = []
  const triggered = await client.triggerStop(JOB, { targetDirectory: '/sp', drain: false })
  await client.awaitSavepoint(triggered, (text) => told.push(text))
  assert.equal(told.length, 1)
  assert.match(told.join(), /^its savepoint is complete \(file:.+-1\), .+ waits for Map \(1 of 2\)\. Does a close or/)
})

test('who looks on is told again and again how far it is, and whoever does not costs no question', async (context) => {
  let now = 0
  const asked: string[] = []
  const { client } = await answeringJob(
    context,
    (request, response) => {
      asked.push(`${String(request.method)} ${String(request.url).replace(`/v1/jobs/${JOB}`, '')}`)
      const pending = {
        id: 1,
        status: 'IN_PROGRESS',
        num_subtasks: 4,
        num_acknowledged_subtasks: now / 100,
        state_size: 10,
      }
      const operation = now < 400 ? null : { location: 'file:/sp' }
      const answers: Readonly<Record<string, unknown>> = {
        savepoints: { 'request-id': 't1' },
        t1: { status: { id: operation === null ? 'IN_PROGRESS' : 'COMPLETED' }, operation },
        checkpoints: { history: [pending] },
      }
      response.end(JSON.stringify(answers[String(request.url).split('/').at(-1) ?? '']))
    },
    () => now,
    {
      sleep: () => {
        now += 100
        return Promise.resolve()
      },
    },
  )
  const triggered = await client.triggerSavepoint(JOB, { targetDirectory: undefined, cancelJob: false })
  const told: string[] = []
  await client.awaitSavepoint(triggered, undefined, (text) => told.push(text))
  assert.deepEqual(told, ['2 of 4 tasks, 10 B', '3 of 4 tasks, 10 B'])
  now = 0
  asked.length = 0
  await client.awaitSavepoint(triggered)
  assert.deepEqual([...new Set(asked)], ['GET /savepoints/t1'])
})

test('a wait ends when its time is over, and not a pause later', async (context) => {
  let now = 0
  const { client } = await answeringJob(
    context,
    (request, response) =>
      response.end(
        JSON.stringify(
          request.method === 'POST' ? { 'request-id': 't1' } : { status: { id: 'IN_PROGRESS' }, operation: null },
        ),
      ),
    () => now,
    {
      timeoutMs: 2500,
      sleep: (ms) => {
        now += ms
        return Promise.resolve()
      },
    },
  )
  const triggered = await client.triggerCheckpoint(JOB, false)
  await assert.rejects(client.awaitCheckpoint(triggered), { code: 'JOB_RESULT_TIMED_OUT' })
  assert.equal(now, 2500)
})

test('who waits for a job whose process is killed is told that, and what it left', async (context) => {
  let isKilled = false
  const { client, leave } = await answeringJob(context, (request, response) => {
    if (isKilled) request.destroy()
    else response.end(JSON.stringify({ 'request-id': 't1' }))
  })
  const triggered = await client.triggerCheckpoint(JOB, false)
  isKilled = true
  leave({ state: 'FAILED', died: { checkpoints: 'file:///cp' } })
  await assert.rejects(client.awaitCheckpoint(triggered), (error) => {
    return FlinkError.is(error, 'JOB_PROCESS_DIED') && FlinkError.is(error.cause, 'CONTROL_SOCKET_FAILED')
  })
})

test('a job that breaks off and lives is told of as that, and one that others cancelled meanwhile is cancelled', async (context) => {
  let isCancelled = false
  const { client, leave } = await answeringJob(context, (request) => {
    if (isCancelled) leave({ state: 'CANCELED' })
    request.destroy()
  })
  await assert.rejects(client.cancel(JOB), { code: 'CONTROL_SOCKET_FAILED' })
  isCancelled = true
  await client.cancel(JOB)
})

/** A run directory with one job, at whose socket somebody speaks as `serve` says. */
async function scene(
  context: TestContext,
  serve: (socket: Socket) => void,
): Promise<{ client: RestClusterClient; entry: JobDirectoryEntry; directory: string }> {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-client-'))
  const runDirectory = new RunDirectory(directory, () => 5000)
  await runDirectory.prepare()
  const socket = path.join(directory, `${JOB}.sock`)
  const entry = { jobId: JOB, pid: 4711, processStart: undefined, name: 'tick', startTime: 1000, version: '1', socket }
  await runDirectory.register(entry)
  const connections = new Set<Socket>()
  const server = createServer((connection) => {
    connections.add(connection)
    connection.on('error', () => connection.destroy())
    serve(connection)
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  context.after(() => {
    server.close()
    for (const connection of connections) connection.destroy()
    rmSync(directory, { recursive: true })
  })
  const sleep = (): Promise<void> => Promise.resolve()
  const client = new RestClusterClient({ runDirectory, sleep, monotonicMs: () => 0, timeoutMs: 100 })
  return { client, entry, directory }
}

function answer(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`
}

const RUBBISH: Readonly<Record<string, string>> = {
  'no HTTP': 'hello\r\n\r\n',
  'half an answer': 'HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{',
  'no JSON': answer('hello'),
  null: answer('null'),
  'an empty object': answer('{}'),
  'jobs that are none': answer('{"jobs":[null,5,{"jid":"' + JOB + '","name":5}]}'),
  'the jobs of others': answer('{"jobs":[{"jid":"x","name":"x","state":"RUNNING","start-time":1,"end-time":-1}]}'),
  errors: answer('{"errors":["no"]}'),
}

describe('a job that lives and says nothing of use', { skip: process.platform === 'win32' }, () => {
  const expected = [JOB, 'tick', 'UNRESPONSIVE', 1000]
  const listed = async (client: RestClusterClient): Promise<unknown[][]> => {
    const jobs = await client.listJobs(true)
    return jobs.map((job) => [job.jid, job.name, job.state, job['start-time']])
  }

  for (const [what, text] of Object.entries(RUBBISH)) {
    it(`is listed as UNRESPONSIVE and refuses every other command clearly: ${what}`, async (context) => {
      const { client } = await scene(context, (socket) => socket.end(text))
      assert.deepEqual(await listed(client), [expected])
      const commands = [
        () => client.triggerStop(JOB, { targetDirectory: '/sp', drain: false }),
        () => client.triggerCheckpoint(JOB, false),
      ]
      for (const command of commands) {
        await assert.rejects(command(), (error) => {
          return FlinkError.is(error, 'CONTROL_SOCKET_FAILED') || FlinkError.is(error, 'CONTROL_REQUEST_FAILED')
        })
      }
      assert.equal(await client.pathOfCheckpoint(JOB, 1), undefined)
    })
  }

  it('is listed as UNRESPONSIVE after a second without an answer, and keeps its entry', async (context) => {
    const { client, directory } = await scene(context, () => undefined)
    assert.deepEqual(await listed(client), [expected])
    assert.deepEqual(readdirSync(directory).sort(), [`${JOB}.json`, `${JOB}.sock`, 'archive'])
  })

  it('is waited for until the timeout of the command, which then says what is wrong', async (context) => {
    const { client } = await scene(context, () => undefined)
    const commands = [() => client.cancel(JOB), () => client.triggerCheckpoint(JOB, false)]
    for (const command of commands) {
      await assert.rejects(command(), (error) => {
        assert.ok(FlinkError.is(error, 'JOB_UNRESPONSIVE'), String(error))
        assert.match(error.message, /process \(4711\) lives, but sent no answer within 100 ms.*kill -CONT 4711/)
        return true
      })
    }
  })

  it('is waited for however long the timeout is', async (context) => {
    const { entry } = await scene(context, (socket) => {
      setTimeout(() => socket.end(answer('{"jobs":[]}')), 50)
    })
    const call = { method: 'GET', path: '/jobs/overview' } as const
    assert.deepEqual(await new RestClient(entry).call(call, Number.MAX_SAFE_INTEGER), { jobs: [] })
  })

  it('is waited for longer once it has given a sign of life', async (context) => {
    const { entry } = await scene(context, (socket) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
      setTimeout(() => socket.end(answer('{"jobs":[]}')), 1300)
    })
    assert.deepEqual(await new RestClient(entry).call({ method: 'GET', path: '/jobs/overview' }, 1000), { jobs: [] })
  })

  it('is not listened to without end', async (context) => {
    const { entry } = await scene(context, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const chunk = Buffer.alloc(1 << 22, 'x')
      const more = (): boolean => !socket.destroyed && socket.write(chunk) && more()
      socket.on('drain', more)
      more()
    })
    const call = new RestClient(entry).call({ method: 'GET', path: '/jobs/overview' }, 60_000)
    await assert.rejects(call, /its answer does not end/)
  })
})

test('a job whose process is dead is archived by the list, and not listed as living', async (context) => {
  const { client, entry, directory } = await scene(context, () => undefined)
  rmSync(entry.socket)
  writeFileSync(entry.socket, '')
  const jobs = await client.listJobs(true)
  assert.deepEqual(
    jobs.map(({ state }) => state),
    ['FAILED'],
  )
  assert.deepEqual(readdirSync(directory).sort(), [`${JOB}.sock`, 'archive'])
})

test('a job whose process died says so to whoever wants something of it, and where its checkpoints lie', async (context) => {
  const { client, entry, directory } = await scene(context, () => undefined)
  const runDirectory = new RunDirectory(directory, () => 0)
  await runDirectory.register({ ...entry, checkpoints: `/cp/${JOB}` })
  rmSync(entry.socket)
  writeFileSync(entry.socket, '')
  for (const command of [() => client.cancel(JOB), () => client.triggerCheckpoint(JOB, false)]) {
    await assert.rejects(command(), (error) => {
      assert.ok(FlinkError.is(error, 'JOB_PROCESS_DIED'), String(error))
      assert.ok(error.message.endsWith(`to go on from its newest checkpoint: run -s /cp/${JOB}`), error.message)
      return true
    })
  }
  const [job] = await client.listJobs(true)
  assert.deepEqual(job?.died, { checkpoints: `/cp/${JOB}` })
})
