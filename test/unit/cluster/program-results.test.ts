import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ProgramResults } from '../../../src/cluster/program-results.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { CollectingJob } from './collecting-job.js'

const JOB = 'a'.repeat(32)
const WAIT_MS = 10_000

interface Watched {
  readonly job: CollectingJob
  readonly results: ProgramResults
  readonly clock: ManualClock
  readonly told: string[]
}

function watched(): Watched {
  const clock = new ManualClock()
  const told: string[] = []
  const results = new ProgramResults(clock, (jobId) => told.push(jobId))
  const job = new CollectingJob('none')
  results.add(JOB, job.results)
  return { job, results, clock, told }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** More than waits for the program without holding the job up. */
async function fill(job: CollectingJob): Promise<void> {
  const sink = await job.attempt()
  for (let n = 0; n < 40; n += 1) {
    sink.processElement('x'.repeat(100_000))
    await turn()
  }
}

describe('a job whose program has returned', () => {
  it('is told of once when nobody has ever asked for its results', () => {
    const { results, clock, told } = watched()
    clock.advance(10 * WAIT_MS)
    assert.deepEqual(told, [])
    results.programReturned()
    clock.advance(WAIT_MS - 1)
    assert.deepEqual(told, [])
    clock.advance(1)
    assert.deepEqual(told, [JOB])
    clock.advance(10 * WAIT_MS)
    assert.deepEqual(told, [JOB])
  })

  it('is told of when a promise took some results after main had returned, and then no more though they wait', async () => {
    const { job, results, clock, told } = watched()
    const iterator = job.iterator()
    const first = iterator.next()
    results.programReturned()
    clock.advance(3 * WAIT_MS)
    assert.deepEqual(told, [])
    void fill(job)
    await first
    for (let n = 0; n < 50; n += 1) await turn()
    clock.advance(3 * WAIT_MS)
    assert.deepEqual(told, [JOB])
  })

  it('is not told of while its results are taken, however slowly, nor while none has come', async () => {
    const { job, results, clock, told } = watched()
    const iterator = job.iterator()
    let next = iterator.next()
    results.programReturned()
    clock.advance(WAIT_MS)
    void fill(job)
    for (let taken = 0; taken < 8; taken += 1) {
      await next
      next = iterator.next()
      for (let n = 0; n < 5; n += 1) await turn()
      clock.advance(WAIT_MS / 2)
    }
    assert.deepEqual(told, [])
  })

  it('is not told of where main had begun to take results: the rest is dropped, and the job goes on', async () => {
    const { job, results, clock, told } = watched()
    const first = job.iterator().next()
    const sink = await job.attempt()
    sink.processElement('a')
    const flushed = sink.operator.prepareSnapshotPreBarrier(1)
    await first
    results.programReturned()
    await flushed
    clock.advance(10 * WAIT_MS)
    assert.deepEqual(told, [])
  })

  it('is not told of when it has ended, and is when it began after main had returned', () => {
    const { job, results, clock, told } = watched()
    results.programReturned()
    results.jobEnded(JOB)
    clock.advance(10 * WAIT_MS)
    assert.deepEqual(told, [])
    results.add('b', job.results)
    clock.advance(WAIT_MS)
    assert.deepEqual(told, ['b'])
  })
})
