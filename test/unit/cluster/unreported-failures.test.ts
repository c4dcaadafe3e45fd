import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnreportedFailures } from '../../../src/cluster/unreported-failures.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'

function make(): { clock: ManualClock; told: string[]; failures: UnreportedFailures } {
  const clock = new ManualClock(0)
  const told: string[] = []
  const failures = new UnreportedFailures(clock, (text) => told.push(text))
  failures.failed('a', 'a has failed')
  failures.jobEnded('a')
  failures.jobEnded('b')
  return { clock, told, failures }
}

const FAILURE_OF_A = new FlinkError('JOB_EXECUTION_FAILED', { jobId: 'a' })

describe('The failure of a job', () => {
  it('is left to the error that the program ends with', () => {
    const { clock, told, failures } = make()
    failures.programEnded(new FlinkError('PROGRAM_MAIN_FAILED', { reason: '' }, { cause: FAILURE_OF_A }))
    clock.advance(10_000)
    assert.deepEqual(told, [])
  })

  it('is told where the program ends without it, or with another one', () => {
    for (const error of [undefined, new TypeError('other'), new FlinkError('JOB_EXECUTION_FAILED', { jobId: 'b' })]) {
      const { told, failures } = make()
      failures.programEnded(error)
      assert.deepEqual(told, ['a has failed'])
    }
  })

  it('is told once where the program goes on after it', () => {
    const { clock, told, failures } = make()
    clock.advance(999)
    assert.deepEqual(told, [])
    clock.advance(1)
    failures.programEnded()
    assert.deepEqual(told, ['a has failed'])
  })
})
