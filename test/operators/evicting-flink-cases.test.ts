/** What Flink's EvictingWindowOperatorTest feeds to windows with evictors and expects of them, with reduce and all records. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DataStream } from '../../src/api/datastream/data-stream.js'
import type { WindowedStream } from '../../src/api/datastream/windowed-stream.js'
import type { KeyedStream } from '../../src/api/datastream/keyed-stream.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { GlobalWindows } from '../../src/api/windowing/assigners/global-windows.js'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { CountEvictor } from '../../src/api/windowing/evictors/count-evictor.js'
import { DeltaEvictor } from '../../src/api/windowing/evictors/delta-evictor.js'
import { TimeEvictor } from '../../src/api/windowing/evictors/time-evictor.js'
import { CountTrigger } from '../../src/api/windowing/triggers/count-trigger.js'
import type { Window } from '../../src/api/windowing/windows/window.js'
import { NO_TIMESTAMP } from '../../src/runtime/taskmanager/network/stream-element.js'
import { record, watermark } from './stream-elements.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { windowBinding, type Event } from './window-case.js'
import { add } from './window-functions.js'

type Keyed = KeyedStream<Event, string>
type Windows = WindowedStream<Event, string, Window>
type Given = readonly [key: string, value: number, timestamp?: number] | number

interface FlinkCase {
  readonly windows: (stream: Keyed) => Windows
  /** What goes in, and what comes out of it, in any order. */
  readonly steps: readonly (readonly [given: readonly Given[], expected: readonly string[]])[]
}

const globally = (stream: Keyed): Windows => stream.window(GlobalWindows.create()).trigger(CountTrigger.of(2))
const distance = ([, before]: Event, [, after]: Event): number => after - before

const ONES: readonly Given[] = [
  ['key2', 1, 3000],
  ['key2', 1, 3999],
  ['key1', 1, 20],
  ['key1', 1, 0],
  ['key1', 1, 999],
  ['key2', 1, 1998],
  ['key2', 1, 1999],
  ['key2', 1, 1000],
]
const DIFFERENT: readonly Given[] = [
  ['key2', 1, 3000],
  ['key2', 4, 3999],
  ['key1', 1, 20],
  ['key1', 1, 0],
  ['key1', 5, 999],
  ['key2', 5, 1998],
  ['key2', 6, 1999],
  ['key2', 1, 1000],
]
const WITHOUT_TIMESTAMPS: readonly Given[] = ONES.flatMap((each) =>
  typeof each === 'number' ? [] : [[each[0], each[1]] as const],
)

