import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { JobMasterHarness, settle } from './job-master-harness.js'

interface Waiting {
  readonly harness: JobMasterHarness
  readonly started: Promise<unknown>
  readonly give: () => void
  readonly refuse: (error: Error) => void
}

async function waiting(): Promise<Waiting> {
  let [give, refuse]: [() => void, (error: Error) => void] = [() => undefined, () => undefined]
  const slotsAcquired = (): Promise<void> =>
    new Promise((resolve, reject) => {
      give = resolve
      refuse = reject
    })
  const harness = new JobMasterHarness({}, undefined, undefined, { slotsAcquired })
  // Whoever waits for it would be told of a failure.
  const started = harness.master.start().catch((error: unknown) => error)
  await settle()
  return { harness, started, give, refuse }
}

describe('A job that waits for its slots', () => {
  it('is CREATED, with no worker, and runs as soon as it has them', async () => {
    const { harness, started, give } = await waiting()
    assert.equal(harness.master.status, 'CREATED')
    assert.deepEqual(harness.started, [])
    give()
    assert.equal(await started, undefined)
    await settle()
    assert.equal(harness.master.status, 'RUNNING')
  })

  it('is FAILED where it does not get them, which is in its exceptions', async () => {
    const { harness, started, refuse } = await waiting()
    const error = new FlinkError('NO_RESOURCE_AVAILABLE', { slots: 2, timeout: '5 min' })
    refuse(error)
    assert.equal(await started, error)
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.equal(harness.outcome.error, error)
    const [exception] = harness.master.details().exceptions
    assert.match(exception?.message ?? '', /Could not acquire the minimum required resources\./)
  })

  it('is CANCELED when it is cancelled, and does not begin when it gets them after all', async () => {
    const { harness, started, give } = await waiting()
    harness.master.cancel()
    await started
    give()
    await settle()
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.deepEqual(harness.started, [])
  })
})
