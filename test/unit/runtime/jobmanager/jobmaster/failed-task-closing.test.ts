import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sampleGraph } from '../sample-graphs.js'
import { JobMasterHarness, settle } from './job-master-harness.js'

const SETTINGS = {
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '1',
  'restart-strategy.fixed-delay.delay': '10 ms',
  'task.cancellation.timeout': '60 s',
}

/** A job with one task, which has failed and is at closing its functions. */
async function failed(configuration: Readonly<Record<string, string>> = {}): Promise<JobMasterHarness> {
  const harness = await new JobMasterHarness({ ...SETTINGS, ...configuration }, sampleGraph([{ id: 'source' }])).run()
  say(harness, 'task-closing')
  await harness.fail('source', new TypeError('boom'))
  await harness.advance(10)
  return harness
}

function say(harness: JobMasterHarness, type: 'task-closing' | 'task-closed'): void {
  const executionId = harness.worker(0).tasks[0]?.executionId ?? assert.fail()
  harness.worker(0).say({ type, executionId })
}

const deployments = (harness: JobMasterHarness): number => harness.worker(0).countOf('deploy-tasks')

describe('A task that has failed and closes its functions', () => {
  it('is waited for by the next attempt', async () => {
    const harness = await failed()
    assert.equal(harness.master.status, 'RESTARTING')
    assert.equal(harness.worker(0).countOf('cancel-tasks'), 1)
    say(harness, 'task-closing')
    await harness.advance(30_000)
    assert.equal(deployments(harness), 1)
    say(harness, 'task-closed')
    await settle()
    await harness.advance(10)
    assert.equal(deployments(harness), 2)
    assert.equal(harness.started[0]?.length, 1)
    assert.equal(harness.master.status, 'RUNNING')
  })

  it('is waited for by the end of the job', async () => {
    const harness = await failed({ 'restart-strategy.type': 'none' })
    say(harness, 'task-closing')
    await settle()
    assert.equal(harness.hasEnded, false)
    say(harness, 'task-closed')
    await settle()
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.match(String(harness.outcome.error?.cause), /boom/)
  })

  it('is not waited for longer than a cancellation may take: then its worker is replaced', async () => {
    for (const [answers, limitMs] of [
      [false, 3_000],
      [true, 60_000],
    ] as const) {
      const harness = await failed()
      if (answers) say(harness, 'task-closing')
      await harness.advance(limitMs - 20)
      assert.equal(harness.started[0]?.length, 1)
      await harness.advance(20)
      await harness.advance(10)
      assert.equal(harness.started[0].length, 2)
      assert.equal(deployments(harness), 1)
      assert.equal(harness.master.status, 'RUNNING')
    }
  })

  it('is not waited for where its worker died', async () => {
    const harness = await failed()
    harness.worker(0).die(new TypeError('out of memory'))
    await settle()
    await harness.advance(10)
    assert.equal(harness.started[0]?.length, 2)
    assert.equal(harness.master.status, 'RUNNING')
  })
})
