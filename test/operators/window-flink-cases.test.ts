/** What Flink's WindowOperatorTest feeds to windows by event time and expects of them, with reduce and with all records. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DataStream } from '../../src/api/datastream/data-stream.js'
import type { KeyedStream } from '../../src/api/datastream/keyed-stream.js'
import type { WindowedStream } from '../../src/api/datastream/windowed-stream.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import { DynamicEventTimeSessionWindows } from '../../src/api/windowing/assigners/dynamic-event-time-session-windows.js'
import { EventTimeSessionWindows } from '../../src/api/windowing/assigners/event-time-session-windows.js'
import { mergeTimeWindows } from '../../src/api/windowing/assigners/merge-time-windows.js'
import { MergingWindowAssigner, type MergeCallback } from '../../src/api/windowing/assigners/merging-window-assigner.js'
import { SlidingEventTimeWindows } from '../../src/api/windowing/assigners/sliding-event-time-windows.js'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import type { WindowAssigner } from '../../src/api/windowing/assigners/window-assigner.js'
import { ContinuousEventTimeTrigger } from '../../src/api/windowing/triggers/continuous-event-time-trigger.js'
import { CountTrigger } from '../../src/api/windowing/triggers/count-trigger.js'
import { EventTimeTrigger } from '../../src/api/windowing/triggers/event-time-trigger.js'
import { PurgingTrigger } from '../../src/api/windowing/triggers/purging-trigger.js'
import type { Trigger } from '../../src/api/windowing/triggers/trigger.js'
import { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { record, watermark, type OutputElement } from './stream-elements.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { windowBinding, type Event } from './window-case.js'
import { add } from './window-functions.js'

const LATE = new OutputTag<Event>('late-output')
const PURGING = PurgingTrigger.of(EventTimeTrigger.create())

/** A record, a watermark, or a snapshot from which it goes on. */
type Given = readonly [key: string, value: number, timestamp: number] | number | 'restore'

interface FlinkCase {
  /** The assigner's. */
  readonly assigner: WindowAssigner<unknown, TimeWindow>
  readonly trigger?: Trigger<unknown, TimeWindow>
  readonly lateness?: number
  /** What goes in, and what comes out of it: `key-sum start..end`, in any order. */
  readonly steps: readonly (readonly [given: readonly Given[], expected: readonly string[]])[]
}

/** Records with the number 33 have windows without a length. */
class PointSessionWindows extends MergingWindowAssigner<Event, TimeWindow> {
  assignWindows([, value]: Event, timestamp: number): readonly TimeWindow[] {
    return [new TimeWindow(timestamp, value === 33 ? timestamp : timestamp + 3000)]
  }
  mergeWindows(windows: readonly TimeWindow[], callback: MergeCallback<TimeWindow>): void {
    mergeTimeWindows(windows, callback)
  }
  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }
  isEventTime(): boolean {
    return true
  }
}

const SESSIONS = EventTimeSessionWindows.withGap(3000)

const OUT_OF_ORDER: readonly Given[] = [
  ['key2', 1, 3999],
  ['key2', 1, 3000],
  ['key1', 1, 20],
  ['key1', 1, 0],
  ['key1', 1, 999],
  ['key2', 1, 1998],
  ['key2', 1, 1999],
  ['key2', 1, 1000],
]

/** Up to the second session, of which what comes depends on lateness and trigger. */
const LATE_SESSION: FlinkCase['steps'] = [
  [[['key2', 1, 1000], 1999, ['key2', 1, 2000], 4998], []],
  [[['key2', 1, 4500], ['key2', 1, 8500], 7400], []],
  [[['key2', 1, 7000], 11_501], ['key2-5 1000..11500']],
  [[['key2', 1, 11_600], 14_600], ['key2-1 11600..14600']],
]

