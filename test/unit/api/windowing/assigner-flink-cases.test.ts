/** What Flink's own tests of window assigners and of TimeWindow feed and expect, case by case. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Time } from '../../../../src/api/eventtime/time.js'
import { DynamicEventTimeSessionWindows } from '../../../../src/api/windowing/assigners/dynamic-event-time-session-windows.js'
import { DynamicProcessingTimeSessionWindows } from '../../../../src/api/windowing/assigners/dynamic-processing-time-session-windows.js'
import { EventTimeSessionWindows } from '../../../../src/api/windowing/assigners/event-time-session-windows.js'
import { GlobalWindows } from '../../../../src/api/windowing/assigners/global-windows.js'
import type { MergingWindowAssigner } from '../../../../src/api/windowing/assigners/merging-window-assigner.js'
import { ProcessingTimeSessionWindows } from '../../../../src/api/windowing/assigners/processing-time-session-windows.js'
import { SlidingEventTimeWindows } from '../../../../src/api/windowing/assigners/sliding-event-time-windows.js'
import { SlidingProcessingTimeWindows } from '../../../../src/api/windowing/assigners/sliding-processing-time-windows.js'
import { TumblingEventTimeWindows } from '../../../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { TumblingProcessingTimeWindows } from '../../../../src/api/windowing/assigners/tumbling-processing-time-windows.js'
import type { WindowAssigner } from '../../../../src/api/windowing/assigners/window-assigner.js'
import { EventTimeTrigger } from '../../../../src/api/windowing/triggers/event-time-trigger.js'
import { NeverTrigger } from '../../../../src/api/windowing/triggers/never-trigger.js'
import { ProcessingTimeTrigger } from '../../../../src/api/windowing/triggers/processing-time-trigger.js'
import { GlobalWindow } from '../../../../src/api/windowing/windows/global-window.js'
import { TimeWindow } from '../../../../src/api/windowing/windows/time-window.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'

/** A time, and the starts of the windows that a record of it has. */
type Assigned = readonly [at: number, ...starts: readonly number[]]

const { milliseconds: ms, seconds } = Time
const from = (first: number): readonly number[] => [0, 1, 2, 3, 4].map((step) => first + 1000 * step)

const isRefused = (error: unknown): boolean => FlinkError.is(error, 'GRAPH_INVALID')

/** By event time of the timestamp, else of the clock, whatever the timestamp is. */
function starts(assigner: WindowAssigner<unknown, TimeWindow>, at: number, sizeMs: number): number[] {
  const context = { getCurrentProcessingTime: () => (assigner.isEventTime() ? 0 : at) }
  const windows = assigner.assignWindows('String', assigner.isEventTime() ? at : Number.NEGATIVE_INFINITY, context)
  for (const window of windows) assert.equal(window.getEnd() - window.getStart(), sizeMs)
  return windows.map((window) => window.getStart()).sort((left, right) => left - right)
}

function check(assigner: WindowAssigner<unknown, TimeWindow>, sizeMs: number, cases: readonly Assigned[]): void {
  for (const [at, ...expected] of cases) assert.deepEqual(starts(assigner, at, sizeMs), expected, String(at))
}

function checkTrigger(assigner: WindowAssigner<never, TimeWindow>, isEventTime: boolean): void {
  assert.equal(assigner.isEventTime(), isEventTime)
  assert.ok(assigner.getDefaultTrigger() instanceof (isEventTime ? EventTimeTrigger : ProcessingTimeTrigger))
  assert.equal(assigner.getWindowSerializer().name, 'TIME_WINDOW')
}

