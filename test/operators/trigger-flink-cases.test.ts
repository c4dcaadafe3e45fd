/** What Flink's own tests of triggers feed and expect: results, and the timers and state that each window has of them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeyedStream } from '../../src/api/datastream/keyed-stream.js'
import type { WindowedStream } from '../../src/api/datastream/windowed-stream.js'
import { ProcessingTimeSessionWindows } from '../../src/api/windowing/assigners/processing-time-session-windows.js'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { TumblingProcessingTimeWindows } from '../../src/api/windowing/assigners/tumbling-processing-time-windows.js'
import { ContinuousProcessingTimeTrigger } from '../../src/api/windowing/triggers/continuous-processing-time-trigger.js'
import { ContinuousEventTimeTrigger } from '../../src/api/windowing/triggers/continuous-event-time-trigger.js'
import { CountTrigger } from '../../src/api/windowing/triggers/count-trigger.js'
import { EventTimeTrigger } from '../../src/api/windowing/triggers/event-time-trigger.js'
import { ProcessingTimeTrigger } from '../../src/api/windowing/triggers/processing-time-trigger.js'
import { PurgingTrigger } from '../../src/api/windowing/triggers/purging-trigger.js'
import { Trigger } from '../../src/api/windowing/triggers/trigger.js'
import type { TriggerContext } from '../../src/api/windowing/triggers/trigger-context.js'
import { TriggerResult } from '../../src/api/windowing/triggers/trigger-result.js'
import { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import { NO_TIMESTAMP } from '../../src/runtime/taskmanager/network/stream-element.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { TestOperatorContext } from './test-operator-context.js'
import { TriggerTestHarness } from './trigger-test-harness.js'
import { windowBinding, type Event } from './window-case.js'
import { Values } from './window-functions.js'

const { CONTINUE, FIRE, PURGE, FIRE_AND_PURGE } = TriggerResult
const HOUR_MS = 3_600_000

const FIRST = new TimeWindow(0, 2)
const SECOND = new TimeWindow(2, 4)
const THIRD = new TimeWindow(4, 6)
const BOTH = new TimeWindow(0, 4)

function add(harness: TriggerTestHarness, ...windows: readonly TimeWindow[]): TriggerResult[] {
  return windows.map((window) => harness.processElement(1, window))
}

function all(count: number, result: TriggerResult = CONTINUE): TriggerResult[] {
  return Array.from({ length: count }, () => result)
}

/** Timers of one kind of time: all, and those of each window. */
type Counts = readonly [all: number, ofFirst: number, ofSecond: number]

interface EndTrigger {
  readonly name: string
  readonly create: () => EventTimeTrigger | ProcessingTimeTrigger
  readonly advance: (harness: TriggerTestHarness, time: number) => readonly unknown[]
  readonly domain: 'eventTime' | 'processingTime'
}

const END_TRIGGERS: readonly EndTrigger[] = [
  {
    name: 'EventTimeTriggerTest',
    create: () => EventTimeTrigger.create(),
    advance: (harness, time) => harness.advanceWatermark(time),
    domain: 'eventTime',
  },
  {
    name: 'ProcessingTimeTriggerTest',
    create: () => ProcessingTimeTrigger.create(),
    advance: (harness, time) => harness.advanceProcessingTime(time),
    domain: 'processingTime',
  },
]

for (const { name, create, advance, domain } of END_TRIGGERS) {
  /** It has no state, and timers of its own time only. */
  const countsOf = ({ timers, states }: TriggerTestHarness): Counts => {
    assert.equal(states.entries(), 0)
    assert.equal(timers[domain === 'eventTime' ? 'processingTime' : 'eventTime'](), 0)
    return [timers[domain](), timers[domain](FIRST), timers[domain](SECOND)]
  }
  const withTwo = async (): Promise<TriggerTestHarness> => {
    const harness = await TriggerTestHarness.over(create())
    assert.deepEqual(add(harness, FIRST, SECOND), all(2))
    assert.deepEqual(countsOf(harness), [2, 1, 1])
    return harness
  }

  describe(name, () => {
    it('testWindowSeparationAndFiring', async () => {
      const harness = await TriggerTestHarness.over(create())
      assert.deepEqual(add(harness, FIRST, FIRST, FIRST, SECOND, SECOND), all(5))
      assert.deepEqual(countsOf(harness), [2, 1, 1])
      assert.deepEqual(advance(harness, 2), [['0..2', FIRE]])
      assert.deepEqual(countsOf(harness), [1, 0, 1])
      assert.deepEqual(advance(harness, 4), [['2..4', FIRE]])
      assert.deepEqual(countsOf(harness), [0, 0, 0])
    })

    it('testClear', async () => {
      const harness = await withTwo()
      harness.clear(SECOND)
      assert.deepEqual(countsOf(harness), [1, 1, 0])
      harness.clear(FIRST)
      assert.deepEqual(countsOf(harness), [0, 0, 0])
    })

    it('testMergingWindows', async () => {
      assert.equal(create().canMerge(), true)
      const harness = await withTwo()
      harness.mergeWindows(BOTH, [FIRST, SECOND])
      assert.deepEqual(countsOf(harness), [1, 0, 0])
      assert.equal(harness.timers[domain](BOTH), 1)
      assert.deepEqual(advance(harness, 4), [['0..4', FIRE]])
      assert.deepEqual(countsOf(harness), [0, 0, 0])
    })

    it('testMergingLateWindows', async () => {
      const harness = await withTwo()
      advance(harness, 10)
      assert.deepEqual(countsOf(harness), [0, 0, 0])
      harness.mergeWindows(BOTH, [FIRST, SECOND])
      assert.deepEqual(countsOf(harness), [0, 0, 0])
    })
  })
}

