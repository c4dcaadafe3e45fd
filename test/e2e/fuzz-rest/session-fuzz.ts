/**
 * A session whose every endpoint is asked for anything while jobs run beside: also uploads of all kinds, and what was uploaded is
 * looked into and run. It answers or hangs up, keeps its memory, writes nowhere else, and the jobs count on as if nobody had asked.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { messageOf } from '../../../src/core/errors/thrown-value.js'
import { ROUTES } from '../../../src/rest/routes.js'
import { committedLines, COMMITTING_JOB, expectedLines } from '../chaos/committing-job.js'
import { SessionUnderTest } from '../session/session-under-test.js'
import { drawnRequest, type DrawnRequest, type FuzzedJob, type FuzzedPlace } from './drawn-requests.js'
import { drawnUpload } from './drawn-uploads.js'
import { checkGrowth, memoryMbOf, send, type Answered, type Connect } from './fuzz-exchange.js'
import { SLIPPED } from './hostile-archives.js'

const AT_ONCE = 24
/** Each is a process of its own. */
const PROGRAMS_AT_ONCE = 3
const WARM_UP = 300
const MOST_GROWTH_MB = 200
const MOST_NEW_FILES = 20
/** In a hundred. */
const UPLOADS = 12
/** More than come through while all is asked, at a record a millisecond. */
const RECORDS_A_REQUEST = 40
const FEWEST_RECORDS = 40_000
const TOKEN = 'a-token-of-the-fuzz-run'

/** Those of Flink that are of the whole session, and those of a job that a job process alone does not have. */
const PLACES: readonly FuzzedPlace[] = [
  'GET /cluster GET /config GET /overview GET /jobs GET /jobs/metrics POST /jobs GET /datasets DELETE /datasets/:datasetid',
  'GET /datasets/delete/:triggerid GET /jars POST /jars/upload DELETE /jars/:jarid GET /jars/:jarid/plan',
  'POST /jars/:jarid/plan POST /jars/:jarid/run GET /jobmanager/config GET /jobmanager/environment GET /jobmanager/logs',
  'GET /jobmanager/logs/:file GET /jobmanager/log GET /jobmanager/stdout GET /jobmanager/metrics GET /jobmanager/thread-dump',
  'GET /taskmanagers GET /taskmanagers/metrics GET /taskmanagers/:id GET /taskmanagers/:id/logs GET /taskmanagers/:id/log',
  'GET /taskmanagers/:id/logs/:file GET /taskmanagers/:id/stdout GET /taskmanagers/:id/metrics',
  'GET /taskmanagers/:id/thread-dump GET /jobs/:jobid/jobmanager/config GET /jobs/:jobid/jobmanager/environment',
  'GET /jobs/:jobid/jobmanager/log-url GET /jobs/:jobid/taskmanagers/:id/log-url GET /jobs/:jobid/clientHeartbeat',
  'PATCH /jobs/:jobid/clientHeartbeat GET /jobs/:jobid/resource-requirements PUT /jobs/:jobid/resource-requirements',
  'PATCH /jobs/:jobid/rescaling GET /jobs/:jobid/rescaling/:triggerid GET /jobs/:jobid/vertices/:vertexid',
  'GET /jobs/:jobid/vertices/:vertexid/accumulators GET /jobs/:jobid/vertices/:vertexid/flamegraph',
  'GET /jobs/:jobid/vertices/:vertexid/subtasks/:subtask GET /jobs/:jobid/vertices/:vertexid/subtasktimes',
  'GET /jobs/:jobid/vertices/:vertexid/subtasks/:subtask/attempts/:attempt GET /jobs/:jobid/vertices/:vertexid/taskmanagers',
  'GET /jobs/:jobid/vertices/:vertexid/jm-operator-metrics GET / GET /index.html GET /../../../etc/passwd GET /main.js',
].flatMap((line) =>
  [...line.matchAll(/([A-Z]+) (\S+)/g)].map(([, method = '', place = '']) => ({ method, path: place })),
)

