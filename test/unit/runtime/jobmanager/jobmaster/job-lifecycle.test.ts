import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import {
  JobLifecycle,
  type DecidedEnding,
  type TerminalStatus,
} from '../../../../../src/runtime/jobmanager/jobmaster/job-lifecycle.js'
import type { JobStatus } from '../../../../../src/runtime/jobmanager/jobmaster/job-status.js'
import { testJobEnvironment } from '../test-job-environment.js'

const CAUSE = new Error('it broke')
const CHECKPOINT = 'file:/cp/chk-7'

type Step = 'stop' | 'stopped' | 'cancel' | 'fail' | 'finish' | JobStatus

function play(lifecycle: JobLifecycle, steps: readonly Step[]): void {
  for (const step of steps) {
    if (step === 'stop') lifecycle.askStop()
    else if (step === 'stopped') lifecycle.stoppedWith(CHECKPOINT)
    else if (step === 'cancel') lifecycle.askCancel()
    else if (step === 'fail') lifecycle.fail(CAUSE)
    else if (step === 'finish') lifecycle.finish()
    else lifecycle.moveTo(step)
  }
}

function lifecycleAfter(...steps: readonly Step[]): JobLifecycle {
  const lifecycle = new JobLifecycle(testJobEnvironment())
  play(lifecycle, steps)
  return lifecycle
}

/** What happened while the job ran, how it ends then, what becomes of its checkpoints, and what its outcome says. */
const ENDINGS: readonly (readonly [
  readonly Step[],
  TerminalStatus,
  DecidedEnding['retention'],
  ('cause' | '')?,
  'path'?,
])[] = [
  [['finish'], 'FINISHED', 'FINISHED'],
  [['stop', 'finish'], 'FINISHED', 'FINISHED'],
  [['stop', 'stopped', 'finish'], 'FINISHED', 'STOPPED', '', 'path'],
  // The checkpoint was being written when the last task finished.
  [['stop', 'finish', 'stopped'], 'FINISHED', 'STOPPED', '', 'path'],
  [['cancel'], 'CANCELED', 'CANCELED'],
  [['cancel', 'stop'], 'CANCELED', 'CANCELED'],
  [['stop', 'cancel'], 'CANCELED', 'STOPPED'],
  [['stop', 'cancel', 'stopped'], 'CANCELED', 'STOPPED', '', 'path'],
  [['stop', 'stopped', 'cancel'], 'CANCELED', 'STOPPED', '', 'path'],
  [['fail'], 'FAILED', 'FAILED', 'cause'],
  [['stop', 'fail'], 'FAILED', 'FAILED', 'cause'],
  [['fail', 'stop'], 'FAILED', 'FAILED', 'cause'],
  [['stop', 'fail', 'stopped'], 'FAILED', 'STOPPED', 'cause', 'path'],
  [['fail', 'cancel'], 'CANCELED', 'CANCELED', 'cause'],
  [['fail', 'stop', 'cancel'], 'CANCELED', 'STOPPED', 'cause'],
  [['stop', 'fail', 'cancel'], 'CANCELED', 'STOPPED', 'cause'],
]