describe('EventTimeTriggerTest', () => {
  it('testLateElementTriggersImmediately', async () => {
    const harness = await TriggerTestHarness.over(EventTimeTrigger.create())
    harness.advanceWatermark(2)
    assert.deepEqual(add(harness, FIRST), [FIRE])
    assert.deepEqual([harness.states.entries(), harness.timers.eventTime(), harness.timers.processingTime()], [0, 0, 0])
  })
})

describe('CountTriggerTest', () => {
  const windows = [FIRST, SECOND, THIRD] as const
  /** It has no timers. */
  const countsOf = ({ timers, states }: TriggerTestHarness): number[] => {
    assert.deepEqual([timers.eventTime(), timers.processingTime()], [0, 0])
    return [states.entries(), ...windows.map((window) => states.entries(window))]
  }

  it('testWindowSeparationAndFiring', async () => {
    const harness = await TriggerTestHarness.over(CountTrigger.of(3))
    assert.deepEqual(add(harness, FIRST, SECOND), all(2))
    assert.deepEqual(countsOf(harness), [2, 1, 1, 0])
    assert.deepEqual(add(harness, FIRST, FIRST, SECOND), [CONTINUE, FIRE, CONTINUE])
    assert.deepEqual(countsOf(harness), [1, 0, 1, 0])
    assert.deepEqual(add(harness, SECOND), [FIRE])
    assert.deepEqual(countsOf(harness), [0, 0, 0, 0])
  })

  it('testClear', async () => {
    const harness = await TriggerTestHarness.over(CountTrigger.of(3))
    add(harness, FIRST, SECOND)
    harness.clear(SECOND)
    assert.deepEqual(countsOf(harness), [1, 1, 0, 0])
    harness.clear(FIRST)
    assert.deepEqual(countsOf(harness), [0, 0, 0, 0])
  })

  it('testMergingWindows', async () => {
    const harness = await TriggerTestHarness.over(CountTrigger.of(3))
    assert.deepEqual(add(harness, FIRST, SECOND, THIRD), all(3))
    assert.deepEqual(countsOf(harness), [3, 1, 1, 1])
    harness.mergeWindows(BOTH, [FIRST, SECOND])
    assert.equal(harness.states.entries(BOTH), 1)
    assert.deepEqual(add(harness, BOTH), [FIRE])
    assert.deepEqual([...countsOf(harness), harness.states.entries(BOTH)], [1, 0, 0, 1, 0])
    assert.deepEqual(add(harness, THIRD, THIRD), [CONTINUE, FIRE])
    assert.deepEqual(countsOf(harness), [0, 0, 0, 0])
  })

  it('testMergeSubsumingWindow', async () => {
    const harness = await TriggerTestHarness.over(CountTrigger.of(3))
    const covering = new TimeWindow(0, 8)
    assert.deepEqual(add(harness, SECOND, THIRD), all(2))
    harness.mergeWindows(covering, [SECOND, THIRD])
    assert.deepEqual([harness.states.entries(SECOND), harness.states.entries(THIRD)], [0, 0])
    assert.equal(harness.states.entries(covering), 1)
    assert.deepEqual(add(harness, covering), [FIRE])
    assert.equal(harness.states.entries(covering), 0)
  })
})

