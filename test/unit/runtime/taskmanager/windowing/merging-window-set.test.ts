import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EventTimeSessionWindows } from '../../../../../src/api/windowing/assigners/event-time-session-windows.js'
import {
  MergingWindowAssigner,
  type MergeCallback,
} from '../../../../../src/api/windowing/assigners/merging-window-assigner.js'
import { EventTimeTrigger } from '../../../../../src/api/windowing/triggers/event-time-trigger.js'
import { TimeWindow } from '../../../../../src/api/windowing/windows/time-window.js'
import type { Window } from '../../../../../src/api/windowing/windows/window.js'
import {
  MergingWindowSet,
  type WindowMerge,
} from '../../../../../src/runtime/taskmanager/windowing/merging-window-set.js'

const sessions = EventTimeSessionWindows.withGap(3)

function text(window: Window | undefined): string {
  return window instanceof TimeWindow ? `${String(window.getStart())}..${String(window.getEnd())}` : 'none'
}

/** Where the window of a new record ends up, and `result from merged, state <- moved` where something was merged. */
function added(set: MergingWindowSet, start: number, end: number): string[] {
  const merges: string[] = []
  const onMerge = ({ mergeResult, mergedWindows, stateWindow, mergedStateWindows }: WindowMerge): void => {
    const moved = mergedStateWindows.map(text).join(' ')
    merges.push(
      `${text(mergeResult)} from ${mergedWindows.map(text).join(' ')}, ${text(stateWindow)} <- ${moved}`.trim(),
    )
  }
  return [text(set.addWindow(new TimeWindow(start, end), onMerge)), ...merges]
}

function stateOf(set: MergingWindowSet, start: number, end: number): string {
  return text(set.getStateWindow(new TimeWindow(start, end)))
}