const CASES: Readonly<Record<string, FlinkCase>> = {
  'testSlidingEventTimeWindows (Reduce, Apply)': {
    assigner: SlidingEventTimeWindows.of(3000, 1000),
    steps: [
      [[...OUT_OF_ORDER, 999], ['key1-3 -2000..1000']],
      [[1999], ['key1-3 -1000..2000', 'key2-3 -1000..2000']],
      [[2999], ['key1-3 0..3000', 'key2-3 0..3000']],
      [['restore', 3999], ['key2-5 1000..4000']],
      [[4999], ['key2-2 2000..5000']],
      [[5999], ['key2-2 3000..6000']],
      [[6999, 7999], []],
    ],
  },
  'testTumblingEventTimeWindows (Reduce, Apply)': {
    assigner: TumblingEventTimeWindows.of(3000),
    steps: [
      [[...OUT_OF_ORDER, 999, 1999, 'restore'], []],
      [[2999], ['key1-3 0..3000', 'key2-3 0..3000']],
      [[3999, 4999], []],
      [[5999], ['key2-2 3000..6000']],
      [[6999, 7999], []],
    ],
  },
  'testSessionWindows, testReduceSessionWindows (with process functions, too)': {
    assigner: SESSIONS,
    steps: [
      [[['key2', 1, 0], ['key2', 2, 1000], ['key2', 3, 2500], ['key1', 1, 10], ['key1', 2, 1000], 'restore'], []],
      [
        [['key1', 3, 2500], ['key2', 4, 5501], ['key2', 5, 6000], ['key2', 5, 6000], ['key2', 6, 6050], 12_000],
        ['key1-6 10..5500', 'key2-6 0..5500', 'key2-20 5501..9050'],
      ],
      [[['key2', 10, 15_000], ['key2', 20, 15_000], 17_999], ['key2-30 15000..18000']],
    ],
  },
  testSessionWindowsWithCountTrigger: {
    assigner: SESSIONS,
    trigger: PurgingTrigger.of(CountTrigger.of(4)),
    steps: [
      [
        [
          ['key2', 1, 0],
          ['key2', 2, 1000],
          ['key2', 3, 2500],
          ['key2', 4, 3500],
        ],
        ['key2-10 0..6500'],
      ],
      [[['key1', 1, 10], ['key1', 2, 1000], 'restore', ['key1', 3, 2500]], []],
      [
        [
          ['key1', 1, 6000],
          ['key1', 2, 6500],
          ['key1', 3, 7000],
        ],
        [],
      ],
      [[['key1', 10, 4500]], ['key1-22 10..10000']],
    ],
  },
  testSessionWindowsWithContinuousEventTimeTrigger: {
    assigner: SESSIONS,
    trigger: ContinuousEventTimeTrigger.of(2000),
    steps: [
      [
        [['key1', 1, 1500], ['key2', 1, 0], ['key2', 3, 2500], ['key2', 2, 1000], 2500],
        ['key1-1 1500..4500', 'key2-6 0..5500'],
      ],
      [[['key2', 5, 4000], 3000, 'restore'], []],
      [
        [['key1', 2, 4000], ['key2', 4, 3500], 4000],
        ['key1-3 1500..7000', 'key2-15 0..7000'],
      ],
    ],
  },
  testPointSessions: {
    assigner: new PointSessionWindows() as WindowAssigner<unknown, TimeWindow>,
    steps: [
      [[['key2', 1, 0], ['key2', 33, 1000], 'restore', ['key2', 33, 2500]], []],
      [
        [['key1', 1, 10], ['key1', 2, 1000], ['key1', 33, 2500], 12_000],
        ['key1-36 10..4000', 'key2-67 0..3000'],
      ],
    ],
  },
  'as testDynamicProcessingTimeSessionWindows, by event time': {
    assigner: DynamicEventTimeSessionWindows.withDynamicGap(([, gap]: Event) => gap) as WindowAssigner<
      unknown,
      TimeWindow
    >,
    steps: [
      [
        [['key1', 3000, 10], ['key2', 2000, 5000], ['key2', 2000, 6000], 8999],
        ['key1-3000 10..3010', 'key2-4000 5000..8000'],
      ],
    ],
  },
  testLateness: {
    assigner: TumblingEventTimeWindows.of(2000),
    trigger: PURGING,
    lateness: 500,
    steps: [
      [[['key2', 1, 500], 1500], []],
      [[['key2', 1, 1300], 2300], ['key2-2 0..2000']],
      [[['key2', 1, 1997], 6000], ['key2-1 0..2000']],
      [[['key2', 1, 1998], 7000], ['late 1998']],
    ],
  },
  testSideOutputDueToLatenessTumbling: {
    assigner: TumblingEventTimeWindows.of(2000),
    steps: [
      [[['key2', 1, 1000], 1985], []],
      [[['key2', 1, 1980], 1999], ['key2-2 0..2000']],
      [[['key2', 1, 1998]], ['late 1998']],
      [[['key2', 1, 2001], 2999], []],
      [[3999], ['key2-1 2000..4000']],
    ],
  },
  testSideOutputDueToLatenessSliding: {
    assigner: SlidingEventTimeWindows.of(3000, 1000),
    steps: [
      [[['key2', 1, 1000], 1999], ['key2-1 -1000..2000']],
      [[['key2', 1, 2000], 3000], ['key2-2 0..3000']],
      [
        [['key1', 1, 3001], ['key2', 1, 2400], ['key2', 1, 2400], ['key1', 1, 3001], ['key2', 1, 3900], 6000],
        [
          'key1-2 1000..4000',
          'key2-5 1000..4000',
          'key1-2 2000..5000',
          'key2-4 2000..5000',
          'key1-2 3000..6000',
          'key2-1 3000..6000',
        ],
      ],
      [[['key1', 1, 3001]], ['late 3001']],
      [[25_000], []],
    ],
  },
  testSideOutputDueToLatenessSessionZeroLatenessPurgingTrigger: {
    assigner: SESSIONS,
    trigger: PURGING,
    steps: [
      ...LATE_SESSION,
      [
        [
          ['key2', 1, 10_000],
          ['key2', 1, 10_100],
        ],
        ['late 10000', 'late 10100'],
      ],
      [[['key2', 1, 14_500], 20_000, 100_000], ['key2-1 14500..17500']],
    ],
  },
  testSideOutputDueToLatenessSessionZeroLateness: {
    assigner: SESSIONS,
    steps: [
      ...LATE_SESSION,
      [[['key2', 1, 10_000]], ['late 10000']],
      [[['key2', 1, 14_500], 20_000, 100_000], ['key2-1 14500..17500']],
    ],
  },
  testDropDueToLatenessSessionWithLatenessPurgingTrigger: {
    assigner: SESSIONS,
    trigger: PURGING,
    lateness: 10,
    steps: [
      ...LATE_SESSION,
      [[['key2', 1, 10_000]], ['key2-1 10000..14600']],
      [[['key2', 1, 14_500], 20_000, 100_000], ['key2-1 10000..17500']],
    ],
  },
  testNotSideOutputDueToLatenessSessionWithLateness: {
    assigner: SESSIONS,
    lateness: 10,
    steps: [
      ...LATE_SESSION,
      [
        [
          ['key2', 1, 10_000],
          ['key2', 1, 14_500],
        ],
        ['key2-2 10000..14600'],
      ],
      [[20_000, 100_000], ['key2-3 10000..17500']],
    ],
  },
  testNotSideOutputDueToLatenessSessionWithHugeLatenessPurgingTrigger: {
    assigner: SESSIONS,
    trigger: PURGING,
    lateness: 10_000,
    steps: [
      ...LATE_SESSION,
      [[['key2', 1, 10_000]], ['key2-1 1000..14600']],
      [[['key2', 1, 14_500], 20_000, 100_000], ['key2-1 1000..17500']],
    ],
  },
  testNotSideOutputDueToLatenessSessionWithHugeLateness: {
    assigner: SESSIONS,
    lateness: 10_000,
    steps: [
      ...LATE_SESSION,
      [[['key2', 1, 10_000]], ['key2-7 1000..14600']],
      [[['key2', 1, 14_500], 20_000, 100_000], ['key2-8 1000..17500']],
    ],
  },
  'testCleanupTimerWithEmptyListStateForTumblingWindows, ...ReduceState...': {
    assigner: TumblingEventTimeWindows.of(2000),
    lateness: 1,
    steps: [
      [[['key2', 1, 1000], 1599], []],
      [[1999], ['key2-1 0..2000']],
      [[2000, 5000], []],
    ],
  },
  'testCleanupTimerWithEmptyListStateForSessionWindows, ...ReduceState...': {
    assigner: SESSIONS,
    lateness: 10,
    steps: [
      [[['key2', 1, 1000], 4998], ['key2-1 1000..4000']],
      [[14_600], []],
    ],
  },
}