describe('ContinuousEventTimeTriggerTest', () => {
  const overHours = (): Promise<TriggerTestHarness> => TriggerTestHarness.over(ContinuousEventTimeTrigger.of(HOUR_MS))
  const countsOf = ({ timers, states }: TriggerTestHarness): number[] => {
    assert.equal(timers.processingTime(), 0)
    return [states.entries(), timers.eventTime(), timers.eventTime(FIRST), timers.eventTime(SECOND)]
  }

  it('testTriggerHandlesAllOnTimerCalls', async () => {
    const harness = await TriggerTestHarness.over(ContinuousEventTimeTrigger.of(5))
    assert.deepEqual(countsOf(harness), [0, 0, 0, 0])
    harness.advanceWatermark(10)
    assert.deepEqual(add(harness, FIRST), [FIRE])
    assert.equal(harness.onEventTime(20, FIRST), CONTINUE)
  })

  /** An hour before the windows: those of Flink have no timestamp, and a next firing that lies as far before them as can be. */
  const addEarly = (harness: TriggerTestHarness, ...windowsOf: readonly TimeWindow[]): TriggerResult[] =>
    windowsOf.map((window) => harness.processElement(1, window, -HOUR_MS))

  it('testWindowSeparationAndFiring', async () => {
    const harness = await overHours()
    assert.deepEqual(addEarly(harness, FIRST, FIRST, FIRST, SECOND, SECOND), all(5))
    assert.deepEqual(countsOf(harness), [2, 4, 2, 2])
    assert.deepEqual(harness.advanceWatermark(2).sort(), [
      ['0..2', FIRE],
      ['0..2', FIRE],
      ['2..4', FIRE],
    ])
    assert.deepEqual(countsOf(harness), [2, 1, 0, 1])
    assert.deepEqual(harness.advanceWatermark(4), [['2..4', FIRE]])
    assert.deepEqual(countsOf(harness), [2, 0, 0, 0])
  })

  it('testLateElementTriggersImmediately', async () => {
    const harness = await overHours()
    harness.advanceWatermark(2)
    assert.deepEqual(add(harness, FIRST), [FIRE])
    assert.deepEqual(countsOf(harness), [0, 0, 0, 0])
  })

  it('testClear, which leaves the timers of the ends', async () => {
    const harness = await overHours()
    addEarly(harness, FIRST, SECOND)
    harness.clear(SECOND)
    assert.deepEqual(countsOf(harness), [1, 3, 2, 1])
    harness.clear(FIRST)
    assert.deepEqual(countsOf(harness), [0, 2, 1, 1])
  })

  it('testMergingWindows, which leaves the timers of those that were merged', async () => {
    const harness = await overHours()
    assert.equal(ContinuousEventTimeTrigger.of(HOUR_MS).canMerge(), true)
    addEarly(harness, FIRST, SECOND)
    harness.mergeWindows(BOTH, [FIRST, SECOND])
    assert.deepEqual([...countsOf(harness), harness.timers.eventTime(BOTH)], [1, 5, 2, 2, 1])
    const fired = harness.advanceWatermark(4).filter(([window]) => window === '0..4')
    assert.deepEqual(fired[0], ['0..4', FIRE])
    assert.deepEqual(countsOf(harness), [1, 0, 0, 0])
  })
})

/** Says what it is told to, and counts what else is called. */
class ToldTrigger extends Trigger<unknown, TimeWindow> {
  says: TriggerResult = CONTINUE
  onFirst: (ctx: TriggerContext) => void = () => undefined
  readonly calls: string[] = []

  onElement(_element: unknown, _timestamp: number, _window: TimeWindow, ctx: TriggerContext): TriggerResult {
    this.onFirst(ctx)
    return this.says
  }
  onProcessingTime(): TriggerResult {
    return this.says
  }
  onEventTime(): TriggerResult {
    return this.says
  }
  clear(window: TimeWindow): void {
    this.calls.push(`clear ${String(window)}`)
  }
  override canMerge(): boolean {
    return true
  }
  override onMerge(window: TimeWindow): void {
    this.calls.push(`onMerge ${String(window)}`)
  }
}

