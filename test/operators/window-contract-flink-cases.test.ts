/**
 * What Flink's contract tests of window operators say, case by case: calls of assigner, trigger and function, and how many entries
 * of state and timers are there in between. Each with all records as they are and with an evictor, as Flink's two classes do.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { TriggerContext } from '../../src/api/windowing/triggers/trigger-context.js'
import { TriggerResult } from '../../src/api/windowing/triggers/trigger-result.js'
import { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import { Types } from '../../src/api/types/types-table.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { record, sideRecord, watermark } from './stream-elements.js'
import { ToldWindows, type Domain, type ToldOptions } from './told-windows.js'
import type { Event } from './window-case.js'

const { CONTINUE, FIRE, PURGE, FIRE_AND_PURGE } = TriggerResult
const LATE = new OutputTag<Event>('late')
const NUMBERS = new OutputTag<number>('int-out')

const FIRST = new TimeWindow(0, 2)
const SECOND = new TimeWindow(2, 4)
const BOTH = new TimeWindow(0, 4)
const LONG = new TimeWindow(0, 20)

const text = new ValueStateDescriptor<string>('string-state', Types.STRING)

/** As most triggers of Flink's cases: sets a timer and has state, and drops both when it is cleared. */
function withStateAndTimer(told: ToldWindows, timeMs: number, result: TriggerResult = CONTINUE): void {
  told.onElement = (_window, ctx) => {
    told.register(ctx, timeMs)
    ctx.getPartitionedState(text).update('hello')
    return result
  }
}

function clearsBoth(told: ToldWindows, timeMs: number): void {
  told.clear = (_window, ctx) => {
    told.delete(ctx, timeMs)
    ctx.getPartitionedState(text).clear()
  }
}

function registers(told: ToldWindows, timeMs: number): void {
  told.onElement = (_window, ctx) => {
    told.register(ctx, timeMs)
    return CONTINUE
  }
}

function deletes(told: ToldWindows, timeMs: number): void {
  told.onElement = (_window, ctx) => {
    told.delete(ctx, timeMs)
    return CONTINUE
  }
}

function counts(told: ToldWindows): readonly [states: number, timers: number] {
  return [told.states(), told.timers()]
}

const PROCESSED = ['process 2..4: 0', 'process 0..2: 0']

for (const evicting of [false, true]) {
  const open = (options: ToldOptions = {}): Promise<ToldWindows> => new ToldWindows({ evicting, ...options }).open()
  describe(evicting ? 'EvictingWindowOperatorContractTest' : 'RegularWindowOperatorContractTest', () => {
    describeRecords(open)
    describeOnElement(open)
    describeLateness(open)
    for (const domain of ['event', 'processing'] as const) {
      const openBy = (options: ToldOptions = {}): Promise<ToldWindows> => open({ domain, ...options })
      describe(`by ${domain} time`, () => {
        describeOnTime(openBy)
        describeTimers(openBy)
        describeMerging(openBy)
        describeCleanup(openBy)
        describeFunction(openBy, domain)
      })
    }
  })
}

type Open = (options?: ToldOptions) => Promise<ToldWindows>