for (const windows of [TumblingEventTimeWindows, TumblingProcessingTimeWindows]) {
  describe(`${windows.name}Test`, () => {
    it('testWindowAssignment', () => {
      check(windows.of(ms(5000)), 5000, [
        [0, 0],
        [4999, 0],
        [5000, 5000],
      ])
    })

    it('testWindowAssignmentWithOffset, negative too', () => {
      check(windows.of(ms(5000), ms(100)), 5000, [
        [100, 100],
        [5099, 100],
        [5100, 5100],
      ])
      check(windows.of(ms(5000), ms(-100)), 5000, [
        [0, -100],
        [100, -100],
        [4899, -100],
        [4900, 4900],
      ])
    })

    it('testTimeUnits', () => {
      check(windows.of(seconds(5), seconds(1)), 5000, [
        [1000, 1000],
        [5999, 1000],
        [6000, 6000],
      ])
    })

    it('testInvalidParameters', () => {
      assert.throws(() => windows.of(seconds(-1)), isRefused)
      assert.throws(() => windows.of(seconds(10), seconds(20)), isRefused)
      assert.throws(() => windows.of(seconds(10), seconds(-11)), isRefused)
    })

    it('testProperties', () => {
      checkTrigger(windows.of(seconds(5), ms(100)), windows === TumblingEventTimeWindows)
    })
  })
}

for (const windows of [SlidingEventTimeWindows, SlidingProcessingTimeWindows]) {
  describe(`${windows.name}Test`, () => {
    it('testWindowAssignment', () => {
      check(windows.of(ms(5000), ms(1000)), 5000, [
        [0, ...from(-4000)],
        [4999, ...from(0)],
        [5000, ...from(1000)],
      ])
    })

    it('testWindowAssignmentWithOffset, negative too', () => {
      check(windows.of(ms(5000), ms(1000), ms(100)), 5000, [
        [100, ...from(-3900)],
        [5099, ...from(100)],
        [5100, ...from(1100)],
      ])
      check(windows.of(ms(5000), ms(1000), ms(-100)), 5000, [
        [0, ...from(-4100)],
        [4899, ...from(-100)],
        [4900, ...from(900)],
      ])
    })

    it('testTimeUnits', () => {
      check(windows.of(seconds(5), seconds(1), ms(500)), 5000, [
        [100, ...from(-4500)],
        [5499, ...from(500)],
        [5100, ...from(500)],
      ])
    })

    it('testInvalidParameters', () => {
      for (const [size, slide, offset] of [
        [-2, 1, 0],
        [2, -1, 0],
        [-20, 10, -1],
        [20, 10, -11],
        [20, 10, 11],
      ] as const) {
        assert.throws(() => windows.of(seconds(size), seconds(slide), seconds(offset)), isRefused)
      }
    })

    it('testProperties', () => {
      checkTrigger(windows.of(seconds(5), ms(100)), windows === SlidingEventTimeWindows)
    })
  })
}

type Sessions = MergingWindowAssigner<string, TimeWindow>

const gapOf = (element: string): number => Number(element.replace('gap', ''))

const SESSIONS: readonly { readonly name: string; readonly fixed: Sessions; readonly dynamic: Sessions }[] = [
  {
    name: 'EventTimeSessionWindowsTest, DynamicEventTimeSessionWindowsTest',
    fixed: EventTimeSessionWindows.withGap(seconds(5)),
    dynamic: DynamicEventTimeSessionWindows.withDynamicGap(gapOf),
  },
  {
    name: 'ProcessingTimeSessionWindowsTest, DynamicProcessingTimeSessionWindowsTest',
    fixed: ProcessingTimeSessionWindows.withGap(seconds(5)),
    dynamic: DynamicProcessingTimeSessionWindows.withDynamicGap(gapOf),
  },
]

const window = ([start, end]: readonly [number, number]): TimeWindow => new TimeWindow(start, end)
const textOf = (each: TimeWindow): string => `${String(each.getStart())}..${String(each.getEnd())}`

/** `result: what it was merged of`. */
function merged(assigner: Sessions, ...windows: readonly (readonly [number, number])[]): string[] {
  const merges: string[] = []
  const merge = (parts: Iterable<TimeWindow>, result: TimeWindow): void => {
    merges.push(`${textOf(result)}: ${[...parts].map(textOf).sort().join(' ')}`)
  }
  assigner.mergeWindows(windows.map(window), { merge })
  return merges.sort()
}

