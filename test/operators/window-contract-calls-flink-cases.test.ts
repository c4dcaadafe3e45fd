/** Flink's contract tests of window operators, case by case: when assigner, trigger and function are called, and with what. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import type { TriggerContext } from '../../src/api/windowing/triggers/trigger-context.js'
import { TriggerResult } from '../../src/api/windowing/triggers/trigger-result.js'
import { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { record, sideRecord, watermark } from './stream-elements.js'
import type { Domain } from './told-windows.js'
import type { Event } from './window-case.js'
import {
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

const { CONTINUE, FIRE, PURGE, FIRE_AND_PURGE } = TriggerResult
const LATE = new OutputTag<Event>('late')
const NUMBERS = new OutputTag<number>('int-out')

describeContract(
  (open) => {
    describeRecords(open)
    describeOnElement(open)
  },
  (open, domain) => {
    describeOnTime(open)
    describeFunction(open, domain)
  },
)

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
