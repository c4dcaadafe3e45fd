import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Collector } from '../../src/api/functions/collector.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import { Types } from '../../src/api/types/types-table.js'
import { EventTimeSessionWindows } from '../../src/api/windowing/assigners/event-time-session-windows.js'
import { GlobalWindows } from '../../src/api/windowing/assigners/global-windows.js'
import { MergingWindowAssigner, type MergeCallback } from '../../src/api/windowing/assigners/merging-window-assigner.js'
import { ProcessingTimeSessionWindows } from '../../src/api/windowing/assigners/processing-time-session-windows.js'
import { SlidingEventTimeWindows } from '../../src/api/windowing/assigners/sliding-event-time-windows.js'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { TumblingProcessingTimeWindows } from '../../src/api/windowing/assigners/tumbling-processing-time-windows.js'
import { WindowAssigner } from '../../src/api/windowing/assigners/window-assigner.js'
import { DeltaEvictor } from '../../src/api/windowing/evictors/delta-evictor.js'
import { Evictor } from '../../src/api/windowing/evictors/evictor.js'
import { TimeEvictor } from '../../src/api/windowing/evictors/time-evictor.js'
import type { TimestampedValue } from '../../src/api/windowing/evictors/timestamped-value.js'
import {
  ProcessWindowFunction,
  type ProcessWindowFunctionContext,
} from '../../src/api/windowing/functions/process-window-function.js'
import { ContinuousEventTimeTrigger } from '../../src/api/windowing/triggers/continuous-event-time-trigger.js'
import { ContinuousProcessingTimeTrigger } from '../../src/api/windowing/triggers/continuous-processing-time-trigger.js'
import { CountTrigger } from '../../src/api/windowing/triggers/count-trigger.js'
import { DeltaTrigger } from '../../src/api/windowing/triggers/delta-trigger.js'
import { EventTimeTrigger } from '../../src/api/windowing/triggers/event-time-trigger.js'
import type { Trigger } from '../../src/api/windowing/triggers/trigger.js'
import { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import { Window } from '../../src/api/windowing/windows/window.js'
import type { WindowSerializer } from '../../src/api/windowing/windows/window-serializer.js'
import { FlinkError, type ErrorCode } from '../../src/core/errors/flink-error.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import type { OutputElement } from './stream-elements.js'
import { processingTime, record, sideRecord, watermark } from './stream-elements.js'
import { testOperator } from './test-operator.js'
import { allWindowBinding, windowBinding, type Event } from './window-case.js'
import { add, AnyValues, Values } from './window-functions.js'

const TEN = TumblingEventTimeWindows.of(10)

async function opened(binding: OperatorBinding): Promise<OneInputStreamOperatorTestHarness> {
  return new OneInputStreamOperatorTestHarness(binding).open()
}

/** The values of records that were emitted since the last time. */
function taken(harness: OneInputStreamOperatorTestHarness): unknown[] {
  const records = harness.context.output.take().filter((each): each is OutputElement & { kind: 'record' } => {
    return each.kind === 'record'
  })
  return records.map(({ value }) => value)
}

async function failure(binding: OperatorBinding, code: ErrorCode, message: RegExp): Promise<void> {
  const harness = await opened(binding)
  const drive = (): void => {
    harness.processElement(['a', 1], 1)
    harness.processElement(['a', 2], 2)
    harness.processWatermark(100)
  }
  assert.throws(drive, (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, message)
    return true
  })
  await harness.close()
}

function withTrigger(results: Partial<Trigger<unknown, TimeWindow>>): Trigger<unknown, TimeWindow> {
  return Object.assign(EventTimeTrigger.create(), results)
}