const CASES: Readonly<Record<string, FlinkCase>> = {
  testCountEvictorEvictAfter: {
    windows: (stream) => globally(stream).evictor(CountEvictor.of(4, true)),
    steps: [
      [ONES, ['key1 2', 'key2 2', 'key2 4']],
      [
        [
          ['key1', 1, 10_999],
          ['key2', 1, 1000],
        ],
        ['key1 4', 'key2 6'],
      ],
      [
        [
          ['key2', 1, 1000],
          ['key2', 1, 1000],
        ],
        ['key2 6'],
      ],
    ],
  },
  testTimeEvictorEvictAfter: {
    windows: (stream) => globally(stream).evictor(TimeEvictor.of(2000, true)),
    steps: [
      [
        [
          ['key2', 1, 1000],
          ['key2', 1, 4000],
          ['key1', 1, 20],
          ['key1', 1, 0],
          ['key1', 1, 999],
          ['key2', 1, 3500],
          ['key2', 1, 2001],
          ['key2', 1, 1001],
        ],
        ['key1 2', 'key2 2', 'key2 3'],
      ],
      [
        [
          ['key1', 1, 10_999],
          ['key2', 1, 1002],
        ],
        ['key1 4', 'key2 5'],
      ],
    ],
  },
  testTimeEvictorEvictBefore: {
    windows: (stream) =>
      stream.window(TumblingEventTimeWindows.of(4000)).trigger(CountTrigger.of(2)).evictor(TimeEvictor.of(2000)),
    steps: [
      [
        [
          ['key2', 1, 1000],
          ['key2', 1, 3999],
          ['key1', 1, 20],
          ['key1', 1, 0],
          ['key1', 1, 999],
          ['key1', 1, 5999],
          ['key2', 1, 3500],
          ['key2', 1, 2001],
          ['key2', 1, 1001],
        ],
        ['key1 2', 'key2 1', 'key2 3'],
      ],
      [
        [
          ['key1', 1, 6500],
          ['key2', 1, 1002],
        ],
        ['key1 2', 'key2 3'],
      ],
    ],
  },
  testTimeEvictorNoTimestamp: {
    windows: (stream) => globally(stream).evictor(TimeEvictor.of(2000, true)),
    steps: [
      [WITHOUT_TIMESTAMPS, ['key1 2', 'key2 2', 'key2 4']],
      [
        [
          ['key1', 1],
          ['key2', 1],
        ],
        ['key1 4', 'key2 6'],
      ],
    ],
  },
  testDeltaEvictorEvictBefore: {
    windows: (stream) => globally(stream).evictor(DeltaEvictor.of(2, distance)),
    steps: [
      [DIFFERENT, ['key1 2', 'key2 11', 'key2 4']],
      [
        [
          ['key1', 3, 10_999],
          ['key2', 10, 1000],
        ],
        ['key1 8', 'key2 10'],
      ],
    ],
  },
  testDeltaEvictorEvictAfter: {
    windows: (stream) => globally(stream).evictor(DeltaEvictor.of(2, distance, true)),
    steps: [
      [DIFFERENT, ['key1 2', 'key2 15', 'key2 5']],
      [
        [
          ['key1', 9, 10_999],
          ['key2', 10, 1000],
        ],
        ['key1 16', 'key2 22'],
      ],
    ],
  },
  'testCountTrigger, testCountTriggerWithApply': {
    windows: (stream) => globally(stream).evictor(CountEvictor.of(4)),
    steps: [
      [ONES, ['key1 2', 'key2 2', 'key2 4']],
      [
        [
          ['key1', 1, 10_999],
          ['key2', 1, 1000],
        ],
        ['key1 4', 'key2 4'],
      ],
    ],
  },
  testTumblingWindowWithApply: {
    windows: (stream) => stream.window(TumblingEventTimeWindows.of(4000)).evictor(CountEvictor.of(4)),
    steps: [
      [[['key1', 1, 10], ['key1', 1, 100], 1999], []],
      [
        [
          ['key1', 1, 1997],
          ['key1', 1, 1998],
          ['key1', 1, 2310],
          ['key1', 1, 2310],
          ['key2', 1, 2310],
          ['key2', 1, 2310],
          3999,
        ],
        ['key1 4', 'key2 2'],
      ],
    ],
  },
}

function emitSum(key: string, _window: Window, elements: Iterable<Event>, out: Collector<string>): void {
  out.collect(`${key} ${String([...elements].reduce((total, [, value]) => total + value, 0))}`)
}

const FORMS: Readonly<Record<string, (windows: Windows) => DataStream<string>>> = {
  reduce: (windows) => windows.reduce(add, emitSum),
  'all records': (windows) => windows.apply(emitSum),
}

for (const [form, build] of Object.entries(FORMS)) {
  describe(`windows with an evictor give with ${form} what Flink expects`, () => {
    for (const [name, { windows, steps }] of Object.entries(CASES)) {
      it(name, async () => {
        const binding = windowBinding((stream) => build(windows(stream)))
        const harness = await new StreamOperatorTestHarness(binding).open()
        for (const [given, expected] of steps) {
          for (const each of given) {
            const element =
              typeof each === 'number' ? watermark(each) : record([each[0], each[1]], each[2] ?? NO_TIMESTAMP)
            harness.process({ input: 0, element })
          }
          const emitted = harness.context.output.take()
          const texts = emitted.flatMap((element) => (element.kind === 'record' ? [String(element.value)] : []))
          assert.deepEqual(texts.toSorted(), expected.toSorted())
        }
        await harness.close()
      })
    }
  })
}