export interface SessionFuzzCounts extends Answered {
  readonly requests: number
  /** Of the session, then of each job. */
  readonly memoryMb: readonly (readonly number[])[]
  readonly openFiles: readonly (readonly number[])[]
  readonly programs: number
  readonly lines: number
}

export async function fuzzSession(requests: number, seed: number): Promise<SessionFuzzCounts> {
  const outside = mkdtempSync(path.join(tmpdir(), 'flink-ts-outside-'))
  const tokenFile = `${outside}.token`
  writeFileSync(tokenFile, TOKEN, { mode: 0o600 })
  const session = await fuzzedSession(tokenFile)
  try {
    const fuzz = await SessionFuzz.begin(session, outside, requests)
    await fuzz.ask(requests, seed)
    const programs = await fuzz.askForPrograms()
    const lines = await fuzz.end()
    return { requests, ...fuzz.counts, programs, lines }
  } catch (error) {
    throw new Error(`${messageOf(error)}\n${session.printed()}`, { cause: error })
  } finally {
    session.remove()
    for (const left of [outside, tokenFile]) rmSync(left, { recursive: true, force: true })
  }
}

async function fuzzedSession(tokenFile: string): Promise<SessionUnderTest> {
  const session = await SessionUnderTest.create(
    {
      'rest.authentication.token-file': tokenFile,
      'execution.checkpointing.dir': 'checkpoints',
      'execution.checkpointing.interval': '200 ms',
      'state.savepoints.dir': 'savepoints',
      'taskmanager.numberOfTaskSlots': '8',
    },
    TOKEN,
  )
  await session.start()
  return session
}

interface BesideJob {
  readonly jobId: string
  readonly output: string
}

class SessionFuzz {
  readonly counts = {
    answers: {} as Record<string, number>,
    kinds: {} as Record<string, number>,
    memoryMb: [] as number[][],
    openFiles: [] as number[][],
  }
  readonly #session: SessionUnderTest
  readonly #outside: string
  readonly #slow: string
  readonly #records: number
  readonly #beside: BesideJob[] = []
  readonly #connect: Connect
  #job: FuzzedJob | undefined

  private constructor(session: SessionUnderTest, outside: string, records: number) {
    this.#session = session
    this.#outside = outside
    this.#records = records
    this.#slow = session.workspace.file('slow', '')
    this.#connect = () => createConnection({ port: Number(session.port), host: '127.0.0.1', allowHalfOpen: true })
  }

