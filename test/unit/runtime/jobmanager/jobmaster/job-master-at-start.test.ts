import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { JobMasterHarness } from './job-master-harness.js'

const RESTARTS = { 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '10 s' }

/** Its frames would be the user's. */
function missing(): FlinkError {
  const error = new FlinkError('FILE_NOT_FOUND', { path: '/in.txt' })
  error.stack = ''
  return error
}

/** As an operator tells it. */
function missingAt(operator: string): FlinkError {
  const cause = missing()
  const details = { operator, subtask: 1, parallelism: 1, reason: cause.message }
  const error = new FlinkError('OPERATOR_FAILED', details, { cause })
  error.stack = ''
  return error
}

describe('A JobMaster, for a file that cannot be used', () => {
  it('does not restart while nothing can be lost', async () => {
    const harness = await new JobMasterHarness(RESTARTS).run()
    await harness.fail('source', missing())
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.ok(FlinkError.is(harness.outcome.error, 'FILE_NOT_FOUND'))
    assert.match(harness.told.join(), /failed: No such file or directory: \/in\.txt\. The job has failed\.$/)
  })

  it('does not restart either where the error names the operator', async () => {
    const harness = await new JobMasterHarness(RESTARTS).run()
    await harness.fail('source', missingAt('Source: lines'))
    assert.equal(harness.outcome?.status, 'FAILED')
    const words =
      'failed: Source: lines (subtask 1 of 1) failed: No such file or directory: /in.txt. The job has failed.'
    assert.ok(harness.told.join().endsWith(words), harness.told.join())
  })

  it('restarts where a checkpoint is complete', async () => {
    const harness = await new JobMasterHarness(RESTARTS).run()
    await harness.master.triggerCheckpoint()
    await harness.fail('source', missing())
    assert.equal(harness.master.status, 'RESTARTING')
  })

  it('restarts where it could be used before', async () => {
    const attempts = { 'restart-strategy.fixed-delay.attempts': '2' }
    const harness = await new JobMasterHarness({ ...RESTARTS, ...attempts }).run()
    await harness.fail('source', new Error('boom'))
    await harness.advance(10_000)
    await harness.fail('source', missing())
    assert.equal(harness.master.status, 'RESTARTING')
  })
})