describe('WindowOperator', () => {
  it('counts late records that go to no side output', async () => {
    const harness = await opened(windowBinding((stream) => stream.window(TEN).reduce(add)))
    harness.processWatermark(9)
    harness.processElement(['a', 1], 9)
    harness.processElement(['a', 1], 3)
    harness.processElement(['a', 1], 10)
    assert.equal(harness.context.metrics.counter('numLateRecordsDropped').getCount(), 2)
    await harness.close()
  })

  it('has no late record where no window was there for it and it is in time', async () => {
    const windows = SlidingEventTimeWindows.of(5, 10)
    const harness = await opened(windowBinding((stream) => stream.window(windows).reduce(add)))
    harness.processElement(['a', 1], 7)
    assert.equal(harness.context.metrics.counter('numLateRecordsDropped').getCount(), 0)
    harness.processWatermark(8)
    harness.processElement(['a', 1], 7)
    assert.equal(harness.context.metrics.counter('numLateRecordsDropped').getCount(), 1)
    await harness.close()
  })

  it('leaves nothing in its state when its windows are over', async () => {
    const kinds: readonly OperatorBinding[] = [
      windowBinding((stream) => stream.window(TEN).trigger(CountTrigger.of(3)).process(new Values())),
      windowBinding((stream) => stream.window(TEN).trigger(ContinuousEventTimeTrigger.of(2)).reduce(add)),
      windowBinding((stream) => stream.window(SlidingEventTimeWindows.of(10, 5)).allowedLateness(7).reduce(add)),
      windowBinding((stream) => stream.window(EventTimeSessionWindows.withGap(5)).process(new Values())),
      windowBinding((stream) =>
        stream.window(EventTimeSessionWindows.withGap(5)).trigger(ContinuousEventTimeTrigger.of(2)).reduce(add),
      ),
      windowBinding((stream) => stream.window(TEN).evictor(TimeEvictor.of(3)).process(new Values())),
    ]
    for (const [index, binding] of kinds.entries()) {
      const harness = await opened(binding)
      for (const timestamp of [1, 17, 4, 9, 13]) harness.processElement(['a', timestamp], timestamp)
      const before = await harness.snapshot(1)
      assert.equal(before?.managedKeyed.length, 1)
      harness.processWatermark(1000)
      const after = await harness.snapshot(2)
      assert.deepEqual(after?.managedKeyed ?? [], [], `case ${String(index)}`)
      await harness.close()
    }
  })

  it('emits a late record at once with all that came before, until the lateness is over', async () => {
    const harness = await opened(windowBinding((stream) => stream.window(TEN).allowedLateness(5).process(new Values())))
    harness.processElement(['a', 1], 1)
    harness.processWatermark(9)
    assert.deepEqual(taken(harness), [['a', 0, 10, [1]]])
    harness.processElement(['a', 2], 2)
    assert.deepEqual(taken(harness), [['a', 0, 10, [1, 2]]])
    harness.processWatermark(14)
    harness.processElement(['a', 3], 2)
    assert.deepEqual(taken(harness), [])
    await harness.close()
  })

  it('fires sessions early, and again where they have grown together', async () => {
    const harness = await opened(
      windowBinding((stream) =>
        stream
          .window(EventTimeSessionWindows.withGap(10))
          .trigger(ContinuousEventTimeTrigger.of(5))
          .process(new Values()),
      ),
    )
    harness.processElement(['a', 1], 1)
    harness.processElement(['a', 2], 22)
    harness.processWatermark(6)
    assert.deepEqual(taken(harness), [['a', 1, 11, [1]]])
    harness.processElement(['a', 3], 11)
    harness.processWatermark(7)
    assert.deepEqual(taken(harness), [])
    harness.processElement(['a', 4], 15)
    harness.processWatermark(10)
    // The contents go to the session that is first in the set; what is merged into it comes after them.
    assert.deepEqual(taken(harness), [['a', 1, 32, [2, 1, 3, 4]]])
    harness.processWatermark(Infinity)
    assert.deepEqual(taken(harness).at(-1), ['a', 1, 32, [2, 1, 3, 4]])
    await harness.close()
  })

  it('refuses a record without a timestamp in windows of event time, and says where it should have come from', async () => {
    for (const [timestampOrigin, advice] of [
      ['nowhere', /TumblingEventTimeWindows needs one\. Nothing in the program gives timestamps/],
      ['one-stream', /Only one of the two streams has a WatermarkStrategy before these windows/],
      ['downstream', /assignTimestampsAndWatermarks\(\.\.\.\) after these windows: call it on the stream before them/],
      ['strategy', /has no assigner of timestamps/],
      ['assigner', /results of timers and windows by processing time have none/],
    ] as const) {
      const binding = windowBinding((stream) => stream.window(TEN).reduce(add))
      const harness = await opened({ ...binding, timestampOrigin })
      const isTold = (error: unknown): boolean =>
        FlinkError.is(error, 'RECORD_WITHOUT_TIMESTAMP') && advice.test(error.message)
      assert.throws(() => {
        harness.processElement(['a', 1])
      }, isTold)
      await harness.close()
    }
  })

  it('refuses what is no result of a trigger', async () => {
    const over = (results: object): OperatorBinding =>
      windowBinding((stream) => stream.window(TEN).trigger(withTrigger(results)).reduce(add))
    const nothing = (): void => undefined
    await failure(over({ onElement: nothing }), 'TRIGGER_RESULT_INVALID', /onElement of its trigger .* undefined/)
    await failure(over({ onEventTime: () => 'fire' }), 'TRIGGER_RESULT_INVALID', /onEventTime of its trigger .* 'fire'/)
    const later = (): Promise<string> => Promise.reject(new Error('later'))
    await failure(over({ onElement: later }), 'TRIGGER_RESULT_INVALID', /onElement of its trigger .* Promise/)
  })

  it('refuses a promise of a function of results', async () => {
    const later = (): Promise<void> => Promise.resolve()
    const asVoid = later as unknown as () => void
    await failure(
      windowBinding((stream) => stream.window(TEN).apply(asVoid)),
      'ASYNC_NOT_ALLOWED',
      /apply/,
    )
    const processing = Object.assign(new Values(), { process: asVoid })
    await failure(
      windowBinding((stream) => stream.window(TEN).process(processing)),
      'ASYNC_NOT_ALLOWED',
      /process/,
    )
    const clearing = Object.assign(new Values(), { clear: asVoid })
    await failure(
      windowBinding((stream) => stream.window(TEN).process(clearing)),
      'ASYNC_NOT_ALLOWED',
      /clear/,
    )
  })

  it('refuses results of a function that are returned instead of collected', async () => {
    const returned = (key: unknown): void => [key] as unknown as undefined
    const processing = Object.assign(new Values(), { process: returned })
    await failure(
      windowBinding((stream) => stream.window(TEN).apply(returned)),
      'RESULTS_NOT_COLLECTED',
      /apply \(\(key\) => \[key\]\) returned an array/,
    )
    await failure(
      windowBinding((stream) => stream.window(TEN).process(processing)),
      'RESULTS_NOT_COLLECTED',
      /process/,
    )
  })

  it('refuses windows that are merged into one which is over', async () => {
    const harness = await opened(windowBinding((stream) => stream.window(new Shrinking()).reduce(add)))
    harness.processElement(['a', 1], 10)
    harness.processWatermark(5)
    assert.throws(
      () => {
        harness.processElement(['a', 1], 10)
        harness.processElement(['a', 2], 11)
      },
      (error) => FlinkError.is(error, 'WINDOW_MERGED_INTO_PAST'),
    )
    await harness.close()
  })

  it('has no state of a window where windows merge', async () => {
    const sessions = EventTimeSessionWindows.withGap(3)
    await failure(
      windowBinding((stream) => stream.window(sessions).process(new Firings())),
      'WINDOW_STATE_NOT_MERGEABLE',
      /'firings'.*EventTimeSessionWindows/,
    )
  })
})