type Form = (windows: WindowedStream<Event, string, TimeWindow>) => DataStream<string>

function emitSum(key: string, window: TimeWindow, elements: Iterable<Event>, out: Collector<string>): void {
  const sum = [...elements].reduce((total, [, value]) => total + value, 0)
  out.collect(`${key}-${String(sum)} ${String(window.getStart())}..${String(window.getEnd())}`)
}

const FORMS: Readonly<Record<string, Form>> = {
  reduce: (windows) => windows.reduce(add, emitSum),
  'all records': (windows) => windows.apply(emitSum),
}

function bindingOf({ assigner, trigger, lateness = 0 }: FlinkCase, form: Form): OperatorBinding {
  return windowBinding((stream: KeyedStream<Event, string>) => {
    const windows = stream.window(assigner).allowedLateness(lateness).sideOutputLateData(LATE)
    return form(trigger === undefined ? windows : windows.trigger(trigger))
  })
}

function textOf(element: OutputElement): string[] {
  if (element.kind === 'watermark') return []
  if (element.kind === 'side-record') return [`late ${String(element.timestamp)}`]
  assert.equal(element.kind, 'record')
  const text = String(element.value)
  assert.equal(element.timestamp, Number(text.split('..')[1]) - 1)
  return [text]
}

for (const [form, build] of Object.entries(FORMS)) {
  describe(`windows give with ${form} what Flink expects`, () => {
    for (const [name, flinkCase] of Object.entries(CASES)) {
      it(name, async () => {
        let harness = await new StreamOperatorTestHarness(bindingOf(flinkCase, build)).open()
        for (const [given, expected] of flinkCase.steps) {
          const emitted: string[] = []
          for (const each of given) {
            if (each === 'restore') {
              const state = await harness.snapshot()
              await harness.close()
              harness = await new StreamOperatorTestHarness(bindingOf(flinkCase, build)).open(state, 1)
              continue
            }
            const element = typeof each === 'number' ? watermark(each) : record([each[0], each[1]], each[2])
            harness.process({ input: 0, element })
            emitted.push(...harness.context.output.take().flatMap(textOf))
          }
          assert.deepEqual(emitted.toSorted(), expected.toSorted())
        }
        await harness.close()
      })
    }
  })
}
