import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { JobNotices } from '../../../../../src/runtime/jobmanager/jobmaster/job-notices.js'

const FULL = new Error('ENOSPC: no space left.')

function make(): { clock: ManualClock; told: string[]; notices: JobNotices } {
  const clock = new ManualClock(0)
  const told: string[] = []
  return { clock, told, notices: new JobNotices({ job: '"words" (ab)', clock, tell: (text) => told.push(text) }) }
}

function fail(notices: JobNotices, attempt: number, backoffMs: number | undefined = 100): void {
  const cause = new Error('Map failed: Error: boom\nand more')
  notices.attemptFailed({ attempt, cause, backoffMs, strategy: 'fixed-delay' })
}

describe('Whoever started a job', () => {
  it('is told the cause of a failure, the attempt, and when the next one begins', () => {
    const { told, notices } = make()
    fail(notices, 1)
    notices.attemptFailed({ attempt: 2, cause: FULL, backoffMs: undefined, strategy: 'fixed-delay' })
    assert.deepEqual(told, [
      'Attempt 1 of job "words" (ab) failed: Map failed: Error: boom. It restarts in 100 ms as attempt 2, by fixed-delay.',
      'Attempt 2 of job "words" (ab) failed: ENOSPC: no space left. The job has failed.',
    ])
  })

  it('sees a line now and then of a job that restarts again and again, and how many were left out', () => {
    const { clock, told, notices } = make()
    for (let attempt = 1; attempt <= 100; attempt += 1) fail(notices, attempt)
    assert.equal(told.length, 5)
    assert.match(told[3] ?? '', /^Attempt 4 .* by fixed-delay\.$/)
    assert.match(told[4] ?? '', /^Attempt 5 .* by fixed-delay; of further restarts a line tells once a minute\.$/)
    clock.advance(60_000)
    fail(notices, 101)
    assert.match(told[5] ?? '', /^Attempt 101 .*; 95 more restarts since the last such line\.$/)
  })

  it('is told what lies at the bottom of a failure, once', () => {
    const { told, notices } = make()
    const stored = new Error("State 'sum' of Map holds a value that cannot be stored.")
    const declined = new Error('Checkpoint 3 was declined.', { cause: stored })
    const cause = new Error('Exceeded checkpoint tolerable failure threshold', { cause: declined })
    notices.attemptFailed({ attempt: 1, cause, backoffMs: undefined, strategy: 's' })
    notices.attemptFailed({
      attempt: 2,
      cause: new Error(`Map: ${stored.message}`, { cause: stored }),
      backoffMs: 1,
      strategy: 's',
    })
    const reason = "State 'sum' of Map holds a value that cannot be stored"
    assert.deepEqual(told, [
      `Attempt 1 of job "words" (ab) failed: Exceeded checkpoint tolerable failure threshold: ${reason}. The job has failed.`,
      `Attempt 2 of job "words" (ab) failed: Map: ${reason}. It restarts in 1 ms as attempt 3, by s.`,
    ])
  })

  it('is told file and line of a syntax error at the bottom of a failure', () => {
    const { told, notices } = make()
    const syntax = new Error('Unexpected number\n/job/plugin.mjs:2\nconst b = a ++ 3\n               ^')
    syntax.name = 'SyntaxError'
    const cause = new Error('Map failed: Error: no plugin', { cause: syntax })
    notices.attemptFailed({ attempt: 1, cause, backoffMs: undefined, strategy: 's' })
    assert.match(told[0] ?? '', /: no plugin: Unexpected number \(\/job\/plugin\.mjs:2\)\. The job has failed\.$/)
  })

  it('reads a cause of any length as one short line', () => {
    const { told, notices } = make()
    const cause = new Error('m'.repeat(1_000_000))
    notices.attemptFailed({ attempt: 1, cause, backoffMs: 1, strategy: 's' })
    assert.ok((told[0] ?? '').length < 600)
  })

  it('is told once that checkpoints fail, and once that they complete again', () => {
    const { told, notices } = make()
    notices.checkpointCompleted(3)
    for (let failures = 0; failures < 4; failures += 1) notices.checkpointFailed(FULL, 'chk-3')
    notices.checkpointCompleted(8)
    notices.checkpointCompleted(9)
    assert.deepEqual(told, [
      'Checkpoints of job "words" (ab) fail: ENOSPC: no space left. The last completed one is chk-3; the job goes on.',
      'Checkpoints of job "words" (ab) complete again, with chk-8; 4 failed before it.',
    ])
  })

  it('hears of checkpoints that were aborted by nobody only where none completes', () => {
    const { told, notices } = make()
    const declined = new Error('declined')
    for (let aborted = 0; aborted < 4; aborted += 1) notices.checkpointAborted(declined, undefined)
    notices.checkpointCompleted(5)
    for (let aborted = 0; aborted < 5; aborted += 1) notices.checkpointAborted(declined, undefined)
    assert.deepEqual(told, ['Checkpoints of job "words" (ab) fail: declined. None has completed yet; the job goes on.'])
  })
})