const firings = new ValueStateDescriptor('firings', Types.INT)
const cleared = new ValueStateDescriptor('cleared', Types.INT)
const noted = new OutputTag<string>('noted')

/** Counts the firings of a window, and in the end of all windows of the key. */
class Firings extends ProcessWindowFunction<Event, unknown, string, TimeWindow> {
  process(
    key: string,
    context: ProcessWindowFunctionContext<TimeWindow>,
    elements: Iterable<Event>,
    out: Collector<unknown>,
  ): void {
    const state = context.windowState().getState(firings)
    state.update((state.value() ?? 0) + 1)
    const total = context.globalState().getState(cleared).value() ?? 0
    out.collect([key, [...elements].length, state.value(), total])
    context.output(noted, key)
  }
  override clear(context: ProcessWindowFunctionContext<TimeWindow>): void {
    const state = context.windowState().getState(firings)
    const total = context.globalState().getState(cleared)
    total.update((total.value() ?? 0) + (state.value() ?? 0))
    state.clear()
  }
}

testOperator('WindowOperator with state of windows and of keys', {
  binding: () => windowBinding((stream) => stream.window(TEN).allowedLateness(5).process(new Firings())),
  inputs: [
    [
      record(['a', 1], 1),
      record(['c', 1], 1),
      watermark(9),
      record(['a', 2], 2),
      record(['c', 3], 12),
      watermark(14),
      record(['a', 4], 12),
      record(['c', 4], 13),
      watermark(Infinity),
    ],
  ],
  slices: true,
  expected: [
    record(['a', 1, 1, 0], 9),
    sideRecord('noted', 'a', 9),
    record(['c', 1, 1, 0], 9),
    sideRecord('noted', 'c', 9),
    watermark(9),
    record(['a', 2, 2, 0], 9),
    sideRecord('noted', 'a', 9),
    watermark(14),
    record(['a', 1, 1, 2], 19),
    sideRecord('noted', 'a', 19),
    record(['c', 2, 1, 1], 19),
    sideRecord('noted', 'c', 19),
    watermark(Infinity),
  ],
})

