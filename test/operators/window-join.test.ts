/** Window join and coGroup in all modes, and what they say of functions that give what they must not. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Collector } from '../../src/api/functions/collector.js'
import type { DataStream } from '../../src/api/datastream/data-stream.js'
import type { TaggedUnion } from '../../src/api/datastream/tagged-union.js'
import { RichCoGroupFunction } from '../../src/api/functions/co-group-function.js'
import { RichFlatJoinFunction } from '../../src/api/functions/flat-join-function.js'
import { RichJoinFunction } from '../../src/api/functions/join-function.js'
import { Types } from '../../src/api/types/types-table.js'
import { EventTimeSessionWindows } from '../../src/api/windowing/assigners/event-time-session-windows.js'
import { SlidingEventTimeWindows } from '../../src/api/windowing/assigners/sliding-event-time-windows.js'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { WindowAssigner } from '../../src/api/windowing/assigners/window-assigner.js'
import { CountEvictor } from '../../src/api/windowing/evictors/count-evictor.js'
import { EventTimeTrigger } from '../../src/api/windowing/triggers/event-time-trigger.js'
import { PurgingTrigger } from '../../src/api/windowing/triggers/purging-trigger.js'
import { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import type { JoinedWithWindow } from '../../src/api/datastream/joined-with-window.js'
import type { CoGroupedWithWindow } from '../../src/api/datastream/co-grouped-with-window.js'
import { pairBinding } from './join-case.js'
import { record, watermark, type InputElement } from './stream-elements.js'
import { testOperator } from './test-operator.js'
import { TwoInputStreamOperatorTestHarness } from './two-input-stream-operator-test-harness.js'
import type { Event } from './window-case.js'

type Events = DataStream<Event>
type Assigner = WindowAssigner<unknown, TimeWindow>

const keyOf = ([key]: Event): string => key
const valuesOf = (events: Iterable<Event>): number[] => [...events].map(([, value]) => value)

function joined(left: Events, right: Events, assigner: Assigner): JoinedWithWindow<Event, Event, TimeWindow> {
  return left.join(right).where(keyOf).equalTo(keyOf).window(assigner)
}

function coGrouped(left: Events, right: Events, assigner: Assigner): CoGroupedWithWindow<Event, Event, TimeWindow> {
  return left.coGroup(right).where(keyOf).equalTo(keyOf).window(assigner)
}

class Sum extends RichJoinFunction<Event, Event, unknown> {
  #isOpen = false
  override open(): void {
    this.#isOpen = true
  }
  join(left: Event, right: Event): unknown {
    return [left[0], left[1] + right[1], this.#isOpen]
  }
}

class Rising extends RichFlatJoinFunction<Event, Event, unknown> {
  join(left: Event, right: Event, out: Collector<unknown>): void {
    if (left[1] < right[1]) out.collect([left[0], left[1], right[1]])
  }
}

/** One window for everything. */
abstract class OneWindow extends WindowAssigner<TaggedUnion<Event, Event>, TimeWindow> {
  abstract see(element: TaggedUnion<Event, Event>): void
  assignWindows(element: TaggedUnion<Event, Event>): readonly TimeWindow[] {
    this.see(element)
    return [new TimeWindow(0, 10)]
  }
  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }
  isEventTime(): boolean {
    return true
  }
}

class Lists extends RichCoGroupFunction<Event, Event, unknown> {
  coGroup(first: Iterable<Event>, second: Iterable<Event>, out: Collector<unknown>): void {
    out.collect([valuesOf(first), valuesOf(second)])
  }
}

const LEFT: readonly InputElement[] = [
  record(['a', 1], 1),
  record(['c', 2], 9),
  watermark(8),
  record(['a', 3], 11),
  record(['c', 4], 12),
  watermark(Infinity),
]
const RIGHT: readonly InputElement[] = [
  record(['a', 20], 5),
  watermark(4),
  record(['a', 2], 3),
  record(['c', 30], 10),
  watermark(9),
  record(['c', 3], 17),
  watermark(Infinity),
]

testOperator('a window join', {
  binding: () => pairBinding((left, right) => joined(left, right, TumblingEventTimeWindows.of(10)).apply(new Sum())),
  inputs: [LEFT, RIGHT],
  slices: true,
  expected: [
    watermark(4),
    watermark(8),
    record(['a', 21, true], 9),
    record(['a', 3, true], 9),
    watermark(9),
    record(['c', 34, true], 19),
    record(['c', 7, true], 19),
    watermark(Infinity),
  ],
})

testOperator('a flat window join with sliding windows, of declared types', {
  binding: () =>
    pairBinding(
      (left, right) => joined(left, right, SlidingEventTimeWindows.of(10, 5)).apply(new Rising()),
      Types.TUPLE(Types.STRING, Types.LONG) as never,
    ),
  inputs: [LEFT, RIGHT],
  slices: true,
  expected: [
    watermark(4),
    watermark(8),
    record(['a', 1, 20], 9),
    record(['a', 1, 2], 9),
    watermark(9),
    record(['a', 3, 20], 14),
    record(['c', 2, 30], 14),
    record(['c', 4, 30], 14),
    record(['c', 4, 30], 19),
    watermark(Infinity),
  ],
})

testOperator('a coGroup with sessions', {
  binding: () =>
    pairBinding((left, right) => coGrouped(left, right, EventTimeSessionWindows.withGap(4)).apply(new Lists())),
  inputs: [LEFT, RIGHT],
  slices: true,
  expected: [
    watermark(4),
    record([[1], [20, 2]], 8),
    watermark(8),
    watermark(9),
    record([[3], []], 14),
    record([[2, 4], [30]], 15),
    record([[], [3]], 20),
    watermark(Infinity),
  ],
})

