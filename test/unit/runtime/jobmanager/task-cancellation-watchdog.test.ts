import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'
import { TaskCancellationWatchdog } from '../../../../src/runtime/jobmanager/jobmaster/task-cancellation-watchdog.js'

describe('a TaskCancellationWatchdog', () => {
  let clock: ManualClock
  let overdue: string[]

  function watch(responseMs: number, endMs: number): TaskCancellationWatchdog {
    return new TaskCancellationWatchdog({ responseMs, endMs }, clock, (isOverdue, limitMs) => {
      overdue.push(`${String([0, 1].filter(isOverdue))} after ${String(limitMs)}`)
    })
  }

  beforeEach(() => {
    clock = new ManualClock()
    overdue = []
  })

  it('finds workers overdue that took no notice, and later all that are still there', () => {
    const watchdog = watch(30, 1000)
    watchdog.responded(1)
    clock.advance(30)
    assert.deepEqual(overdue, ['0 after 30'])
    clock.advance(970)
    assert.deepEqual(overdue, ['0 after 30', '0,1 after 1000'])
  })

  it('has no limit where the limit is 0', () => {
    watch(0, 0)
    assert.equal(clock.pendingTimers, 0)
  })

  it('is silent once all have ended', () => {
    watch(30, 1000).stop()
    clock.advance(5000)
    assert.deepEqual(overdue, [])
  })
})
