/** Flink's contract tests of window operators, case by case: entries of state and timers, as windows merge, end and are restored. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { TriggerResult } from '../../src/api/windowing/triggers/trigger-result.js'
import { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { ToldWindows, type ToldOptions } from './told-windows.js'
import {
  BOTH,
  clearsBoth,
  counts,
  describeContract,
  FIRST,
  LONG,
  PROCESSED,
  registers,
  SECOND,
  text,
  withStateAndTimer,
  type Open,
} from './window-contract-parts.js'

const { CONTINUE, FIRE, PURGE } = TriggerResult

describeContract(describeLateness, (open) => {
  describeTimers(open)
  describeMerging(open)
  describeCleanup(open)
})

function deletes(told: ToldWindows, timeMs: number): void {
  told.onElement = (_window, ctx) => {
    told.delete(ctx, timeMs)
    return CONTINUE
  }
}

function describeTimers(open: Open): void {
  it('testTimerCreationAndDeletion', async () => {
    const told = await open()
    assert.equal(told.timers(), 0)
    registers(told, 17)
    told.add(0, 0, FIRST)
    assert.equal(told.timers(), 2)
    registers(told, 42)
    told.add(0, 0)
    assert.equal(told.timers(), 3)
    for (const timeMs of [42, 17]) {
      deletes(told, timeMs)
      told.add(0, 0)
    }
    assert.equal(told.timers(), 1)
  })

  it('testTimerFiring', async () => {
    const told = await open()
    for (const timeMs of [1, 17, 42]) {
      registers(told, timeMs)
      told.add(0, 0, new TimeWindow(0, 100))
    }
    assert.equal(told.timers(), 4)
    told.advance(1)
    assert.deepEqual(told.taken('onTime'), ['onTime 1 0..100'])
    assert.equal(told.timers(), 3)
    told.advance(15)
    assert.deepEqual(told.taken('onTime'), [])
    told.advance(42)
    assert.deepEqual(told.taken('onTime'), ['onTime 17 0..100', 'onTime 42 0..100'])
    assert.equal(told.timers(), 1)
  })

  it('testDeletedTimerDoesNotFire', async () => {
    const told = await open()
    registers(told, 1)
    told.add(0, 0, new TimeWindow(0, 100))
    assert.equal(told.timers(), 2)
    deletes(told, 1)
    told.add(0, 0)
    assert.equal(told.timers(), 1)
    registers(told, 2)
    told.add(0, 0)
    assert.equal(told.timers(), 2)
    told.advance(50)
    assert.deepEqual(told.taken('onTime'), ['onTime 2 0..100'])
    assert.equal(told.timers(), 1)
  })
}

function describeMerging(open: Open): void {
  const mergesTo = (told: ToldWindows, expected: readonly TimeWindow[], result: TimeWindow): void => {
    told.merge = (windows, callback) => {
      assert.deepEqual(windows.map(String).sort(), expected.map(String).sort())
      callback.merge(windows, result)
    }
  }
  const hasBoth = (told: ToldWindows): void => {
    withStateAndTimer(told, 0)
    clearsBoth(told, 0)
    told.onMerge = (_window, ctx) => {
      told.register(ctx, 0)
      ctx.getPartitionedState(text).update('hello')
    }
  }

  it('testMergeWindowsIsCalled', async () => {
    const told = await open({ merging: true })
    told.add(0, 0, SECOND, FIRST)
    assert.deepEqual(told.taken('mergeWindows'), ['mergeWindows 2..4', 'mergeWindows 2..4 0..2'])
  })

  it('testWindowsAreMergedEagerly', async () => {
    const told = await open({ merging: true })
    hasBoth(told)
    told.add(0, 0, FIRST)
    assert.deepEqual(counts(told), [3, 2])
    mergesTo(told, [FIRST, SECOND], BOTH)
    told.onElement = () => CONTINUE
    told.add(0, 0, SECOND)
    assert.deepEqual(told.taken('onMerge'), ['onMerge 0..4'])
    assert.deepEqual(counts(told), [3, 2])
  })

  it('testRejectShrinkingMergingWindows', async () => {
    const told = await open({ merging: true })
    told.advance(0)
    told.add(0, 0, new TimeWindow(0, 22))
    told.advance(20)
    mergesTo(told, [new TimeWindow(0, 22), new TimeWindow(0, 25)], LONG)
    assert.throws(
      () => {
        told.add(0, 0, new TimeWindow(0, 25))
      },
      (error) => FlinkError.is(error, 'WINDOW_MERGED_INTO_PAST'),
    )
  })

  it('testMergingOfExistingWindows', async () => {
    const told = await open({ merging: true })
    hasBoth(told)
    told.add(0, 0, FIRST)
    assert.deepEqual(counts(told), [3, 2])
    told.add(0, 0, SECOND)
    assert.deepEqual(counts(told), [5, 4])
    const between = new TimeWindow(1, 3)
    mergesTo(told, [FIRST, SECOND, between], BOTH)
    told.add(0, 0, between)
    assert.deepEqual(counts(told), [3, 2])
    assert.deepEqual(told.taken('process'), [])
  })

  it('testOnTimePurgeDoesNotCleanupMergingSet', async () => {
    const told = await open({ merging: true })
    registers(told, 1)
    told.onTime = () => PURGE
    told.add(0, 0, BOTH)
    assert.deepEqual(counts(told), [2, 2])
    told.advance(1)
    assert.deepEqual(counts(told), [1, 1])
  })

  it('testMergingWindowSetClearedAtGarbageCollection', async () => {
    const told = await open({ merging: true, latenessMs: 20 })
    told.add(0, 0, LONG)
    assert.deepEqual(counts(told), [2, 1])
    told.advance(19 + 20)
    assert.deepEqual(counts(told), [0, 0])
  })
}

function describeCleanup(open: Open): void {
  it('testNoGarbageCollectionTimer: of a window without an end', async () => {
    for (const latenessMs of [0, 20]) {
      const told = await open({ latenessMs })
      told.add(0, 0, new TimeWindow(0, Number.POSITIVE_INFINITY))
      assert.deepEqual([told.states(), told.timers('event'), told.timers('processing')], [1, 0, 0])
    }
  })

  it('testGarbageCollectionTimer', async () => {
    const told = await open({ latenessMs: 20 })
    told.add(0, 0, LONG)
    assert.deepEqual([told.states(), told.timers('event') + told.timers('processing'), told.timers()], [1, 1, 1])
    // By the clock nothing is late: the window is over at its end.
    told.advance(told.domain === 'event' ? 38 : 18)
    assert.deepEqual(told.taken('clear 0'), [])
    told.advance(told.domain === 'event' ? 39 : 19)
    assert.deepEqual(told.taken('clear 0'), ['clear 0..20'])
    assert.deepEqual(counts(told), [0, 0])
  })

  it('testTriggerTimerAndGarbageCollectionTimerCoincide', async () => {
    const told = await open()
    registers(told, 19)
    told.add(0, 0, LONG)
    assert.deepEqual(counts(told), [1, 1])
    told.advance(19)
    assert.deepEqual(told.taken('onTime', 'clear 0'), ['onTime 19 0..20', 'clear 0..20'])
    assert.deepEqual(counts(told), [0, 0])
  })

  for (const [name, merging, result, states] of [
    ['', false, CONTINUE, 2],
    ['WithPurgingTrigger', false, PURGE, 1],
    ['WithPurgingTriggerAndMergingWindows', true, PURGE, 2],
  ] as const) {
    it(`testStateAndTimerCleanupAtGarbageCollection${name}`, async () => {
      const told = await open({ merging, latenessMs: 20 })
      withStateAndTimer(told, 1000, result)
      clearsBoth(told, 1000)
      told.add(0, 0, LONG)
      assert.deepEqual(told.taken('clear'), [])
      assert.deepEqual(counts(told), [states, 2])
      told.advance(19 + 20)
      assert.deepEqual(told.taken('clear 0'), ['clear 0..20'])
      assert.deepEqual(counts(told), [0, 0])
    })
  }
}

function describeLateness(open: Open): void {
  it('testProcessingElementsWithinAllowedLateness', async () => {
    const told = await open({ latenessMs: 20 })
    told.onElement = () => FIRE
    told.advance(20)
    told.add(0, 0, FIRST)
    assert.deepEqual(told.taken('process', 'clear'), ['process 0..2: 0'])
    assert.deepEqual(counts(told), [1, 1])
  })

  it('testLateWindowDropping', async () => {
    const told = await open({ latenessMs: 20 })
    told.onElement = () => FIRE
    told.advance(21)
    told.add(0, 0, FIRST)
    assert.deepEqual(told.taken('process'), [])
    assert.deepEqual([told.states(), told.timers('event'), told.timers('processing')], [0, 0, 0])
  })

  it('testStateSnapshotAndRestore', async () => {
    const before = await open({ merging: true })
    withStateAndTimer(before, 0)
    before.add(0, 0, SECOND, FIRST)
    assert.deepEqual(counts(before), [5, 4])
    const snapshot = await before.harness.snapshot()
    const told = new ToldWindows({ merging: true, ...(await optionsOf(open)) })
    clearsBoth(told, 0)
    told.onElement = before.onElement
    told.onTime = (timeMs) => (timeMs === 0 ? FIRE : CONTINUE)
    await told.open(snapshot)
    assert.deepEqual(told.taken('clear'), [])
    told.harness.completeWatermark(0, -1)
    assert.equal(told.timers(), 4)
    told.advance(20)
    const calls = told.taken()
    assert.deepEqual(
      calls
        .filter((call) => call.startsWith('process'))
        .sort()
        .reverse(),
      PROCESSED,
    )
    assert.equal(calls.filter((call) => call.startsWith('onTime')).length, 4)
    assert.equal(calls.filter((call) => /^clear \d/.test(call)).length, 2)
    assert.deepEqual(counts(told), [0, 0])
  })
}

/** Of the operators that it opens. */
async function optionsOf(open: Open): Promise<ToldOptions> {
  return (await open()).options
}