describe('MergingWindowSet', () => {
  it('keeps the first state window of a session that grows', () => {
    const set = new MergingWindowSet(sessions, [])
    assert.deepEqual(added(set, 0, 4), ['0..4'])
    assert.equal(stateOf(set, 0, 4), '0..4')
    assert.deepEqual(added(set, 0, 4), ['0..4'])
    assert.deepEqual(added(set, 3, 5), ['0..5', '0..5 from 0..4, 0..4 <-'])
    assert.deepEqual(added(set, 4, 6), ['0..6', '0..6 from 0..5, 0..4 <-'])
    assert.equal(stateOf(set, 0, 6), '0..4')
    for (const [start, end] of [
      [1, 4],
      [0, 4],
      [3, 5],
      [4, 6],
    ] as const) {
      assert.deepEqual(added(set, start, end), ['0..6'])
    }
    assert.deepEqual(added(set, 11, 14), ['11..14'])
    assert.deepEqual(added(set, 10, 13), ['10..14', '10..14 from 11..14, 11..14 <-'])
    assert.deepEqual(added(set, 12, 15), ['10..15', '10..15 from 10..14, 11..14 <-'])
    assert.deepEqual(added(set, 11, 14), ['10..15'])
    assert.equal(stateOf(set, 0, 6), '0..4')
    assert.equal(stateOf(set, 10, 15), '11..14')
    set.retireWindow(new TimeWindow(0, 6))
    assert.equal(stateOf(set, 0, 6), 'none')
    assert.equal(stateOf(set, 10, 15), '11..14')
  })

  it('tells of merged windows in the order of time, whichever way it finds them', () => {
    const entries = [
      [8, 11],
      [0, 3],
      [4, 7],
    ].map(([start = 0, end = 0]) => new TimeWindow(start, end))
    const found = (['addWindow', 'addTimeWindow'] as const).map((method) => {
      const set = new MergingWindowSet(
        sessions,
        entries.map((window) => [window, window]),
      )
      let merged: string[] = []
      set[method](new TimeWindow(2, 9), ({ mergedWindows }) => {
        merged = mergedWindows.map(text)
      })
      return merged
    })
    assert.deepEqual(found, [
      ['0..3', '4..7', '8..11'],
      ['0..3', '4..7', '8..11'],
    ])
  })

  it('moves the contents of all but one where several become one', () => {
    const set = new MergingWindowSet(sessions, [])
    for (const [start, end] of [
      [0, 3],
      [5, 8],
      [10, 13],
    ] as const) {
      added(set, start, end)
    }
    assert.deepEqual(added(set, 8, 10), ['5..13', '5..13 from 5..8 10..13, 5..8 <- 10..13'])
    assert.equal(stateOf(set, 0, 3), '0..3')
    for (const [start, end] of [
      [5, 8],
      [8, 10],
      [10, 13],
    ] as const) {
      assert.deepEqual(added(set, start, end), ['5..13'])
    }
    assert.deepEqual(added(set, 3, 5), ['0..13', '0..13 from 0..3 5..13, 0..3 <- 5..8'])
    assert.equal(stateOf(set, 0, 13), '0..3')
  })

  it('takes the state window of what a new window covers', () => {
    const one = new MergingWindowSet(sessions, [])
    added(one, 1, 2)
    assert.deepEqual(added(one, 0, 3), ['0..3', '0..3 from 1..2, 1..2 <-'])
    assert.equal(stateOf(one, 0, 3), '1..2')
    const several = new MergingWindowSet(sessions, [])
    added(several, 1, 3)
    added(several, 5, 8)
    added(several, 10, 13)
    assert.deepEqual(added(several, 0, 13), ['0..13', '0..13 from 1..3 5..8 10..13, 1..3 <- 5..8 10..13'])
    assert.equal(stateOf(several, 0, 13), '1..3')
  })

  it('does not merge a window with an equal one, and keeps its state window', () => {
    const young = new MergingWindowSet(sessions, [])
    for (let times = 0; times < 2; times += 1) {
      assert.deepEqual(added(young, 1, 2), ['1..2'])
      assert.equal(stateOf(young, 1, 2), '1..2')
    }
    const set = new MergingWindowSet(sessions, [[new TimeWindow(0, 6), new TimeWindow(0, 4)]])
    assert.deepEqual(added(set, 0, 6), ['0..6'])
    assert.equal(stateOf(set, 0, 6), '0..4')
    assert.equal(set.hasChanged, false)
  })

  it('says whether it has to be persisted', () => {
    const restored = new MergingWindowSet(sessions, [
      [new TimeWindow(17, 42), new TimeWindow(42, 17)],
      [new TimeWindow(1, 2), new TimeWindow(3, 4)],
    ])
    assert.equal(stateOf(restored, 17, 42), '42..17')
    assert.equal(stateOf(restored, 1, 2), '3..4')
    assert.equal(restored.hasChanged, false)
    added(restored, 50, 51)
    assert.equal(restored.hasChanged, true)
    assert.deepEqual(
      restored.entries.map((entry) => entry.map(text)),
      [
        ['17..42', '42..17'],
        ['1..2', '3..4'],
        ['50..51', '50..51'],
      ],
    )
    const young = new MergingWindowSet(sessions, [])
    added(young, 1, 2)
    added(young, 17, 42)
    assert.equal(young.hasChanged, true)
    assert.deepEqual(
      young.entries.map((entry) => entry.map(text)),
      [
        ['1..2', '1..2'],
        ['17..42', '17..42'],
      ],
    )
  })

  it('has a state window of every new window, whatever its assigner merges', () => {
    const set = new MergingWindowSet(new MergesLazily(), [])
    for (const [start, end] of [
      [0, 2],
      [2, 5],
      [1, 2],
      [10, 12],
    ] as const) {
      const [result = ''] = added(set, start, end)
      const [from, to] = result.split('..').map(Number)
      assert.notEqual(stateOf(set, from ?? 0, to ?? 0), 'none', `${String(start)}..${String(end)}`)
    }
  })
})

/** Merges those that begin within the earliest window, which becomes a ms longer: not all that overlap in the end. */
class MergesLazily extends MergingWindowAssigner<unknown, TimeWindow> {
  assignWindows(_element: unknown, timestamp: number): readonly TimeWindow[] {
    return [new TimeWindow(timestamp, timestamp + 3000)]
  }
  mergeWindows(windows: readonly TimeWindow[], callback: MergeCallback<TimeWindow>): void {
    const [earliest] = [...windows].sort((left, right) => left.getStart() - right.getStart())
    if (earliest === undefined) return
    const [start, end] = [earliest.getStart(), earliest.getEnd()]
    const within = windows.filter((window) => window.getStart() >= start && window.getStart() < end)
    if (within.length > 1) callback.merge(within, new TimeWindow(start, end + 1))
  }
  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }
  isEventTime(): boolean {
    return true
  }
}
