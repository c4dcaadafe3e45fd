import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { JarStore } from '../../../../../src/cluster/session/jars/jar-store.js'
import { SessionJars } from '../../../../../src/cluster/session/jars/session-jars.js'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import type { SessionSubmission } from '../../../../../src/rest/session/session-gateway.js'

const JOB = 'a'.repeat(32)
const PROGRAM = { entry: undefined, args: ['--x'], configuration: {}, jobId: JOB }

let directory: string
let jars: SessionJars
let id: string
let submitted: SessionSubmission[]
let answer: (submission: SessionSubmission) => Promise<string>
let known: Set<string>

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'session-jars-'))
  submitted = []
  known = new Set()
  answer = ({ jobId = '' }) => {
    known.add(jobId)
    return Promise.resolve(jobId)
  }
  jars = new SessionJars({
    store: new JarStore({ uploads: directory, running: path.join(directory, 'running') }, new SeededRandom(1)),
    configuration: Configuration.fromMap({ 'rest.server.max-content-length': '5 mb' }),
    jobConfiguration: new Configuration(),
    random: new SeededRandom(2),
    clock: { now: () => 0 },
    submit: (submission) => {
      submitted.push(submission)
      return answer(submission)
    },
    isKnown: (jobId) => known.has(jobId),
    isLiving: (jobId) => known.has(jobId),
  })
  id = path.basename(await jars.receive('job.js', Readable.from([Buffer.from('')])))
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('Uploaded programs of a session', () => {
  it('run as its jobs, from a file that stays, with what the request sets for the job and for nothing else', async () => {
    const configuration = {
      ...{ 'parallelism.default': '3', 'my.own': 'x', 'cluster.run-directory': '/elsewhere', 'rest.port': '1' },
      ...{ 'high-availability.storageDir': '/elsewhere', 'taskmanager.numberOfTaskSlots': '99' },
      '$internal.client.working-directory': directory,
    }
    assert.equal(await jars.run(id, { ...PROGRAM, entry: 'Main', configuration }), JOB)
    const [{ jobFile, configuration: set, ...submission } = assert.fail()] = submitted
    assert.deepEqual(submission, { entry: 'Main', args: ['--x'], jobId: JOB, workingDirectory: directory })
    assert.equal(jobFile, path.join(directory, 'running', JOB, 'job.js'))
    assert.deepEqual(Configuration.fromEntries(set).toMap(), { 'parallelism.default': '3', 'my.own': 'x' })
  })

  it('run where the session stands when the client is not on its machine', async () => {
    for (const named of ['/no/such/directory', 'relative', '']) {
      const configuration = { '$internal.client.working-directory': named }
      await jars.run(id, { ...PROGRAM, jobId: undefined, configuration })
    }
    assert.deepEqual(
      submitted.map(({ workingDirectory }) => workingDirectory),
      [undefined, undefined, undefined],
    )
  })

  it('are one job for one id, however often and how soon that is asked', async () => {
    let accept: (jobId: string) => void = () => undefined
    answer = ({ jobId = '' }) =>
      new Promise((resolve) => {
        accept = () => {
          known.add(jobId)
          resolve(jobId)
        }
      })
    const asked = [jars.run(id, PROGRAM), jars.run(id, PROGRAM)]
    while (submitted.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    accept(JOB)
    assert.deepEqual(await Promise.all(asked), [JOB, JOB])
    assert.equal(await jars.run('whatever', PROGRAM), JOB)
    assert.equal(submitted.length, 1)
  })

  it('say why they cannot run, with all causes, and keep nothing', async () => {
    answer = () =>
      Promise.reject(new FlinkError('PROGRAM_MAIN_FAILED', { reason: 'x' }, { cause: new TypeError('x is not') }))
    await assert.rejects(jars.run(id, PROGRAM), {
      code: 'JAR_RUN_FAILED',
      message:
        'Could not execute application.\nCaused by: FlinkError [PROGRAM_MAIN_FAILED]: The main method caused an error: x\nCaused by: TypeError: x is not',
    })
    assert.deepEqual(readdirSync(path.join(directory, 'running')), [])
    answer = () => Promise.reject(new FlinkError('PROGRAM_WITHOUT_JOB', {}))
    await assert.rejects(jars.run(id, PROGRAM), { message: 'No jobs included in application.' })
    answer = () => Promise.reject(new FlinkError('SESSION_ENDS', {}))
    await assert.rejects(jars.run(id, PROGRAM), { code: 'SESSION_ENDS' })
    await assert.rejects(jars.run('gone', PROGRAM), { code: 'JAR_NOT_FOUND' })
    const configuration = { 'parallelism.default': 'many' }
    await assert.rejects(jars.run(id, { ...PROGRAM, configuration }), { code: 'CONFIG_VALUE_INVALID' })
  })

  it('are given up when their jobs have ended', async () => {
    await jars.run(id, PROGRAM)
    await jars.receive('next.js', Readable.from([Buffer.from('')]))
    assert.deepEqual(readdirSync(path.join(directory, 'running')), [JOB])
    known.clear()
    await jars.receive('last.js', Readable.from([Buffer.from('')]))
    assert.deepEqual(readdirSync(path.join(directory, 'running')), [])
  })

  it('may be as long as is configured', () => {
    assert.equal(jars.maxContentLength, 5 * 1024 * 1024)
  })
})
