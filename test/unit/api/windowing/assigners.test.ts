import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { Time } from '../../../../src/api/eventtime/time.js'
import { EventTimeSessionWindows } from '../../../../src/api/windowing/assigners/event-time-session-windows.js'
import { GlobalWindows } from '../../../../src/api/windowing/assigners/global-windows.js'
import type { MergingWindowAssigner } from '../../../../src/api/windowing/assigners/merging-window-assigner.js'
import { ProcessingTimeSessionWindows } from '../../../../src/api/windowing/assigners/processing-time-session-windows.js'
import { SlidingEventTimeWindows } from '../../../../src/api/windowing/assigners/sliding-event-time-windows.js'
import { SlidingProcessingTimeWindows } from '../../../../src/api/windowing/assigners/sliding-processing-time-windows.js'
import { TumblingEventTimeWindows } from '../../../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { TumblingProcessingTimeWindows } from '../../../../src/api/windowing/assigners/tumbling-processing-time-windows.js'
import type { WindowAssigner } from '../../../../src/api/windowing/assigners/window-assigner.js'
import { TimeWindow } from '../../../../src/api/windowing/windows/time-window.js'

type Bounds = [start: number, end: number]

/** Windows of a record with this timestamp that arrives at this time of the clock. */
function windowsOf(assigner: WindowAssigner<unknown, TimeWindow>, timestamp: number, nowMs = 0): Bounds[] {
  const windows = assigner.assignWindows('String', timestamp, { getCurrentProcessingTime: () => nowMs })
  return windows.map((window) => [window.getStart(), window.getEnd()])
}

/** Of these windows: what they become, and of what. */
function merged(
  assigner: MergingWindowAssigner<never, TimeWindow>,
  ...windows: readonly Bounds[]
): [Bounds, Bounds[]][] {
  const results: [Bounds, Bounds[]][] = []
  const boundsOf = (window: TimeWindow): Bounds => [window.getStart(), window.getEnd()]
  assigner.mergeWindows(
    windows.map(([start, end]) => new TimeWindow(start, end)),
    {
      merge: (parts, result) => {
        results.push([boundsOf(result), [...parts].map(boundsOf)])
      },
    },
  )
  return results
}

function refused(action: () => unknown, reason: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(FlinkError.is(error))
    assert.equal(error.code, 'GRAPH_INVALID')
    assert.match(error.message, reason)
    return true
  })
}

describe('tumbling windows', () => {
  it('hold the records of their length', () => {
    const windows = TumblingEventTimeWindows.of(5000)
    assert.deepEqual(windowsOf(windows, 0), [[0, 5000]])
    assert.deepEqual(windowsOf(windows, 4999), [[0, 5000]])
    assert.deepEqual(windowsOf(windows, 5000), [[5000, 10_000]])
  })

  it('begin at their offset, which may be negative', () => {
    for (const [offset, first] of [
      [100, [-4900, 100]],
      [-100, [-100, 4900]],
    ] as const) {
      const windows = TumblingEventTimeWindows.of(Time.seconds(5), Time.milliseconds(offset))
      assert.deepEqual(windowsOf(windows, 0), [first])
      assert.deepEqual(windowsOf(windows, 4900 + offset), [[offset, 5000 + offset]])
    }
  })

  it('hold negative timestamps as others', () => {
    assert.deepEqual(windowsOf(TumblingEventTimeWindows.of(10), -1), [[-10, 0]])
    assert.deepEqual(windowsOf(TumblingEventTimeWindows.of(10), -10), [[-10, 0]])
    assert.deepEqual(windowsOf(TumblingEventTimeWindows.of(10), -11), [[-20, -10]])
  })

  it('are by the clock where they are of processing time', () => {
    const windows = TumblingProcessingTimeWindows.of(5000, 100)
    assert.deepEqual(windowsOf(windows, 1, 0), [[-4900, 100]])
    assert.deepEqual(windowsOf(windows, 1, 5100), [[5100, 10_100]])
    assert.equal(windows.isEventTime(), false)
    assert.equal(TumblingEventTimeWindows.of(1).isEventTime(), true)
  })

  for (const assigner of [TumblingEventTimeWindows, TumblingProcessingTimeWindows]) {
    it(`${assigner.name} refuse a length or offset that is none`, () => {
      refused(() => assigner.of(-1), /size must be more than 0 ms, not -1 ms/)
      refused(() => assigner.of(0), /size must be more than 0 ms/)
      refused(() => assigner.of(0.5), /size must be whole milliseconds/)
      refused(() => assigner.of(Time.milliseconds(1.5)), /size must be whole milliseconds.*1\.5 ms/)
      refused(() => assigner.of('5 s' as unknown as number), /size must be whole milliseconds.*'5 s'/)
      refused(() => assigner.of(undefined as unknown as number), /size must be whole milliseconds/)
      refused(() => assigner.of(Number.NaN), /size must be whole milliseconds/)
      refused(() => assigner.of(10_000, 20_000), /offset must be more than -10000 ms and less than 10000 ms/)
      refused(() => assigner.of(10_000, -10_000), /offset must be more than -10000 ms and less than 10000 ms/)
    })
  }
})