testOperator('a coGroup with an evictor and a trigger that purges', {
  binding: () =>
    pairBinding((left, right) =>
      coGrouped(left, right, TumblingEventTimeWindows.of(10))
        .trigger(PurgingTrigger.of(EventTimeTrigger.create()))
        .evictor(CountEvictor.of(2))
        .apply(new Lists()),
    ),
  inputs: [LEFT, RIGHT],
  slices: true,
  expected: [
    watermark(4),
    watermark(8),
    record([[], [20, 2]], 9),
    record([[2], []], 9),
    watermark(9),
    record([[3], []], 19),
    record([[4], [3]], 19),
    watermark(Infinity),
  ],
})

testOperator('a coGroup with lateness', {
  binding: () =>
    pairBinding((left, right) =>
      coGrouped(left, right, TumblingEventTimeWindows.of(10)).allowedLateness(5).apply(new Lists()),
    ),
  inputs: [
    [record(['a', 1], 1), watermark(12), record(['a', 2], 2), watermark(20), record(['a', 3], 3)],
    [record(['a', 10], 5), watermark(12), record(['a', 20], 6), watermark(20), record(['c', 30], 4)],
  ],
  expected: [
    record([[1], [10]], 9),
    watermark(12),
    record([[1, 2], [10]], 9),
    record(
      [
        [1, 2],
        [10, 20],
      ],
      9,
    ),
    watermark(20),
  ],
  inMode: {
    'watermarks in steps of 1': { leftOut: 'lateness hangs on which watermarks there are' },
    'restore with another parallelism': { leftOut: 'a record that is too late is of a key of its own' },
  },
})

async function harnessOf<O>(
  build: (left: Events, right: Events) => DataStream<O>,
): Promise<TwoInputStreamOperatorTestHarness> {
  return new TwoInputStreamOperatorTestHarness(pairBinding(build)).open()
}

describe('a window of two streams', () => {
  it('gives assigners records that say of which stream they are', async () => {
    const seen: unknown[] = []
    class Seeing extends OneWindow {
      override see(element: TaggedUnion<Event, Event>): void {
        seen.push([element.isOne(), element.isTwo(), element.getOne(), element.getTwo()])
      }
    }
    const harness = await harnessOf((left, right) =>
      left
        .join(right)
        .where(keyOf)
        .equalTo(keyOf)
        .window(new Seeing())
        .apply(() => 0),
    )
    harness.processElement1(['a', 1], 1)
    harness.processElement2(['a', 2], 1)
    assert.deepEqual(seen, [
      [true, false, ['a', 1], null],
      [false, true, null, ['a', 2]],
    ])
  })

  it('is told of keys whose types differ, with the first record of the second stream', async () => {
    const numberOf = ([, value]: Event): string => value as never
    const harness = await harnessOf((left, right) =>
      left.coGroup(right).where(keyOf).equalTo(numberOf).window(TumblingEventTimeWindows.of(10)).apply(new Lists()),
    )
    harness.processElement1(['a', 1], 1)
    assert.throws(
      () => harness.processElement2(['a', 1], 1),
      (error) => FlinkError.is(error, 'KEY_TYPES_DIFFER') && error.message.includes('string and number'),
    )
  })

  it('counts records that are too late', async () => {
    const harness = await harnessOf((left, right) =>
      coGrouped(left, right, TumblingEventTimeWindows.of(10)).apply(new Lists()),
    )
    harness.processWatermark1(9)
    harness.processWatermark2(9)
    harness.processElement1(['a', 1], 3)
    harness.processElement2(['a', 1], 4)
    assert.equal(harness.context.metrics.counter('numLateRecordsDropped').getCount(), 2)
  })

  const promise = (): number => Promise.resolve() as never
  const tumbling = TumblingEventTimeWindows.of(10)
  const flat = { join: (_left: Event, _right: Event, _out: Collector<number>) => promise() }
  const functions = [
    ['join', pairBinding<number>((left, right) => joined(left, right, tumbling).apply({ join: promise }))],
    ['join', pairBinding<number>((left, right) => joined(left, right, tumbling).apply(flat))],
    ['coGroup', pairBinding<number>((left, right) => coGrouped(left, right, tumbling).apply({ coGroup: promise }))],
  ] as const
  for (const [index, [method, binding]] of functions.entries()) {
    it(`must not be given a promise by ${method}, case ${String(index)}`, async () => {
      const harness = await new TwoInputStreamOperatorTestHarness(binding).open()
      harness.processElement1(['a', 1], 1)
      harness.processElement2(['a', 2], 2)
      harness.processWatermark1(10)
      assert.throws(
        () => {
          harness.processWatermark2(10)
        },
        (error) => FlinkError.is(error, 'ASYNC_NOT_ALLOWED') && error.message.includes(method),
      )
    })
  }

  const array = (): void => [1] as never
  const flatArray = { join: (_left: Event, _right: Event, _out: Collector<number>) => array() }
  const returning = [
    ['join', pairBinding<number>((left, right) => joined(left, right, tumbling).apply(flatArray))],
    ['coGroup', pairBinding<number>((left, right) => coGrouped(left, right, tumbling).apply({ coGroup: array }))],
  ] as const
  for (const [method, binding] of returning) {
    it(`is told of results that ${method} returns and does not collect`, async () => {
      const harness = await new TwoInputStreamOperatorTestHarness(binding).open()
      harness.processElement1(['a', 1], 1)
      harness.processElement2(['a', 2], 2)
      harness.processWatermark1(10)
      assert.throws(
        () => {
          harness.processWatermark2(10)
        },
        (error) => FlinkError.is(error, 'RESULTS_NOT_COLLECTED') && error.message.includes(method),
      )
    })
  }
})
