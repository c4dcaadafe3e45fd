import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { JobNotices } from '../../../../../src/runtime/jobmanager/jobmaster/job-notices.js'

const HINT =
  'If it fails again each time: Ctrl-C or `flink-ts cancel` ends it, -D restart-strategy.type=none lets it fail at once.'
const FULL = failure('ENOSPC: no space left.')

/** Without frames of this file, which are not the engine's. */
function failure(message: string, options?: ErrorOptions): Error {
  const error = new Error(message, options)
  error.stack = ''
  return error
}

function make(): { clock: ManualClock; told: string[]; notices: JobNotices } {
  const clock = new ManualClock(0)
  const told: string[] = []
  const tell = (text: string) => told.push(text)
  return { clock, told, notices: new JobNotices({ name: 'words', jobId: 'ab', clock, tell, tellFailed: tell }) }
}

function fail(notices: JobNotices, attempt: number, backoffMs: number | undefined = 100): void {
  const cause = failure('Map failed: Error: boom\nand more')
  notices.attemptFailed({ attempt, cause, backoffMs, strategy: 'fixed-delay' })
}

describe('Whoever started a job', () => {
  it('is told the cause of a failure, the attempt, and when the next one begins', () => {
    const { told, notices } = make()
    fail(notices, 1)
    notices.attemptFailed({ attempt: 2, cause: FULL, backoffMs: undefined, strategy: 'fixed-delay' })
    assert.deepEqual(told, [
      'Attempt 1 of job "words" (ab) failed: Map failed: Error: boom. It restarts in 100 ms as attempt 2, by fixed-delay. ' +
        HINT,
      'Attempt 2 of job "words" (ab) failed: ENOSPC: no space left. The job has failed.',
    ])
  })

  it('is told where its own code failed, in one place: the innermost line of it', () => {
    const { told, notices } = make()
    const user = failure('not a log line: garbage')
    user.stack = [
      'Error: not a log line: garbage',
      '    at JSON.parse (<anonymous>)',
      '    at Parse.flatMap (file:///srv/src/status.ts:14:27)',
      '    at build (file:///srv/src/status.ts:3:1)',
    ].join('\n')
    const cause = failure(`Flat Map failed: Error: ${user.message}`, { cause: user })
    notices.attemptFailed({ attempt: 2, cause, backoffMs: 1, strategy: 's' })
    user.stack = 'Error: not a log line: garbage\n    at file:///srv/job.js:4:2'
    notices.attemptFailed({ attempt: 3, cause, backoffMs: undefined, strategy: 's' })
    assert.match(
      told[0] ?? '',
      /: not a log line: garbage \(at Parse\.flatMap \/srv\/src\/status\.ts:14:27\)\. It restarts/,
    )
    assert.match(told[1] ?? '', /: not a log line: garbage \(at \/srv\/job\.js:4:2\)\. The job has failed\.$/)
  })

  it('reads a cause that ends with a question as a sentence of its own', () => {
    const { told, notices } = make()
    notices.attemptFailed({ attempt: 1, cause: failure('Is it listening?'), backoffMs: undefined, strategy: 's' })
    assert.match(told[0] ?? '', /failed: Is it listening\? The job has failed\.$/)
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
    const stored = failure("State 'sum' of Map holds a value that cannot be stored.")
    const declined = failure('Checkpoint 3 was declined.', { cause: stored })
    const cause = failure('Exceeded checkpoint tolerable failure threshold', { cause: declined })
    notices.attemptFailed({ attempt: 1, cause, backoffMs: undefined, strategy: 's' })
    notices.attemptFailed({
      attempt: 2,
      cause: failure(`Map: ${stored.message}`, { cause: stored }),
      backoffMs: 1,
      strategy: 's',
    })
    const reason = "State 'sum' of Map holds a value that cannot be stored"
    assert.deepEqual(told, [
      `Attempt 1 of job "words" (ab) failed: Exceeded checkpoint tolerable failure threshold: ${reason}. The job has failed.`,
      `Attempt 2 of job "words" (ab) failed: Map: ${reason}. It restarts in 1 ms as attempt 3, by s. ${HINT}`,
    ])
  })

  it('is told file and line of a syntax error at the bottom of a failure', () => {
    const { told, notices } = make()
    const syntax = failure('Unexpected number\n/job/plugin.mjs:2\nconst b = a ++ 3\n               ^')
    syntax.name = 'SyntaxError'
    const cause = failure('Map failed: Error: no plugin', { cause: syntax })
    notices.attemptFailed({ attempt: 1, cause, backoffMs: undefined, strategy: 's' })
    assert.match(told[0] ?? '', /: no plugin: Unexpected number \(\/job\/plugin\.mjs:2\)\. The job has failed\.$/)
  })

  it('reads a cause of any length as one short line', () => {
    const { told, notices } = make()
    const cause = failure('m'.repeat(1_000_000))
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
    const declined = failure('declined')
    for (let aborted = 0; aborted < 4; aborted += 1) notices.checkpointAborted(declined, undefined)
    notices.checkpointCompleted(5)
    for (let aborted = 0; aborted < 5; aborted += 1) notices.checkpointAborted(declined, undefined)
    assert.deepEqual(told, ['Checkpoints of job "words" (ab) fail: declined. None has completed yet; the job goes on.'])
  })

  it('tell of late records once, and how many they are at the end', () => {
    const { notices, told } = make()
    notices.lateRecordsDropped([{ operator: 'Window', numDropped: 3 }])
    notices.lateRecordsDropped([{ operator: 'Window', numDropped: 4 }])
    assert.equal(told.length, 1)
    assert.match(
      told[0] ?? '',
      /^Job "words" \(ab\) drops late records: 3 at "Window" so far.*allowedLateness.*watermarks ab`/,
    )
    notices.ended([{ operator: 'Window', numDropped: 4 }])
    assert.deepEqual(told.slice(1), ['Job "words" (ab) has dropped late records: 4 at "Window" in its last attempt.'])
    const another = make()
    another.notices.ended([])
    assert.deepEqual(another.told, [])
  })
})
