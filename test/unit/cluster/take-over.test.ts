import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TakeOver } from '../../../src/cluster/take-over.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'

const JOB = 'a'.repeat(32)

describe('A take-over', () => {
  it('that is given up while the last is made ready never is ready, so that the old job is not stopped', async () => {
    const takeOver = new TakeOver()
    let isReady = false
    void takeOver.isReady.then(() => {
      isReady = true
    })
    takeOver.giveUp(new FlinkError('JOB_CANCELED', { jobId: JOB }))
    await assert.rejects(takeOver.awaitSavepoint(), { code: 'JOB_CANCELED' })
    assert.equal(isReady, false)
  })

  it('that has begun cannot be given up any more', async () => {
    const takeOver = new TakeOver()
    const savepoint = takeOver.awaitSavepoint()
    await takeOver.isReady
    takeOver.beginFrom('file:/sp/savepoint-1')
    takeOver.giveUp(new FlinkError('JOB_CANCELED', { jobId: JOB }))
    assert.equal(await savepoint, 'file:/sp/savepoint-1')
    assert.equal(takeOver.savepoint, 'file:/sp/savepoint-1')
  })
})
