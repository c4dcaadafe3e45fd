import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { JobMasterHarness, settle } from './job-master-harness.js'

const GOES_ON = {
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.delay': '1 s',
}

async function stopping(): Promise<JobMasterHarness> {
  const harness = await new JobMasterHarness(GOES_ON).run()
  await harness.master.stop()
  return harness
}

describe('A JobMaster that is asked to stop', () => {
  it('ends the job behind a last checkpoint, and names it', async () => {
    const harness = await stopping()
    await harness.finishAll()
    assert.equal(harness.outcome?.status, 'FINISHED')
    assert.match(String(harness.outcome.finalCheckpoint), /chk-1$/)
  })

  it('does not start the job again when the last checkpoint completes while it is about to restart', async () => {
    const harness = await new JobMasterHarness(GOES_ON).run()
    harness.ignored.add('trigger-checkpoint')
    const stopped = harness.master.stop()
    await settle()
    for (const slot of [0, 1, 2]) harness.started[slot]?.at(-1)?.acknowledge(1)
    const failed = harness.fail('map', new Error('boom'))
    assert.equal(harness.master.status, 'RESTARTING')
    await failed
    await stopped
    await harness.advance(10_000)
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.match(String(harness.outcome.finalCheckpoint), /chk-1$/)
    assert.equal(harness.master.details().restarts, 0)
  })

  it('does not start the job again when it fails behind that checkpoint, which is kept', async () => {
    const harness = await stopping()
    await harness.fail('map', new Error('boom'))
    await settle()
    await harness.advance(10_000)
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.equal(harness.master.details().restarts, 0)
    const path = String(harness.outcome.finalCheckpoint).replace('file:', '')
    assert.ok((await harness.disk.status(`${path}/_metadata`)) !== undefined)
    assert.equal(harness.master.details().exceptions[0]?.message, 'boom')
  })
})