function describeRecords(open: Open): void {
  it('testNoLateSideOutputForSkippedWindows', async () => {
    const told = await open({ lateTag: LATE })
    told.advance(0)
    told.add(0, 5)
    assert.deepEqual(told.taken(), ['assignWindows 0 5'])
    assert.deepEqual(told.harness.context.output.take(), [watermark(0)])
  })

  it('testLateSideOutput', async () => {
    const told = await open({ lateTag: LATE })
    told.advance(20)
    told.add(0, 5, new TimeWindow(0, 0))
    told.windows = []
    told.add(0, 10)
    assert.deepEqual(told.taken(), ['assignWindows 0 5', 'assignWindows 0 10'])
    const late = [5, 10].map((timestamp) => sideRecord('late', ['key', 0], timestamp))
    assert.deepEqual(told.harness.context.output.take(), [watermark(20), ...late])
  })

  it('testSideOutput', async () => {
    const told = await open()
    told.process = (context) => {
      context.output(NUMBERS, 17)
    }
    told.onElement = () => FIRE
    told.add(17, 5, new TimeWindow(0, 42))
    assert.deepEqual(told.harness.context.output.take(), [sideRecord('int-out', 17, 41)])
  })

  it('testAssignerIsInvokedOncePerElement', async () => {
    const told = await open()
    told.add(0, 0, new TimeWindow(0, 0))
    assert.deepEqual(told.taken('assignWindows'), ['assignWindows 0 0'])
    told.add(0, 0)
    assert.deepEqual(told.taken('assignWindows'), ['assignWindows 0 0'])
  })

  it('testAssignerWithMultipleWindows', async () => {
    const told = await open()
    told.onElement = () => FIRE
    told.add(0, 0, SECOND, FIRST)
    assert.deepEqual(told.taken('process'), PROCESSED)
  })

  it('testWindowsDontInterfere', async () => {
    const told = await open()
    told.add(0, 0, FIRST)
    told.add(1, 0, new TimeWindow(0, 1))
    assert.deepEqual(counts(told), [2, 2])
    told.onElement = () => FIRE
    told.add(1, 0)
    told.add(0, 0, FIRST)
    assert.deepEqual(told.taken('process'), ['process 0..1: 1 1', 'process 0..2: 0 0'])
  })

  it('testOnElementCalledPerWindow', async () => {
    const told = await open()
    told.add(42, 1, SECOND, FIRST)
    assert.deepEqual(told.taken('onElement'), ['onElement 42 1 2..4', 'onElement 42 1 0..2'])
  })

  it('testEmittingFromWindowFunction', async () => {
    const told = await open()
    told.onElement = () => FIRE
    told.process = (_context, out) => {
      out.collect('Hallo')
      out.collect('Ciao')
    }
    told.add(0, 0, FIRST)
    assert.deepEqual(told.harness.context.output.take(), [record('Hallo', 1), record('Ciao', 1)])
  })
}

function describeOnElement(open: Open): void {
  const after = async (result: TriggerResult, timerOf = (window: TimeWindow): number => window.getEnd()) => {
    const told = await open()
    told.onElement = (window, ctx) => {
      ctx.registerEventTimeTimer(timerOf(window))
      ctx.getPartitionedState(text).update('hello')
      return result
    }
    told.add(0, 0, SECOND, FIRST)
    return [told.taken('process', 'clear'), ...counts(told)]
  }

  it('testOnElementContinue, Fire, FireAndPurge, Purge', async () => {
    assert.deepEqual(await after(CONTINUE), [[], 4, 4])
    assert.deepEqual(await after(FIRE), [PROCESSED, 4, 4])
    assert.deepEqual(await after(FIRE_AND_PURGE), [PROCESSED, 2, 4])
    assert.deepEqual(await after(PURGE, () => 0), [[], 2, 4])
  })

  it('testOnElementPurgeDoesNotCleanupMergingSet', async () => {
    const told = await open({ merging: true })
    told.onElement = () => PURGE
    told.add(0, 0, FIRST)
    assert.deepEqual(counts(told), [1, 1])
    assert.deepEqual(told.taken('process'), [])
  })
}

