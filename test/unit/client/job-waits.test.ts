import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { overviewOfEntry, type JobDirectoryEntry } from '../../../src/client/job-directory-entry.js'
import { awaitEndOfJob, awaitRunningJob, runningTasks, type KnownProcess } from '../../../src/client/job-waits.js'
import type { RestClusterClientServices } from '../../../src/client/rest-cluster-client.js'
import { RunDirectory } from '../../../src/client/run-directory.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { startOfProcess } from '../../../src/core/process/process-start.js'

const JOB = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)
/** Of a process whose start the system does not tell. */
const KNOWN = { jobId: JOB, pid: 1, processStart: undefined }

interface Vertex {
  readonly parallelism: number
  readonly tasks: Readonly<Record<string, number>>
}

/** A job of which the next pause of whoever waits makes something else: one step a pause, and the last one again and again. */
interface Scene {
  readonly services: RestClusterClientServices
  readonly entry: JobDirectoryEntry
  says(state: string, ...vertices: Vertex[]): () => void
  /** From then on it answers nothing, and no time is left. */
  isSilent(): void
  ends(state: string): () => Promise<void>
  play(...steps: (() => unknown)[]): void
}

async function scene(t: TestContext, timeoutMs = 60_000): Promise<Scene> {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-waits-'))
  const runDirectory = new RunDirectory(directory, () => 5000)
  await runDirectory.prepare()
  const socket = path.join(directory, `${JOB}.sock`)
  const entry = { ...KNOWN, name: 'job', startTime: 1000, version: '1', socket }
  let answer: unknown = {}
  const server = createServer((_, response) => {
    if (answer !== undefined) response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  await runDirectory.register(entry)
  t.after(() => {
    server.close()
    rmSync(directory, { recursive: true, force: true })
  })
  let now = 0
  const played: (() => unknown)[] = []
  const sleep = async (ms: number): Promise<void> => {
    now += ms
    await played.shift()?.()
  }
  return {
    services: { runDirectory, sleep, monotonicMs: () => now, timeoutMs },
    entry,
    says:
      (state, ...vertices) =>
      () => {
        answer = { state, vertices }
      },
    isSilent: () => {
      answer = undefined
      now = timeoutMs
    },
    ends: (state) => () => runDirectory.archive(overviewOfEntry(entry, { state, endTime: 2000 })),
    play: (first, ...steps) => {
      first?.()
      played.push(...steps)
    },
  }
}

/** A process that does nothing, until somebody ends it. */
async function idleProcess(t: TestContext): Promise<{ readonly child: ChildProcess; readonly known: KnownProcess }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  const pid = child.pid ?? -1
  return { child, known: { jobId: JOB, pid, processStart: await startOfProcess(pid) } }
}

async function failureOf(work: Promise<unknown>): Promise<FlinkError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(FlinkError.is(error), String(error))
  return error
}

describe('who waits for the end of a job', { skip: process.platform === 'win32' }, () => {
  it('is told its state once it has left the living ones', async (t) => {
    const { services, says, ends, play } = await scene(t)
    play(says('RUNNING'), says('CANCELLING'), ends('CANCELED'))
    assert.equal(await awaitEndOfJob(JOB, services), 'CANCELED')
    assert.equal(await awaitEndOfJob(JOB, services), 'CANCELED', 'at once, where it has ended before')
  })

  for (const what of ['has ended as well', 'has another job']) {
    it(`waits until its process ${what}`, async (t) => {
      const { services, ends, entry, play } = await scene(t)
      const { child, known } = await idleProcess(t)
      await ends('FINISHED')()
      let steps = 0
      const step = async (): Promise<void> => {
        steps += 1
        if (steps !== 3) return
        if (what === 'has another job') await services.runDirectory.register({ ...entry, ...known, jobId: OTHER })
        else child.kill('SIGKILL')
      }
      play(() => undefined, step, step, step)
      assert.equal(await awaitEndOfJob(JOB, services, known), 'FINISHED')
      assert.equal(steps, 3)
    })
  }

  it('gives up after the timeout, and says that the job goes on', async (t) => {
    const { services, says, play } = await scene(t, 3000)
    play(says('RUNNING'))
    const { code, message } = await failureOf(awaitEndOfJob(JOB, services))
    assert.equal(code, 'JOB_WAIT_TIMED_OUT')
    assert.match(
      message,
      /waited for to be at its end, and after 3000 ms it is still there\. It goes on: flink-ts list -a/,
    )
    assert.equal(services.monotonicMs(), 3000, 'not later')
  })

  it('is told where there is no such job', async (t) => {
    const { services } = await scene(t)
    assert.equal((await failureOf(awaitEndOfJob(OTHER, services))).code, 'JOB_NOT_FOUND')
  })
})

