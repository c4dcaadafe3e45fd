/** Each answer about a job is what Flink's OpenAPI file says: of one that runs, of one that failed, and of one that has finished. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { RunDirectory } from '../../../src/client/run-directory.js'
import { answerOfArchivedJob } from '../../../src/cluster/archived-job.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { RestRequest } from '../../../src/rest/route.js'
import { Workspace, type RunningCommand } from '../command-line.js'
import { askWeb, webOf } from '../web-client.js'
import { askFor, askOfRunning, checkAnswer, parametersOf, type Answer, type Ask, type Parameters } from './asking.js'
import { restartedJob } from './restarted-job.js'
import { conforms, OPERATIONS, type Operation } from './openapi-file.js'
import { OF_A_JOB } from './requests.js'
import { wrongBodies, wrongParameters } from './wrong-requests.js'

const OPERATIONS_OF_A_JOB = OPERATIONS.filter((operation) => operation.path.startsWith('/jobs/{jobid}'))
const workspace = new Workspace({ 'execution.checkpointing.savepoint-dir': 'savepoints' })
after(() => {
  workspace.remove()
})

it('there is a request for each operation of the file that is about a job', () => {
  assert.deepEqual(Object.keys(OF_A_JOB).sort(), OPERATIONS_OF_A_JOB.map(({ key }) => key).sort())
})

describe('A job that runs', () => {
  let job: RunningCommand
  let ask: Ask
  let parameters: Parameters

  before(async () => {
    job = workspace.start('run', '--web', '0', restartedJob(workspace))
    const web = await webOf(job)
    const jobId = await job.jobId()
    ask = async (method, url, body) => {
      const { status, text } = await askWeb(web + url, { method }, body)
      return { status, body: JSON.parse(text) }
    }
    await job.until(/is number 90\b/)
    parameters = await parametersOf(ask, jobId)
  })

  after(async () => {
    job.kill('SIGKILL')
    await job.ended
  })

  for (const [key, asked] of Object.entries(OF_A_JOB)) {
    const operation = operationOf(key)
    it(`answers ${key}`, async () => {
      checkAnswer(operation, asked.refused, await askOfRunning(ask, operation, asked, parameters))
    })
    // Before what ends the job is asked for in earnest.
    for (const wrong of wrongParameters(operation)) {
      it(`answers 400 to ${key} with ${wrong.what}`, async () => {
        const changed = { ...parameters, ...wrong.parameters }
        const { status } = await askFor(ask, operation, { ...asked, ...wrong.asked }, changed)
        assert.equal(status, 400)
      })
    }
    for (const wrong of wrongBodies(operation, asked.body ?? {})) {
      it(`answers 400 to ${key} with ${wrong.what}`, async () => {
        const { status, body } = await askFor(ask, operation, { ...asked, body: wrong.body }, parameters)
        assert.equal(status, 400, JSON.stringify(body))
      })
    }
  }
})

for (const [state, options] of [
  ['FINISHED', ['--limit', '200']],
  ['FAILED', ['--fail-always', 'true']],
] as const) {
  describe(`A job that is ${state}`, () => {
    let ask: Ask
    let parameters: Parameters

    before(async () => {
      const job = workspace.start('run', restartedJob(workspace), ...options)
      const jobId = await job.jobId()
      await job.ended
      const runDirectory = new RunDirectory(path.join(workspace.path, 'run'), () => 0)
      ask = (method, url, body) => archived(runDirectory, jobId, { method, url, body: body ?? {} } as RestRequest)
      parameters = await parametersOf(ask, jobId)
      assert.equal(((await ask('GET', `/jobs/${jobId}/status`)).body as { status: string }).status, state)
    })

    for (const [key, asked] of Object.entries(OF_A_JOB)) {
      const operation = operationOf(key)
      it(`answers ${key} out of its archive`, async () => {
        checkAnswer(operation, asked.refusedOfEnded ?? asked.refused, await askFor(ask, operation, asked, parameters))
      })
    }
  })
}

async function archived(runDirectory: RunDirectory, jobId: string, request: RestRequest): Promise<Answer> {
  try {
    const { status, body } = await answerOfArchivedJob(runDirectory, jobId, request)
    return { status, body: JSON.parse(JSON.stringify(body)) }
  } catch (error) {
    if (!FlinkError.is(error)) throw error
    return { status: error.httpStatus, body: { errors: [error.message] } }
  }
}

function operationOf(key: string): Operation {
  const operation = OPERATIONS_OF_A_JOB.find((each) => each.key === key)
  assert.ok(operation, `${key} is not in the file`)
  return operation
}

it('what the requests send is what the file lets a client send', () => {
  for (const [key, { body }] of Object.entries(OF_A_JOB)) {
    const { requestSchema } = operationOf(key)
    if (requestSchema !== undefined) assert.ok(conforms(requestSchema, body ?? {}), key)
  }
})