testOperator('WindowOperator with sessions by processing time', {
  binding: () =>
    windowBinding((stream) => stream.window(ProcessingTimeSessionWindows.withGap(50)).process(new Values())),
  inputs: [
    [
      record(['a', 1]),
      record(['c', 2]),
      processingTime(1030),
      record(['a', 3]),
      record(['c', 4]),
      processingTime(1090),
      record(['a', 5]),
      record(['c', 6]),
      processingTime(1200),
    ],
  ],
  expected: [
    record(['a', 1000, 1080, [1, 3]], 1079),
    record(['c', 1000, 1080, [2, 4]], 1079),
    record(['a', 1090, 1140, [5]], 1139),
    record(['c', 1090, 1140, [6]], 1139),
  ],
})

testOperator('WindowOperator that fires early by processing time', {
  binding: () =>
    windowBinding((stream) =>
      stream
        .window(TumblingProcessingTimeWindows.of(100))
        .trigger(ContinuousProcessingTimeTrigger.of(40))
        .process(new Values()),
    ),
  inputs: [
    [
      record(['a', 1]),
      record(['c', 2]),
      processingTime(1030),
      record(['a', 3]),
      record(['c', 4]),
      processingTime(1050),
      record(['a', 5]),
      record(['c', 6]),
      processingTime(1200),
    ],
  ],
  expected: [
    record(['a', 1000, 1100, [1, 3]], 1099),
    record(['c', 1000, 1100, [2, 4]], 1099),
    record(['a', 1000, 1100, [1, 3, 5]], 1099),
    record(['c', 1000, 1100, [2, 4, 6]], 1099),
    record(['a', 1000, 1100, [1, 3, 5]], 1099),
    record(['c', 1000, 1100, [2, 4, 6]], 1099),
  ],
})

const difference = ([, before]: Event, [, now]: Event): number => now - before