function describeOnTime(open: Open): void {
  const after = async (result: TriggerResult): Promise<unknown[]> => {
    const told = await open()
    withStateAndTimer(told, 0)
    told.onTime = () => result
    told.add(0, 0, SECOND, FIRST)
    assert.deepEqual(counts(told), [4, 4])
    told.advance(0)
    return [told.taken('process', 'clear').sort().reverse(), ...counts(told)]
  }

  it('testOnTimeContinue, Fire, FireAndPurge, Purge', async () => {
    assert.deepEqual(await after(CONTINUE), [[], 4, 2])
    assert.deepEqual(await after(FIRE), [PROCESSED, 4, 2])
    assert.deepEqual(await after(FIRE_AND_PURGE), [PROCESSED, 2, 2])
    assert.deepEqual(await after(PURGE), [[], 2, 2])
  })

  it('testEmittingFromWindowFunctionOnTime', async () => {
    const told = await open()
    told.process = (_context, out) => {
      out.collect('Hallo')
      out.collect('Ciao')
    }
    told.onTime = (timeMs) => (timeMs === 1 ? FIRE : CONTINUE)
    registers(told, 1)
    told.add(0, 0, FIRST)
    assert.deepEqual(told.taken('process'), [])
    told.advance(1)
    const records = told.harness.context.output.take().filter(({ kind }) => kind === 'record')
    assert.deepEqual(records, [record('Hallo', 1), record('Ciao', 1)])
  })

  for (const merging of [false, true]) {
    it(`testNoTimerFiringForPurged${merging ? 'Merging' : ''}Window: the trigger is asked, the function is not`, async () => {
      const told = await open({ merging })
      told.onElement = (_window, ctx) => {
        told.register(ctx, 0)
        return PURGE
      }
      told.onTime = () => FIRE
      told.add(0, 0, SECOND)
      assert.deepEqual(counts(told), [merging ? 1 : 0, 2])
      told.advance(0)
      assert.deepEqual(told.taken('onTime', 'process'), ['onTime 0 2..4'])
      assert.equal(told.timers(), 1)
    })
  }

  it('testNoTimerFiringForGarbageCollectedMergingWindow', async () => {
    const told = await open({ merging: true })
    registers(told, 10)
    told.add(0, 0, SECOND)
    assert.deepEqual(counts(told), [2, 2])
    told.advance(4)
    assert.deepEqual(told.taken('onTime', 'process', 'clear 2'), ['onTime 3 2..4', 'clear 2..4'])
    assert.deepEqual(counts(told), [0, 1])
    told.advance(10)
    assert.deepEqual(told.taken(), [])
  })
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

function describeFunction(open: Open, domain: Domain): void {
  it('testPerWindowStateSetAndClearedOnPurge', async () => {
    const told = await open({ latenessMs: 20 })
    told.onElement = () => FIRE
    told.process = (context) => {
      context.windowState().getState(text).update('hello')
    }
    told.clearFunction = (context) => {
      context.windowState().getState(text).clear()
    }
    told.add(0, 0, LONG)
    assert.equal(told.states(), 2)
    told.advance(19 + 20)
    assert.deepEqual(told.taken('clear'), ['clear 0..20', 'clear of the function 0..20'])
    assert.deepEqual(counts(told), [0, 0])
  })

  it('testWindowStateNotAvailableToMergingWindows', async () => {
    const told = await open({ merging: true })
    told.onElement = () => FIRE
    told.process = (context) => {
      context.windowState().getState(text).update('hello')
    }
    assert.throws(
      () => {
        told.add(0, 0, LONG)
      },
      (error) => FlinkError.is(error, 'WINDOW_STATE_NOT_MERGEABLE'),
    )
  })

  it('testCurrentTimeQuerying', async () => {
    const told = await open()
    const times: number[] = []
    const now = (context: Pick<TriggerContext, 'getCurrentWatermark' | 'getCurrentProcessingTime'>): number =>
      domain === 'event' ? context.getCurrentWatermark() : context.getCurrentProcessingTime()
    told.onElement = (_window, ctx) => {
      times.push(now(ctx))
      return FIRE
    }
    told.process = (context) => {
      times.push(domain === 'event' ? context.currentWatermark() : context.currentProcessingTime())
    }
    told.advance(10)
    told.add(0, 12, LONG)
    const expected = domain === 'event' ? 10 : 11
    assert.deepEqual(times, [expected, expected])
  })
}
