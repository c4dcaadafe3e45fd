/** A session cluster answers every operation of Flink's OpenAPI file: its own, and those of its jobs as they do themselves. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { REPOSITORY } from '../command-line.js'
import { SessionUnderTest } from '../session/session-under-test.js'
import { askFor, askOfRunning, checkAnswer, parametersOf, type Ask, type Parameters } from './asking.js'
import { renderEndpoints } from './endpoint-table.js'
import { OPERATIONS } from './openapi-file.js'
import { filledIn, mistakeIn, needlessDifferences, recordedRequests, type RecordedRequest } from './refusals.js'
import { OF_A_JOB, OF_THE_CLUSTER } from './requests.js'
import { restartedJob } from './restarted-job.js'
import { wrongParameters } from './wrong-requests.js'

const AT_ONCE = 10

it('there is a request for each operation of the file', () => {
  const asked = [...Object.keys(OF_A_JOB), ...Object.keys(OF_THE_CLUSTER)]
  assert.deepEqual(asked.sort(), OPERATIONS.map(({ key }) => key).sort())
})

it('the table of endpoints is that of the requests', () => {
  assert.equal(readFileSync(path.join(REPOSITORY, 'src/rest/endpoints.md'), 'utf8'), renderEndpoints())
})

describe('A session', { skip: process.platform !== 'linux' }, () => {
  let session: SessionUnderTest
  let ask: Ask
  let parameters: Parameters

  before(async () => {
    session = await SessionUnderTest.create({ 'execution.checkpointing.savepoint-dir': 'savepoints' })
    await session.start()
    ask = async (method, url, body) => {
      const { status, text } = await session.ask(url, method, body)
      return { status, body: JSON.parse(text) }
    }
    const program = restartedJob(session.workspace)
    const jobId = await session.submit(program)
    await session.untilJobs('a job that runs', (jobs) => jobs.some(({ state }) => state === 'RUNNING'))
    await session.until('a checkpoint after the restart', async () => {
      const { counts } = (await ask('GET', `/jobs/${jobId}/checkpoints`)).body as {
        counts?: { restored: number; completed: number }
      }
      return counts !== undefined && counts.restored > 0 && counts.completed > 2
    })
    const { taskmanagers } = (await ask('GET', '/taskmanagers')).body as { taskmanagers: { id: string }[] }
    parameters = {
      ...(await parametersOf(ask, jobId)),
      taskmanagerid: taskmanagers[0]?.id ?? '',
      datasetid: 'd'.repeat(32),
      jarid: await uploaded(session, program),
    }
  })

  after(() => {
    session.remove()
  })

  for (const operation of OPERATIONS) {
    const { key, method } = operation
    const asked = OF_A_JOB[key] ?? OF_THE_CLUSTER[key] ?? {}
    // What ends the job is asked of a job by itself.
    if (key in OF_A_JOB && method !== 'GET') continue
    if (key === 'DELETE /cluster' || key === 'DELETE /jars/{jarid}') continue
    it(`answers ${key}`, async () => {
      checkAnswer(operation, asked.refused, await askOfRunning(ask, operation, asked, parameters))
    })
    if (key in OF_A_JOB) continue
    for (const wrong of wrongParameters(operation)) {
      it(`answers 400 to ${key} with ${wrong.what}`, async () => {
        const changed = { ...parameters, ...wrong.parameters }
        // What the body says counts for more than the query.
        const { status } = await askFor(ask, operation, { ...asked, ...wrong.asked, body: {} }, changed)
        assert.equal(status, 400)
      })
    }
  }

  it('answers about a job that has ended, out of its archive, as about one that runs', async () => {
    const jobId = await session.submit(path.join(session.workspace.path, 'restarted.mjs'), '--limit', '150')
    await session.untilJobs('the end of a job', (jobs) => {
      return jobs.some(({ jid, state }) => jid === jobId && state === 'FINISHED')
    })
    const ofJob = { ...parameters, ...(await parametersOf(ask, jobId)) }
    for (const operation of OPERATIONS) {
      const asked = OF_A_JOB[operation.key]
      if (asked === undefined || operation.method !== 'GET') continue
      checkAnswer(operation, asked.refusedOfEnded ?? asked.refused, await askFor(ask, operation, asked, ofJob))
    }
  })

  it("refuses what is wrong, or not there, as Flink's own cluster does", async () => {
    const jobs = await session.jobs()
    const jobIn = (wanted: string): string => jobs.find(({ state }) => state === wanted)?.jid ?? ''
    const ended = await parametersOf(ask, jobIn('FINISHED'))
    const places = {
      ...{ R: jobIn('RUNNING'), V: parameters['vertexid'] ?? '', F: jobIn('FINISHED'), W: ended['vertexid'] ?? '' },
      ...{ U: '0123456789abcdef'.repeat(2), T: parameters['taskmanagerid'] ?? '' },
    }
    const answered = async (request: RecordedRequest): Promise<string | undefined> => {
      const { method, place, body } = request
      const given = body === undefined ? {} : { body: filledIn(body, places) }
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(session.url + filledIn(place, places), { method, headers, ...given })
      return mistakeIn(request, { status: response.status, text: await response.text() }, places)
    }
    const requests = recordedRequests()
    assert.ok(requests.length > 300)
    assert.deepEqual(needlessDifferences(requests), [])
    const mistakes: (string | undefined)[] = []
    // Several at once: each has a connection of its own.
    for (let index = 0; index < requests.length; index += AT_ONCE) {
      mistakes.push(...(await Promise.all(requests.slice(index, index + AT_ONCE).map(answered))))
    }
    assert.deepEqual(
      mistakes.filter((mistake) => mistake !== undefined),
      [],
    )
  })

  for (const key of ['DELETE /jars/{jarid}', 'DELETE /cluster']) {
    it(`answers ${key}`, async () => {
      const operation = OPERATIONS.find((each) => each.key === key)
      assert.ok(operation)
      checkAnswer(operation, undefined, await askFor(ask, operation, {}, parameters))
    })
  }
})

/** The id of the program. */
async function uploaded(session: SessionUnderTest, file: string): Promise<string> {
  const form = new FormData()
  form.append('jarfile', new Blob([readFileSync(file)]), path.basename(file))
  const response = await fetch(`${session.url}/jars/upload`, { method: 'POST', body: form })
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return path.basename((JSON.parse(text) as { filename: string }).filename)
}