describe('The ending of a job', () => {
  for (const [steps, status, retention, cause, path] of ENDINGS) {
    const kept = retention === status ? '' : ', its checkpoints as after a stop'
    it(`is ${status} after ${steps.join(', ')}${kept}`, () => {
      const decided = lifecycleAfter('CREATED', 'RUNNING', ...steps).decide(status)
      const error = cause !== 'cause' ? undefined : CAUSE
      const finalCheckpoint = path === undefined ? undefined : CHECKPOINT
      assert.deepEqual(decided, { kind: 'decided', status, retention, error, finalCheckpoint })
    })
  }

  /** Where a cancellation begins at once; elsewhere the job is not there yet, is being cancelled, or ends already. */
  const cancellations: readonly (readonly [readonly Step[], boolean])[] = [
    [[], false],
    [['CREATED'], true],
    [['CREATED', 'RUNNING'], true],
    [['CREATED', 'RUNNING', 'stop', 'stopped'], true],
    [['CREATED', 'RUNNING', 'RESTARTING'], true],
    [['CREATED', 'RUNNING', 'fail'], true],
    [['CREATED', 'RUNNING', 'cancel'], false],
    [['CREATED', 'RUNNING', 'finish'], false],
  ]
  for (const [steps, begins] of cancellations) {
    it(`${begins ? 'is a cancellation at once' : 'is left as it is'} when asked after ${steps.join(', ') || 'nothing'}`, () => {
      const lifecycle = lifecycleAfter(...steps)
      const before = lifecycle.status
      assert.equal(lifecycle.askCancel(), begins)
      assert.equal(lifecycle.status, begins ? 'CANCELLING' : before)
    })
  }

  it('is remembered by a job that has not begun', () => {
    assert.equal(lifecycleAfter('cancel').ending.kind, 'cancel')
  })

  it('is decided once; afterwards nothing changes it', () => {
    const lifecycle = lifecycleAfter('CREATED', 'RUNNING', 'cancel')
    const decided = lifecycle.decide('CANCELED')
    play(lifecycle, ['stop', 'stopped', 'cancel'])
    assert.equal(lifecycle.ending, decided)
    assert.throws(() => lifecycle.decide('FAILED'), { code: 'ASSERTION_FAILED' })
    lifecycle.end(decided)
    assert.equal(lifecycle.status, 'CANCELED')
  })
})

describe('The life of a job', () => {
  it('counts failures only while it runs or some of its tasks may, and is not about to end by itself', () => {
    const failing: readonly (readonly [readonly Step[], boolean])[] = [
      [[], false],
      [['CREATED'], false],
      [['CREATED', 'RUNNING'], true],
      [['CREATED', 'RUNNING', 'stop', 'stopped'], true],
      [['CREATED', 'RUNNING', 'finish'], false],
      [['CREATED', 'RUNNING', 'RESTARTING'], true],
      [['CREATED', 'RUNNING', 'RESTARTING', 'RUNNING'], true],
      [['CREATED', 'RUNNING', 'cancel'], false],
      [['CREATED', 'RUNNING', 'fail'], false],
    ]
    for (const [steps, canFail] of failing) assert.equal(lifecycleAfter(...steps).canFail, canFail, steps.join(', '))
  })

  it('makes only moves of the table, and notes when', () => {
    const clock = new ManualClock(1000)
    const lifecycle = new JobLifecycle(testJobEnvironment({ clock }))
    assert.throws(() => {
      lifecycle.moveTo('RUNNING')
    }, /INITIALIZING was moved to RUNNING/)
    clock.advance(5)
    lifecycle.moveTo('CREATED')
    assert.deepEqual(lifecycle.timestamps, { INITIALIZING: 1000, CREATED: 1005 })
    assert.equal(lifecycle.runtimeMs, 5)
  })

  it('keeps the newest sixteen exceptions', () => {
    const lifecycle = lifecycleAfter('CREATED', 'RUNNING')
    for (let index = 0; index < 20; index += 1) lifecycle.recordException(new Error(String(index)))
    assert.deepEqual(
      lifecycle.exceptions.map(({ message }) => Number(message)),
      Array.from({ length: 16 }, (_, index) => index + 4),
    )
  })

  it('keeps the stacks of the causes with that of an exception, for the code of the user is in one of them', () => {
    const lifecycle = lifecycleAfter('CREATED', 'RUNNING')
    const root = new TypeError('no price')
    lifecycle.recordException(new Error('Map failed', { cause: new Error('in between', { cause: root }) }))
    const stack = lifecycle.exceptions[0]?.stack ?? ''
    assert.match(stack, /^Error: Map failed\n {4}at [^]+\nCaused by: Error: in between\n {4}at [^]+\nCaused by: /)
    assert.ok(stack.endsWith(`\nCaused by: ${root.stack ?? ''}`))
  })

  it('has the error of a start that failed among its exceptions', () => {
    const lifecycle = lifecycleAfter()
    lifecycle.end(lifecycle.decide('FAILED', CAUSE))
    assert.deepEqual(
      lifecycle.exceptions.map(({ message }) => message),
      ['it broke'],
    )
  })
})