describe('PurgingTriggerTest', () => {
  const PURGED = [
    [CONTINUE, CONTINUE],
    [FIRE, FIRE_AND_PURGE],
    [FIRE_AND_PURGE, FIRE_AND_PURGE],
    [PURGE, PURGE],
  ] as const

  it('testAllMethodsImplemented', () => {
    const methods = Object.getOwnPropertyNames(Trigger.prototype)
    assert.ok(methods.includes('onMerge'))
    for (const method of [...methods, 'onElement', 'onEventTime', 'onProcessingTime', 'clear']) {
      assert.ok(Object.hasOwn(PurgingTrigger.prototype, method), method)
    }
  })

  it('testForwarding', async () => {
    const nested = new ToldTrigger()
    const harness = await TriggerTestHarness.over(PurgingTrigger.of(nested))
    const results = (call: (index: number) => unknown): unknown[] =>
      PURGED.map(([says], index) => {
        nested.says = says
        return call(index)
      })
    const expected = PURGED.map(([, result]) => result)
    assert.deepEqual(
      results(() => harness.processElement(1, FIRST)),
      expected,
    )
    const times = [1, 2, 3, 4]
    const fired = expected.map((result) => [['0..2', result]])
    nested.onFirst = (ctx) => {
      for (const time of times) ctx.registerEventTimeTimer(time)
    }
    add(harness, FIRST)
    assert.equal(harness.timers.eventTime(FIRST), 4)
    assert.deepEqual(
      results((index) => harness.advanceWatermark(times[index] ?? 0)),
      fired,
    )
    nested.onFirst = (ctx) => {
      for (const time of times) ctx.registerProcessingTimeTimer(time)
    }
    add(harness, FIRST)
    assert.deepEqual([harness.timers.processingTime(FIRST), harness.timers.eventTime(FIRST)], [4, 0])
    assert.deepEqual(
      results((index) => harness.advanceProcessingTime(times[index] ?? 0)),
      fired,
    )
    harness.mergeWindows(FIRST, [new TimeWindow(0, 1)])
    harness.clear(FIRST)
    assert.deepEqual(nested.calls, [
      'onMerge TimeWindow{start=0, end=2}',
      'clear TimeWindow{start=0, end=1}',
      'clear TimeWindow{start=0, end=2}',
    ])
  })
})

type Keyed = KeyedStream<Event, string>

/** Sets the clock to the first value of each step, adds the values of the others, and looks at what came out before the next. */
async function sumsByClock(
  windows: (stream: Keyed) => WindowedStream<Event, string, TimeWindow>,
  steps: readonly (readonly [now: number, records: readonly (readonly [value: number, timestamp: number])[]])[],
): Promise<string[][]> {
  const binding = windowBinding((stream) => windows(stream).process(new Values()))
  const harness = await new StreamOperatorTestHarness(binding, new TestOperatorContext({ nowMs: 0 })).open()
  const sums = steps.map(([now, records]) => {
    harness.setProcessingTime(now)
    for (const [value, timestamp] of records) harness.processElementOf(0, ['key', value], timestamp)
    return harness.context.output.take().map((element) => {
      assert.ok(element.kind === 'record')
      const [, start, end, values] = element.value as readonly [string, number, number, readonly number[]]
      const sum = values.reduce((total, value) => total + value, 0)
      return `${String(start)}..${String(end)}: ${String(sum)} at ${String(element.timestamp)}`
    })
  })
  await harness.finishAndClose()
  return sums
}

/** A timer of a ms fires when that ms is over: each firing is asked for a ms later than Flink's tests do. */
describe('ContinuousProcessingTimeTriggerTest', () => {
  const trigger = ContinuousProcessingTimeTrigger.of(5)
  const one = (value: number): readonly (readonly [number, number])[] => [[value, NO_TIMESTAMP]]

  it('testProcessingTimeWindowFiring', async () => {
    const sums = await sumsByClock(
      (stream) => stream.window(TumblingProcessingTimeWindows.of(10)).trigger(trigger),
      [
        [0, one(1)],
        [2, one(2)],
        [6, []],
        [7, one(3)],
        [10, []],
        [10, one(3)],
        [16, []],
        [18, one(3)],
        [20, []],
      ],
    )
    const [first, second] = ['0..10', '10..20']
    assert.deepEqual(sums.flat(), [`${first}: 3 at 9`, `${first}: 6 at 9`, `${second}: 3 at 19`, `${second}: 6 at 19`])
    assert.deepEqual(
      sums.map((each) => each.length),
      [0, 0, 1, 0, 1, 0, 1, 0, 1],
    )
  })

  it('testEventTimeWindowFiring', async () => {
    const sums = await sumsByClock(
      (stream) => stream.window(TumblingEventTimeWindows.of(10)).trigger(trigger),
      [
        [
          0,
          [
            [1, 1],
            [2, 3],
            [3, 7],
          ],
        ],
        [6, [[3, 8]]],
        [11, [[3, 12]]],
        [16, []],
      ],
    )
    assert.deepEqual(sums, [[], ['0..10: 6 at 9'], ['0..10: 9 at 9'], ['10..20: 3 at 19']])
  })

  it('testMergingWindows', async () => {
    assert.equal(trigger.canMerge(), true)
    const sums = await sumsByClock(
      (stream) => stream.window(ProcessingTimeSessionWindows.withGap(10)).trigger(trigger),
      [
        [0, one(1)],
        [2, one(2)],
        [6, []],
        [10, []],
        [11, []],
        [16, []],
        [101, []],
      ],
    )
    const firing = ['0..12: 3 at 11']
    assert.deepEqual(sums, [[], [], firing, [], firing, firing, []])
  })
})
