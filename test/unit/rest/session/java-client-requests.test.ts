/** What Flink's Java client sends to a session, to the letter, and what it takes for an answer. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { SILENT_LOGGER } from '../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'
import { RestEndpoint } from '../../../../src/rest/rest-endpoint.js'
import type { RestRequest, RestResponse } from '../../../../src/rest/route.js'
import type { ProcessesContext } from '../../../../src/rest/processes/processes-context.js'
import type { SessionGateway } from '../../../../src/rest/session/session-gateway.js'
import { sessionRestApi } from '../../../../src/rest/session/session-rest-api.js'
import { answersTo, OVER_TCP } from '../endpoint-scene.js'

const JOB = 'ab'.repeat(16)
const TRIGGER = 'cd'.repeat(16)
const STORE_MS = 60_000
const ROW = {
  ...{ jid: JOB, name: 'job', state: 'RUNNING', 'start-time': 1, 'end-time': -1, duration: 2, 'last-modification': 1 },
  ...{ tasks: { total: 1 }, 'pending-operators': 0, restarts: { count: 1, since: 1 } },
}
const IN_PROGRESS = { status: { id: 'IN_PROGRESS' }, operation: null }

interface Scene {
  /** What a request of the client gets: its status and what is in its answer. */
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>
  /** The same for any request; the answer as it comes. */
  send(head: string, body: string): Promise<string>
  /** What came to the job. */
  readonly asked: { method: string; url: string; body: unknown }[]
  readonly clock: ManualClock
}