describe('sliding windows', () => {
  it('hold a record in each that is open, the newest first', () => {
    const windows = SlidingEventTimeWindows.of(5000, 1000)
    assert.deepEqual(windowsOf(windows, 0), [
      [0, 5000],
      [-1000, 4000],
      [-2000, 3000],
      [-3000, 2000],
      [-4000, 1000],
    ])
    assert.deepEqual(
      windowsOf(windows, 4999).map(([start]) => start),
      [4000, 3000, 2000, 1000, 0],
    )
    assert.deepEqual(
      windowsOf(windows, 5000).map(([start]) => start),
      [5000, 4000, 3000, 2000, 1000],
    )
  })

  it('begin at their offset, which may be negative', () => {
    assert.deepEqual(
      windowsOf(SlidingEventTimeWindows.of(5000, 1000, 100), 100).map(([start]) => start),
      [100, -900, -1900, -2900, -3900],
    )
    assert.deepEqual(
      windowsOf(SlidingEventTimeWindows.of(5000, 1000, -100), 0).map(([start]) => start),
      [-100, -1100, -2100, -3100, -4100],
    )
  })

  it('hold a record in none where it falls between two of them', () => {
    assert.deepEqual(windowsOf(SlidingEventTimeWindows.of(5, 10), 4), [[0, 5]])
    assert.deepEqual(windowsOf(SlidingEventTimeWindows.of(5, 10), 5), [])
  })

  it('are by the clock where they are of processing time', () => {
    assert.deepEqual(windowsOf(SlidingProcessingTimeWindows.of(2000, 1000), 1, 5000), [
      [5000, 7000],
      [4000, 6000],
    ])
  })

  for (const assigner of [SlidingEventTimeWindows, SlidingProcessingTimeWindows]) {
    it(`${assigner.name} refuse lengths and an offset that are none`, () => {
      refused(() => assigner.of(-2, 1), /size must be more than 0 ms/)
      refused(() => assigner.of(2, -1), /slide must be more than 0 ms/)
      refused(() => assigner.of(20, 10, 10), /offset must be more than -10 ms and less than 10 ms/)
      refused(() => assigner.of(20, 10, -11), /offset must be more than -10 ms and less than 10 ms/)
    })
  }
})

describe('sessions', () => {
  it('begin with a record and end a gap after it', () => {
    const windows = EventTimeSessionWindows.withGap(5000)
    assert.deepEqual(windowsOf(windows, 0), [[0, 5000]])
    assert.deepEqual(windowsOf(windows, 4999), [[4999, 9999]])
    assert.deepEqual(windowsOf(ProcessingTimeSessionWindows.withGap(5000), 1, 5000), [[5000, 10_000]])
  })

  it('become one where they overlap or touch', () => {
    const windows = EventTimeSessionWindows.withGap(5000)
    assert.deepEqual(merged(windows), [])
    assert.deepEqual(merged(windows, [0, 1]), [])
    assert.deepEqual(merged(windows, [0, 1], [2, 3]), [])
    assert.deepEqual(merged(windows, [0, 1], [1, 2], [4, 5], [4, 6]), [
      [
        [0, 2],
        [
          [0, 1],
          [1, 2],
        ],
      ],
      [
        [4, 6],
        [
          [4, 5],
          [4, 6],
        ],
      ],
    ])
    assert.deepEqual(
      merged(windows, [4, 5], [0, 9], [1, 2]).map(([result]) => result),
      [[0, 9]],
    )
  })

  it('have the gap that a record says for itself', () => {
    const byValue = EventTimeSessionWindows.withDynamicGap((value: number) => value)
    assert.deepEqual(
      byValue.assignWindows(3000, 5).map((each) => each.getEnd()),
      [3005],
    )
    const byClock = ProcessingTimeSessionWindows.withDynamicGap({ extract: (value: number) => value })
    assert.deepEqual(
      byClock.assignWindows(3000, 5, { getCurrentProcessingTime: () => 7 }).map((each) => each.getEnd()),
      [3007],
    )
  })

  it('refuse a gap that is none', () => {
    for (const assigner of [EventTimeSessionWindows, ProcessingTimeSessionWindows]) {
      refused(() => assigner.withGap(-1), /gap must be more than 0 ms/)
      refused(() => assigner.withGap(0), /gap must be more than 0 ms/)
      refused(() => assigner.withDynamicGap(5 as unknown as () => number), /the gap is a function or an object/)
    }
    for (const gap of [0, -1, 1.5, Number.NaN, '5']) {
      const dynamic = EventTimeSessionWindows.withDynamicGap(() => gap as number)
      assert.throws(
        () => dynamic.assignWindows('x', 0),
        (error) => FlinkError.is(error, 'SESSION_GAP_INVALID'),
      )
    }
  })
})

it('GlobalWindows has one window without an end, which never fires', () => {
  const windows = GlobalWindows.create()
  assert.deepEqual(
    windows.assignWindows().map((window) => window.maxTimestamp()),
    [Infinity],
  )
  assert.equal(windows.isEventTime(), false)
  assert.equal(windows.getDefaultTrigger().constructor.name, 'NeverTrigger')
})