  static async begin(session: SessionUnderTest, outside: string, requests: number): Promise<SessionFuzz> {
    const records = Math.max(FEWEST_RECORDS, requests * RECORDS_A_REQUEST)
    const fuzz = new SessionFuzz(session, outside, records)
    const module = session.workspace.file('job.mjs', COMMITTING_JOB)
    for (const name of ['one', 'other']) {
      const output = path.join(session.workspace.path, name)
      mkdirSync(output)
      const args = ['--records', String(fuzz.#records), '--output', output, '--slow', fuzz.#slow]
      fuzz.#beside.push({ output, jobId: await session.submit('-p', '2', module, ...args) })
    }
    await session.untilJobs('jobs run', (jobs) => jobs.filter(({ state }) => state === 'RUNNING').length === 2)
    const [{ jobId } = assert.fail('no job')] = fuzz.#beside
    const { vertices } = await session.json<{ readonly vertices: readonly { readonly id: string }[] }>(`/jobs/${jobId}`)
    const directory = path.join(session.workspace.path, 'savepoints')
    fuzz.#job = { places: [...PLACES, ...ROUTES], jobId, vertexId: vertices[0]?.id ?? '', token: TOKEN, directory }
    return fuzz
  }

  async ask(requests: number, seed: number): Promise<void> {
    const job = this.#job ?? assert.fail('it has not begun')
    const drawn = fc.sample(
      fc.oneof(
        { weight: 100 - UPLOADS, arbitrary: drawnRequest(job) },
        { weight: UPLOADS, arbitrary: drawnUpload(job, this.#outside) },
      ),
      { numRuns: requests, seed },
    )
    for (let from = 0; from < drawn.length; from += AT_ONCE) {
      if (this.counts.memoryMb.length === 0 && from >= WARM_UP) this.#look()
      await Promise.all(drawn.slice(from, from + AT_ONCE).map((request) => this.#send(request)))
    }
    this.#look()
    const of = (looks: readonly number[][], who: number): number[] => looks.map((look) => look[who] ?? 0)
    ;['the session', ...this.#beside.map(({ jobId }) => `job ${jobId}`)].forEach((name, who) => {
      checkGrowth(of(this.counts.memoryMb, who), MOST_GROWTH_MB, `MB of memory of ${name}`)
      checkGrowth(of(this.counts.openFiles, who), MOST_NEW_FILES, `open files of ${name}`)
    })
  }

  /** What could be uploaded is unpacked when its plan is asked for, or when it is run. Gives how many there were. */
  async askForPrograms(): Promise<number> {
    const session = this.#session
    const { files } = await session.json<{ readonly files: readonly { readonly id: string }[] }>('/jars')
    for (let from = 0; from < files.length; from += PROGRAMS_AT_ONCE) {
      await Promise.all(files.slice(from, from + PROGRAMS_AT_ONCE).map(({ id }) => this.#askForProgram(id)))
    }
    assert.deepEqual(await session.json('/jars').then((left) => (left as { files: unknown[] }).files), [])
    return files.length
  }

  async #askForProgram(id: string): Promise<void> {
    const place = `/jars/${encodeURIComponent(id)}`
    for (const [method, of] of [
      ['GET', `${place}/plan`],
      ['POST', `${place}/run`],
      ['DELETE', place],
    ] as const) {
      const { status, text } = await this.#session.ask(of, method, method === 'POST' ? {} : undefined)
      this.counts.answers[String(status)] = (this.counts.answers[String(status)] ?? 0) + 1
      assert.doesNotMatch(text, /Internal server error/, `${method} ${of}: ${text}`)
    }
  }

  /** The jobs beside come to their end; nothing was written where it should not be. Gives how much they committed. */
  async end(): Promise<number> {
    const session = this.#session
    rmSync(this.#slow)
    await session.untilJobs('the jobs finish', (jobs) =>
      this.#beside.every(({ jobId }) => jobs.some(({ jid, state }) => jid === jobId && state === 'FINISHED')),
    )
    let lines = 0
    for (const { output } of this.#beside) {
      const committed = committedLines(output)
      const expected = expectedLines(this.#records)
      const isSame = committed.length === expected.length && expected.every((line, at) => line === committed[at])
      assert.ok(isSame, `${String(committed.length)} lines for ${String(expected.length)}: lost, or counted twice`)
      lines += committed.length
    }
    await session.stop()
    assert.deepEqual(session.leftovers(), [])
    assert.deepEqual(readdirSync(this.#outside), [])
    const below = readdirSync(session.workspace.path, { recursive: true, encoding: 'utf8' })
    assert.deepEqual(
      [...below, ...readdirSync(tmpdir())].filter((name) => name.includes(SLIPPED)),
      [],
    )
    assert.equal(existsSync(`/${SLIPPED}`), false)
    return lines
  }

  #send(request: DrawnRequest): Promise<void> {
    return send(request, this.#connect, this.#session.workspace.path, this.counts)
  }

  #look(): void {
    const pids = [this.#session.sessionPid() ?? assert.fail('the session has died'), ...this.#jobPids()]
    this.counts.memoryMb.push(pids.map(memoryMbOf))
    this.counts.openFiles.push(pids.map((pid) => readdirSync(`/proc/${String(pid)}/fd`).length))
  }

  #jobPids(): number[] {
    const processes = this.#session.jobProcesses()
    return this.#beside.map(({ jobId }) => {
      return processes.find((job) => job.jobId === jobId)?.pid ?? assert.fail(`job ${jobId} has died`)
    })
  }
}
