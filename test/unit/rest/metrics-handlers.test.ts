import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import type { JobMetrics } from '../../../src/rest/job-metrics.js'
import { jobRestApi } from '../../../src/rest/job-rest-api.js'
import type { JobsGateway } from '../../../src/rest/jobs-gateway.js'
import { RestEndpoint } from '../../../src/rest/rest-endpoint.js'

const JOB = 'a'.repeat(32)
const VERTEX = 'b'.repeat(32)
const VERTEX_PATH = `/jobs/${JOB}/vertices/${VERTEX}`
const UNKNOWN = 'f'.repeat(32)

const METRICS: JobMetrics = {
  job: { numRestarts: 2, lastCheckpointExternalPath: 'n/a' },
  lastUpdate: 1234,
  vertices: {
    [VERTEX]: {
      0: {
        busyTimeMsPerSecond: 900,
        backPressuredTimeMsPerSecond: 100,
        idleTimeMsPerSecond: 0,
        numRecordsIn: 10,
        currentInputWatermark: '-9223372036854775808',
        'Map.label': 'north',
      },
      1: {
        busyTimeMsPerSecond: 300,
        backPressuredTimeMsPerSecond: 500,
        idleTimeMsPerSecond: 200,
        numRecordsIn: 30,
        currentInputWatermark: '77',
      },
      10: { numRecordsIn: 20 },
    },
  },
}

let server: RestEndpoint
const directory = mkdtempSync(path.join(tmpdir(), 'rest-metrics-'))
const socketPath = path.join(directory, 'socket')

before(async () => {
  const metrics = (jobId: string): Promise<JobMetrics | undefined> =>
    Promise.resolve(jobId === JOB ? METRICS : undefined)
  const prometheusText = (): Promise<string> => Promise.resolve('# HELP x x\n')
  const vertex = (_jobId: string, vertexId: string): Promise<never> => {
    return vertexId === VERTEX
      ? Promise.resolve({} as never)
      : Promise.reject(new FlinkError('VERTEX_NOT_FOUND', { vertexId }))
  }
  const gateway = { metrics, prometheusText, vertex } as Partial<JobsGateway> as JobsGateway
  const clock = new ManualClock()
  const api = jobRestApi({ gateway, clock, random: new SeededRandom(1), storeDurationMs: 300_000 })
  server = new RestEndpoint({ openApi: () => Promise.resolve(api), clock, logger: SILENT_LOGGER })
  await server.listen(socketPath)
})

after(async () => {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

function read(url: string): Promise<{ status: number | undefined; type: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, path: url }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => {
        resolve({ status: response.statusCode, type: response.headers['content-type'], text })
      })
    })
    request.on('error', reject).end()
  })
}

async function ask(url: string): Promise<{ status: number | undefined; body: unknown }> {
  const { status, text } = await read(url)
  return { status, body: JSON.parse(text) }
}