/** `answer`: of the job, to all that is asked of it. */
async function withSession(
  answer: (request: Pick<RestRequest, 'method' | 'url' | 'body'>) => RestResponse,
  use: (scene: Scene) => Promise<void>,
  settings: Record<string, string> = {},
): Promise<void> {
  const clock = new ManualClock()
  const asked: Scene['asked'] = []
  const configuration = Configuration.fromMap({ 'rest.async.store-duration': `${String(STORE_MS)} ms`, ...settings })
  const gateway = {
    place: { configuration },
    overview: () => Promise.resolve([ROW]),
    answerOfJob: (jobId: string, { method, url, body }: RestRequest) => {
      asked.push({ method, url, body })
      if (jobId !== JOB) return Promise.reject(new FlinkError('JOB_NOT_FOUND', { jobId }))
      return Promise.resolve(answer({ method, url, body }))
    },
  } as unknown as SessionGateway
  const api = sessionRestApi({ gateway, clock, random: new SeededRandom(1), processes: {} as ProcessesContext })
  const endpoint = new RestEndpoint({ openApi: () => Promise.resolve(api), clock, logger: SILENT_LOGGER })
  const url = await endpoint.listenOnTcp({ ...OVER_TCP, token: undefined, takesUploads: true })
  const send = (head: string, body: string): Promise<string> =>
    answersTo(
      url,
      `${head}\r\nhost: ${new URL(url).host}\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`,
    )
  const ask: Scene['ask'] = async (method, path, body = {}) => {
    const type = 'content-type: application/json; charset=UTF-8\r\nconnection: close'
    const [head = '', text = ''] = (await send(`${method} /v1${path} HTTP/1.1\r\n${type}`, JSON.stringify(body))).split(
      '\r\n\r\n',
    )
    return { status: Number(head.split(' ')[1]), body: JSON.parse(text) as Record<string, unknown> }
  }
  try {
    await use({ ask, send, asked, clock })
  } finally {
    const closed = endpoint.close()
    clock.advance(10_000)
    await closed
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe("A request of Flink's client", () => {
  it('has a body also where it only asks, and is answered', async () => {
    const answer = (): RestResponse => ({ status: 202, body: {} })
    await withSession(answer, async ({ ask, asked }) => {
      assert.deepEqual(await ask('GET', '/jobs/overview'), { status: 200, body: { jobs: [ROW] } })
      assert.deepEqual(await ask('PATCH', `/jobs/${JOB}?mode=cancel`), { status: 202, body: {} })
      assert.deepEqual(asked, [{ method: 'PATCH', url: `/jobs/${JOB}?mode=cancel`, body: {} }])
    })
  })

  it('names what it does not set as null, and is taken once under one id', async () => {
    const given = { 'cancel-job': false, formatType: 'CANONICAL', 'target-directory': null, triggerId: null }
    const answer = ({ method }: { method: string }): RestResponse =>
      method === 'POST' ? { status: 202, body: {} } : { status: 200, body: JSON.stringify(IN_PROGRESS) }
    await withSession(answer, async ({ ask, asked }) => {
      const { status, body } = await ask('POST', `/jobs/${JOB}/savepoints`, given)
      assert.equal(status, 202)
      const id = body['request-id'] as string
      assert.match(id, /^[0-9a-f]{32}$/)
      assert.deepEqual(asked[0]?.body, { ...given, triggerId: id })
      assert.deepEqual(await ask('GET', `/jobs/${JOB}/savepoints/${id}`), { status: 200, body: IN_PROGRESS })
      const again = await ask('POST', `/jobs/${JOB}/savepoints`, { ...given, triggerId: id })
      assert.deepEqual(again, { status: 202, body: { 'request-id': id } })
      assert.equal(asked.length, 1)
    })
  })

  for (const [path, results, failureKey] of [
    ['savepoints', 'savepoints', 'failure-cause'],
    ['stop', 'savepoints', 'failure-cause'],
    ['checkpoints', 'checkpoints', 'failureCause'],
  ] as const) {
    it(`is accepted for a job that is not there, which whoever asks what came of ${path} is told`, async () => {
      const unknown = '12'.repeat(16)
      const answer = (): RestResponse => ({ status: 500, body: {} })
      await withSession(answer, async ({ ask, clock }) => {
        const where = { 'target-directory': '/sp', targetDirectory: '/sp' }
        const { status } = await ask('POST', `/jobs/${unknown}/${path}`, { triggerId: TRIGGER, ...where })
        assert.equal(status, 202)
        const { body } = await ask('GET', `/jobs/${unknown}/${results}/${TRIGGER}`)
        assert.deepEqual(body['status'], { id: 'COMPLETED' })
        const cause = (body['operation'] as Record<string, Record<string, string>>)[failureKey]
        assert.equal(cause?.['class'], 'org.apache.flink.runtime.messages.FlinkJobNotFoundException')
        const bytes = Buffer.from(cause['serialized-throwable'] ?? '', 'base64')
        assert.ok(bytes.includes(unknown))
        clock.advance(STORE_MS - 1)
        await settled()
        assert.equal((await ask('GET', `/jobs/${unknown}/${results}/${TRIGGER}`)).status, 200)
        clock.advance(1)
        assert.equal((await ask('GET', `/jobs/${unknown}/${results}/${TRIGGER}`)).status, 404)
      })
    })
  }

  it('with a job of Java is read to its end, and refused with what runs here', async () => {
    const answer = (): RestResponse => ({ status: 500, body: {} })
    await withSession(answer, async ({ send, asked }) => {
      const head = 'POST /v1/jobs HTTP/1.1\r\ncontent-type: multipart/form-data; boundary=b\r\nconnection: close'
      const text = await send(head, `--b\r\n\r\n${'x'.repeat(5_000_000)}\r\n--b--\r\n`)
      assert.match(text, /^HTTP\/1\.1 400 /)
      const { errors } = JSON.parse(text.split('\r\n\r\n')[1] ?? '') as { errors: string[] }
      assert.match(
        errors.join(),
        /^org\.apache\.flink\.runtime\.rest\.handler\.RestHandlerException: This cluster is one of flink-ts .*: flink-ts run -m <host>:<port> <job\.js>$/,
      )
      assert.deepEqual(asked, [])
    })
  })

  it('of Flink 1.17 and 1.18 is told no more of a job than it knows, where that is set', async () => {
    const answer = (): RestResponse => ({ status: 500, body: {} })
    const settings = { 'rest.jobs-overview.known-fields-only': 'true' }
    await withSession(
      answer,
      async ({ ask }) => {
        const { 'pending-operators': _pending, restarts: _restarts, ...known } = ROW
        assert.deepEqual((await ask('GET', '/jobs/overview')).body, { jobs: [known] })
      },
      settings,
    )
  })
})