testOperator('WindowOperator with a trigger and an evictor by distance', {
  binding: () =>
    windowBinding((stream) =>
      stream
        .window(GlobalWindows.create())
        .trigger(DeltaTrigger.of(10, difference))
        .evictor(DeltaEvictor.of(15, difference))
        .process(new AnyValues()),
    ),
  inputs: [
    [
      record(['a', 1]),
      record(['c', 1]),
      record(['a', 11]),
      record(['c', 20]),
      record(['a', 12]),
      record(['c', 30]),
      record(['a', 40]),
      record(['c', 31]),
    ],
  ],
  expected: [
    record(['c', [20]], Infinity),
    record(['a', [1, 11, 12]], Infinity),
    record(['a', [40]], Infinity),
    record(['c', [20, 30, 31]], Infinity),
  ],
})

/** Takes every second one away, after the function. */
class Halving extends Evictor<Event, Window> {
  evictBefore(): void {
    return undefined
  }
  evictAfter(elements: TimestampedValue<Event>[]): void {
    elements.splice(0, elements.length, ...elements.filter((_, index) => index % 2 === 0))
  }
}

testOperator('WindowOperator with an evictor of the user', {
  binding: () =>
    windowBinding((stream) =>
      stream.window(GlobalWindows.create()).trigger(CountTrigger.of(2)).evictor(new Halving()).reduce(add),
    ),
  inputs: [[1, 2, 3, 4].flatMap((n) => [record(['a', n]), record(['c', n])])],
  expected: [
    record(['a', 3], Infinity),
    record(['c', 3], Infinity),
    record(['a', 8], Infinity),
    record(['c', 8], Infinity),
  ],
})

class Parity extends Window {
  readonly rest: number
  constructor(rest: number) {
    super()
    this.rest = rest
  }
  maxTimestamp(): number {
    return 100 + this.rest
  }
  equals(other: unknown): boolean {
    return other instanceof Parity && other.rest === this.rest
  }
  hashCode(): number {
    return this.rest
  }
}

/** Windows of a class of the user. */
class ByParity extends WindowAssigner<Event, Parity> {
  assignWindows([, value]: Event): readonly Parity[] {
    return [new Parity(value % 2)]
  }
  getDefaultTrigger(): Trigger<Event, Parity> {
    return EventTimeTrigger.create() as unknown as Trigger<Event, Parity>
  }
  isEventTime(): boolean {
    return true
  }
  override getWindowSerializer(): WindowSerializer<Parity> {
    return {
      name: 'PARITY',
      serialize: ({ rest }, output) => {
        output.writeInt32(rest)
      },
      deserialize: (input) => new Parity(input.readInt32()),
      copy: (window) => window,
    }
  }
}

testOperator('WindowOperator with windows of the user', {
  binding: () => windowBinding((stream) => stream.window(new ByParity()).reduce(add)),
  inputs: [
    [1, 2, 3, 4].flatMap((n) => [record(['a', n], n), record(['c', n], n)]).concat([]),
    [watermark(Infinity)],
  ].slice(0, 1),
  expected: [],
})

/** Windows that get shorter as they merge. */
class Shrinking extends MergingWindowAssigner<unknown, TimeWindow> {
  assignWindows(_element: unknown, timestamp: number): readonly TimeWindow[] {
    return [new TimeWindow(timestamp, timestamp + 10)]
  }
  mergeWindows(windows: readonly TimeWindow[], callback: MergeCallback<TimeWindow>): void {
    if (windows.length > 1) callback.merge(windows, new TimeWindow(0, 1))
  }
  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }
  isEventTime(): boolean {
    return true
  }
}

describe('windows of a stream without keys', () => {
  it('have all records, whatever they are', async () => {
    const harness = await opened(
      allWindowBinding((stream) =>
        stream.windowAll(TEN).reduce(add, (window, input, out: Collector<unknown>) => {
          for (const [, sum] of input) out.collect([window.getStart(), sum])
        }),
      ),
    )
    harness.processElement(['a', 1], 1)
    harness.processElement(['b', 2], 2)
    harness.processElement(['c', 3], 12)
    harness.processWatermark(Infinity)
    assert.deepEqual(taken(harness), [
      [0, 3],
      [10, 3],
    ])
    await harness.close()
  })
})