describe('who waits until a job runs', { skip: process.platform === 'win32' }, () => {
  const waiting = { parallelism: 2, tasks: { RUNNING: 1, INITIALIZING: 1 } }
  const running = { parallelism: 2, tasks: { RUNNING: 1, FINISHED: 1 } }

  it('waits for all of its tasks', async (t) => {
    const { services, says, play } = await scene(t)
    let looks = 0
    const last = (): void => {
      looks += 1
      says('RUNNING', running, running)()
    }
    play(says('CREATED'), says('RUNNING', running, waiting), says('RESTARTING', running), last)
    assert.equal(await awaitRunningJob(KNOWN, '/log', services), 'RUNNING')
    assert.equal(looks, 1, 'it did not return before')
  })

  it('is content with a job that has finished by then, and with no other end', async (t) => {
    for (const state of ['FINISHED', 'FAILED', 'CANCELED']) {
      const { services, says, ends, play } = await scene(t)
      play(says('RUNNING', waiting), ends(state))
      const work = awaitRunningJob(KNOWN, '/log/a.out', services)
      if (state === 'FINISHED') assert.equal(await work, state)
      else {
        const { code, message } = await failureOf(work)
        assert.equal(code, 'JOB_ENDED_BEFORE_RUNNING')
        assert.match(message, new RegExp(`is ${state}: it ended before all of its tasks ran. Why stands in /log/a.out`))
      }
    }
  })

  it('is told of a failure that the job itself tells first', async (t) => {
    const { services, says, play } = await scene(t)
    play(says('FAILED', waiting))
    assert.equal((await failureOf(awaitRunningJob(KNOWN, '/log', services))).code, 'JOB_ENDED_BEFORE_RUNNING')
  })

  it('is told of a failure before the first look once its process, which says why, has ended', async (t) => {
    const { services, ends, play } = await scene(t)
    const { child, known } = await idleProcess(t)
    await ends('FAILED')()
    let steps = 0
    const step = (): void => {
      steps += 1
      if (steps === 3) child.kill('SIGKILL')
    }
    play(() => undefined, step, step, step)
    assert.equal((await failureOf(awaitRunningJob(known, '/log', services))).code, 'JOB_ENDED_BEFORE_RUNNING')
    assert.equal(steps, 3)
  })

  it('waits for an answer no longer than is left', { timeout: 20_000 }, async (t) => {
    const { services, says, isSilent, play } = await scene(t)
    play(says('CREATED'), isSilent)
    assert.match((await failureOf(awaitRunningJob(KNOWN, '/log', services))).message, /after 1 min it is UNRESPONSIVE/)
  })

  it('bears what answers nothing of use, until the timeout', async (t) => {
    const { services, play } = await scene(t, 1000)
    play(() => undefined)
    assert.match(
      (await failureOf(awaitRunningJob(KNOWN, '/log', services))).message,
      /after 1000 ms it is UNRESPONSIVE/,
    )
  })

  it('can count tasks', async (t) => {
    const { services, says, play } = await scene(t)
    play(says('RUNNING', running, waiting))
    const [entry] = await services.runDirectory.entries()
    assert.ok(entry)
    assert.deepEqual(await runningTasks(entry, 1000), { state: 'RUNNING', running: 3, all: 4 })
  })
})
