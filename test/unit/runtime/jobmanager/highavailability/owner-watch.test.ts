import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { ProcessOwner, ProcessProbe } from '../../../../../src/core/process/process-owner.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { awaitOwnerGone } from '../../../../../src/runtime/jobmanager/highavailability/owner-watch.js'
import { StoredJobs } from './stored-jobs.js'

const ASKER: ProcessOwner = { host: 'box', pid: 99 }
const ALIVE: ProcessProbe = { startOf: () => Promise.resolve(undefined), stateOf: () => 'seen' }
const DEAD: ProcessProbe = { startOf: () => Promise.resolve(undefined), stateOf: () => 'free' }

let jobs: StoredJobs
let told: string[]
let nowMs: number

beforeEach(() => {
  jobs = new StoredJobs(new InMemoryFileSystem())
  told = []
  nowMs = 0
})

interface World {
  readonly probe?: ProcessProbe
  readonly asker?: ProcessOwner
  /** What happens at a time. */
  readonly meanwhile?: (ms: number) => Promise<void>
}

async function watch(timeoutMs: number, { probe = ALIVE, asker = ASKER, meanwhile }: World = {}): Promise<void> {
  const { entry } = jobs
  await awaitOwnerGone(entry, await entry.holder(), timeoutMs, {
    asker,
    probe,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms
      await meanwhile?.(nowMs)
    },
    tell: (text) => told.push(text),
  })
}

async function beat(text: string): Promise<void> {
  await jobs.write(`${jobs.entry.fences.pathOf(await jobs.entry.holder())}/beat`, text)
}

describe('awaitOwnerGone', () => {
  it('does not wait for a process that has certainly ended', async () => {
    await jobs.submitted()
    await watch(60_000, { probe: DEAD })
    assert.equal(nowMs, 0)
  })

  it('refuses the job of a process that gives a sign of life', async () => {
    await jobs.submitted()
    const meanwhile = (ms: number): Promise<void> => (ms === 700 ? beat('17') : Promise.resolve())
    const lives = { code: 'RECOVERY_JOB_LIVES', message: /it runs in process 1 on box/ }
    await assert.rejects(watch(60_000, { meanwhile }), lives)
    assert.equal(nowMs, 700)
  })

  it('asks no process of another machine, and waits for its signs of life', async () => {
    await jobs.submitted()
    await watch(5000, { probe: DEAD, asker: { host: 'other', pid: 1 } })
    assert.equal(nowMs, 5000)
  })

  it('takes the job of a process that gives no sign of life for the whole time, and tells it', async () => {
    await jobs.submitted()
    // Stopped in the middle of one: that is no sign.
    await watch(10_000, { meanwhile: (ms) => (ms === 500 ? beat('') : Promise.resolve()) })
    assert.equal(nowMs, 10_000)
    assert.equal(told.length, 2)
    assert.match(
      told.join('\n'),
      /^Waiting for a sign of life of process 1 on box.*\nProcess 1 on box has given no sign/,
    )
  })

  it('waits for several signs of life, however short the time is that was given', async () => {
    await jobs.submitted()
    await watch(1)
    assert.equal(nowMs, 2000)
  })

  it('waits no longer where the process ends meanwhile', async () => {
    await jobs.submitted()
    const probe: ProcessProbe = { ...ALIVE, stateOf: () => (nowMs > 1000 ? 'free' : 'seen') }
    await watch(60_000, { probe })
    assert.equal(nowMs, 1100)
  })

  it('refuses a job that another process takes meanwhile', async () => {
    await jobs.submitted()
    const meanwhile = async (ms: number): Promise<void> => {
      if (ms === 300) await jobs.recovered()
    }
    const taken = { code: 'RECOVERY_JOB_LIVES', message: /another process has just recovered it/ }
    await assert.rejects(watch(60_000, { meanwhile }), taken)
  })
})