async function get(url: string): Promise<unknown> {
  const { status, body } = await ask(url)
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

describe('GET .../metrics', () => {
  it('lists the names without `get`, and values as text with it; unknown names are left out', async () => {
    assert.deepEqual(await get(`/jobs/${JOB}/metrics`), [{ id: 'numRestarts' }, { id: 'lastCheckpointExternalPath' }])
    const asked = await get(`/v1/jobs/${JOB}/metrics?get=lastCheckpointExternalPath,toString,numRestarts`)
    const expected = [
      { id: 'lastCheckpointExternalPath', value: 'n/a' },
      { id: 'numRestarts', value: '2' },
    ]
    assert.deepEqual(asked, expected)
    assert.deepEqual(await get(`/jobs/${JOB}/metrics?get=lastCheckpointExternalPath&get=numRestarts`), expected)
  })

  it('of a vertex names metrics by subtask', async () => {
    const names = (await get(`${VERTEX_PATH}/metrics`)) as { id: string }[]
    assert.equal(names.length, 12)
    assert.deepEqual(await get(`${VERTEX_PATH}/metrics?get=1.numRecordsIn,0.Map.label,numRecordsIn`), [
      { id: '1.numRecordsIn', value: '30' },
      { id: '0.Map.label', value: 'north' },
    ])
  })

  it('of a subtask does not', async () => {
    assert.deepEqual(await get(`${VERTEX_PATH}/subtasks/10/metrics`), [{ id: 'numRecordsIn' }])
    const value = [{ id: 'numRecordsIn', value: '30' }]
    assert.deepEqual(await get(`${VERTEX_PATH}/subtasks/1/metrics?get=numRecordsIn`), value)
  })

  it('is empty for a job, a vertex or a subtask that is not known', async () => {
    const { status } = await ask(`/jobs/${UNKNOWN}/metrics?get=numRestarts`)
    assert.equal(status, 200)
    assert.deepEqual(await get(`/jobs/${UNKNOWN}/vertices/${VERTEX}/metrics`), [])
    assert.deepEqual(await get(`/jobs/${JOB}/vertices/${UNKNOWN}/metrics`), [])
    assert.deepEqual(await get(`/jobs/${JOB}/vertices/${UNKNOWN}/subtasks/metrics?get=numRecordsIn`), [])
    assert.deepEqual(await get(`${VERTEX_PATH}/subtasks/7/metrics`), [])
  })
})

describe('GET /metrics', () => {
  it('is text for Prometheus as it stands, and has no version', async () => {
    const type = 'text/plain; version=0.0.4; charset=utf-8'
    assert.deepEqual(await read('/metrics'), { status: 200, type, text: '# HELP x x\n' })
    assert.equal((await read('/v1/metrics')).status, 404)
  })
})

describe('GET .../subtasks/metrics', () => {
  const url = `${VERTEX_PATH}/subtasks/metrics`

  it('lists every name once', async () => {
    const names = (await get(url)) as { id: string }[]
    assert.deepEqual(names.map(({ id }) => id).sort(), [
      'Map.label',
      'backPressuredTimeMsPerSecond',
      'busyTimeMsPerSecond',
      'currentInputWatermark',
      'idleTimeMsPerSecond',
      'numRecordsIn',
    ])
  })

  it('puts the values of the subtasks together in every way, or as asked', async () => {
    const all = { id: 'numRecordsIn', min: 10, max: 30, sum: 60, avg: 20, skew: (20 / 3 / 20) * 100 }
    assert.deepEqual(await get(`${url}?get=numRecordsIn`), [all])
    const some = await get(`${url}?get=busyTimeMsPerSecond,numRecordsIn,nothing&agg=max,AVG`)
    assert.deepEqual(some, [
      { id: 'busyTimeMsPerSecond', max: 900, avg: 600 },
      { id: 'numRecordsIn', max: 30, avg: 20 },
    ])
  })

  it('takes only the subtasks asked for', async () => {
    const sum = async (subtasks: string): Promise<unknown> =>
      get(`${url}?get=numRecordsIn&agg=sum&subtasks=${subtasks}`)
    assert.deepEqual(await sum('0,2-10'), [{ id: 'numRecordsIn', sum: 30 }])
    assert.deepEqual(await sum('1'), [{ id: 'numRecordsIn', sum: 30 }])
    assert.deepEqual(await sum('5'), [])
  })

  it('leaves out what is no number', async () => {
    assert.deepEqual(await get(`${url}?get=Map.label,numRecordsIn&agg=min`), [{ id: 'numRecordsIn', min: 10 }])
  })
})

describe('What cannot be understood', () => {
  for (const [url, parameter] of [
    [`/jobs/${JOB}/vertices/x/metrics`, 'path parameter (vertexid) from value "x"'],
    [`${VERTEX_PATH}/subtasks/x/metrics`, 'path parameter (subtaskindex) from value "x"'],
    [`${VERTEX_PATH}/subtasks/metrics?get=a&agg=median`, 'query parameter (agg) from value "median"'],
  ] as const) {
    it(`is refused: ${parameter}`, async () => {
      const { status, body } = await ask(url)
      assert.equal(status, 400)
      const [error = ''] = (body as { errors: string[] }).errors
      assert.ok(error.includes(`Bad request, could not parse parameters: Cannot resolve ${parameter}.`), error)
    })
  }
})

describe('GET .../backpressure', () => {
  it('gives ratio and level of every subtask and the level of the worst', async () => {
    const level = (name: string): object => ({ backpressureLevel: name, 'backpressure-level': name })
    assert.deepEqual(await get(`${VERTEX_PATH}/backpressure`), {
      status: 'ok',
      ...level('low'),
      'end-timestamp': 1234,
      subtasks: [
        { subtask: 0, ...level('ok'), ratio: 0.1, idleRatio: 0, busyRatio: 0.9 },
        { subtask: 1, ...level('low'), ratio: 0.5, idleRatio: 0.2, busyRatio: 0.3 },
        { subtask: 10, ...level('ok'), ratio: 0, idleRatio: 0, busyRatio: 0 },
      ],
    })
  })

  it('is deprecated, and nothing else, where nothing is known', async () => {
    assert.deepEqual(await get(`/jobs/${UNKNOWN}/vertices/${VERTEX}/backpressure`), { status: 'deprecated' })
    assert.deepEqual(await get(`/jobs/${JOB}/vertices/${UNKNOWN}/backpressure`), { status: 'deprecated' })
  })
})

describe('GET .../watermarks', () => {
  it('gives the watermark of every subtask that has one', async () => {
    assert.deepEqual(await get(`${VERTEX_PATH}/watermarks`), [
      { id: '0.currentInputWatermark', value: '-9223372036854775808' },
      { id: '1.currentInputWatermark', value: '77' },
    ])
  })

  it('says of a vertex that is not known that there is none', async () => {
    assert.equal((await ask(`/jobs/${JOB}/vertices/${UNKNOWN}/watermarks`)).status, 404)
  })
})