for (const { name, fixed, dynamic } of SESSIONS) {
  describe(name, () => {
    const assigned = (assigner: Sessions, at: number, element = 'String'): string[] => {
      const isEventTime = assigner.isEventTime()
      const context = { getCurrentProcessingTime: () => (isEventTime ? 0 : at) }
      return assigner.assignWindows(element, isEventTime ? at : Number.NEGATIVE_INFINITY, context).map(textOf)
    }
    const all = [fixed, dynamic]

    it('testWindowAssignment, testTimeUnits', () => {
      assert.deepEqual(
        [0, 4999, 5000].map((at) => assigned(fixed, at)),
        [['0..5000'], ['4999..9999'], ['5000..10000']],
      )
      assert.deepEqual(assigned(dynamic, 0, 'gap5000'), ['0..5000'])
      assert.deepEqual(assigned(dynamic, 4999, 'gap4000'), ['4999..8999'])
      assert.deepEqual(assigned(dynamic, 5000, 'gap9000'), ['5000..14000'])
    })

    it('testMergeSinglePointWindow, testMergeSingleWindow', () => {
      for (const assigner of all) assert.deepEqual([merged(assigner, [0, 0]), merged(assigner, [0, 1])], [[], []])
    })

    it('testMergeConsecutiveWindows', () => {
      for (const assigner of all) {
        assert.deepEqual(merged(assigner, [0, 1], [1, 2], [2, 3], [4, 5], [5, 6]), [
          '0..3: 0..1 1..2 2..3',
          '4..6: 4..5 5..6',
        ])
      }
    })

    it('testMergeCoveringWindow', () => {
      for (const assigner of all) {
        assert.deepEqual(merged(assigner, [1, 1], [0, 2], [4, 7], [5, 6]), ['0..2: 0..2 1..1', '4..7: 4..7 5..6'])
      }
    })

    it('testInvalidParameters', () => {
      const isNoGap = (error: unknown): boolean => FlinkError.is(error, 'SESSION_GAP_INVALID')
      assert.throws(() => assigned(dynamic, 1, 'gap-1'), isNoGap)
      for (const gap of [-1, 0]) {
        assert.throws(() => EventTimeSessionWindows.withGap(seconds(gap)), isRefused)
        assert.throws(() => ProcessingTimeSessionWindows.withGap(seconds(gap)), isRefused)
      }
    })

    it('testProperties, testDynamicGapProperties', () => {
      for (const assigner of all) checkTrigger(assigner, name.startsWith('EventTime'))
    })
  })
}

describe('GlobalWindowsTest', () => {
  it('testWindowAssignment, testProperties', () => {
    const assigner = GlobalWindows.create()
    assert.deepEqual(assigner.assignWindows(), [GlobalWindow.get()])
    assert.equal(assigner.isEventTime(), false)
    assert.equal(assigner.getWindowSerializer().name, 'GLOBAL_WINDOW')
    assert.ok(assigner.getDefaultTrigger() instanceof NeverTrigger)
  })
})

describe('TimeWindowTest', () => {
  it('testGetWindowStartWithOffset', () => {
    const start = (timestamp: number, offset: number): number =>
      TimeWindow.getWindowStartWithOffset(timestamp, offset, 7)
    assert.deepEqual(
      [1, 6, 7, 8].map((at) => start(at, 0)),
      [0, 0, 7, 7],
    )
    assert.deepEqual(
      [1, 2, 3, 9, 10].map((at) => start(at, 3)),
      [-4, -4, 3, 3, 10],
    )
    assert.deepEqual(
      [1, -2, 3, 4, 7, 12].map((at) => start(at, -2)),
      [-2, -2, -2, -2, 5, 12],
    )
    assert.equal(TimeWindow.getWindowStartWithOffset(1470902048450, -8 * 3_600_000, 24 * 3_600_000), 1470844800000)
  })
})
