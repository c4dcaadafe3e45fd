/** Functions of windows may change what they are given: no other window, no later firing and no snapshot sees it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeyedStream } from '../../src/api/datastream/keyed-stream.js'
import type { DataStream } from '../../src/api/datastream/data-stream.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { SlidingEventTimeWindows } from '../../src/api/windowing/assigners/sliding-event-time-windows.js'
import { SlidingProcessingTimeWindows } from '../../src/api/windowing/assigners/sliding-processing-time-windows.js'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { WindowAssigner } from '../../src/api/windowing/assigners/window-assigner.js'
import { CountEvictor } from '../../src/api/windowing/evictors/count-evictor.js'
import { Evictor } from '../../src/api/windowing/evictors/evictor.js'
import type { TimestampedValue } from '../../src/api/windowing/evictors/timestamped-value.js'
import {
  ProcessWindowFunction,
  type ProcessWindowFunctionContext,
} from '../../src/api/windowing/functions/process-window-function.js'
import { CountTrigger } from '../../src/api/windowing/triggers/count-trigger.js'
import { EventTimeTrigger } from '../../src/api/windowing/triggers/event-time-trigger.js'
import { PurgingTrigger } from '../../src/api/windowing/triggers/purging-trigger.js'
import { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import { PipelineOptions } from '../../src/core/config/pipeline-options.js'
import { FlinkError, type ErrorCode } from '../../src/core/errors/flink-error.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import type { OutputElement } from './stream-elements.js'
import { TestOperatorContext } from './test-operator-context.js'
import { windowBinding, type Event } from './window-case.js'
import { add, average, Values } from './window-functions.js'

type Build = (stream: KeyedStream<Event, string>) => DataStream<unknown>
type Mutable = [key: string, value: number]

function untyped<O>(stream: DataStream<O>): DataStream<unknown> {
  return stream as unknown as DataStream<unknown>
}

const TEN = TumblingEventTimeWindows.of(10)
const SLIDING = SlidingEventTimeWindows.of(20, 10)

/** Adds to its first argument, and spoils the second. */
function addInPlace(left: Event, right: Event): Event {
  const changed = left as unknown as Mutable
  changed[1] += right[1]
  ;(right as unknown as Mutable)[1] = -1000
  return left
}

/** The sum, after which it changes the records and their list. */
class Spoiling extends ProcessWindowFunction<Event, unknown, string, TimeWindow> {
  process(
    _key: string,
    _context: ProcessWindowFunctionContext<TimeWindow>,
    elements: Iterable<Event>,
    out: Collector<unknown>,
  ): void {
    const list = elements as Mutable[]
    out.collect(list.reduce((sum, [, value]) => sum + value, 0))
    for (const element of list) element[1] = -1000
    list.splice(0)
  }
}

class SpoilingResult extends ProcessWindowFunction<{ count: number }, unknown, string, TimeWindow> {
  process(
    _key: string,
    _context: ProcessWindowFunctionContext<TimeWindow>,
    [result]: Iterable<{ count: number }>,
    out: Collector<unknown>,
  ): void {
    if (result === undefined) return
    out.collect(result.count)
    result.count *= 100
  }
}

const count = {
  createAccumulator: (): { count: number } => ({ count: 0 }),
  add: (_value: Event, held: { count: number }): { count: number } => {
    held.count += 1
    return held
  },
  getResult: (held: { count: number }): { count: number } => held,
  merge: (left: { count: number }, right: { count: number }): { count: number } => {
    left.count += right.count
    return left
  },
}

/** Results after each of the steps: a record's timestamp, which is its value, or how far time has come. */
async function results(build: Build, steps: readonly (number | { readonly time: number })[]): Promise<unknown[]> {
  const harness = await new OneInputStreamOperatorTestHarness(windowBinding(build)).open()
  for (const step of steps) {
    if (typeof step === 'number') harness.processElement(['a', step], step)
    else harness.processWatermark(step.time)
  }
  const records = harness.context.output.take().filter((each): each is OutputElement & { kind: 'record' } => {
    return each.kind === 'record'
  })
  await harness.close()
  return records.map(({ value }) => value)
}

const END = { time: Infinity }
const LATER = { time: 9 }

describe('windows and functions that change what they are given', () => {
  it('keep a record that goes to several windows for each of them', async () => {
    const bySliding = (build: (windows: ReturnType<typeof windowsOf>) => DataStream<unknown>): Build => {
      return (stream) => build(windowsOf(stream))
    }
    const windowsOf = (stream: KeyedStream<Event, string>) => stream.window(SLIDING)
    assert.deepEqual(
      await results(
        bySliding((windows) => windows.process(new Spoiling())),
        [1, 11, 21, END],
      ),
      [1, 12, 32, 21],
    )
    const ofCustom = (windows: ReturnType<typeof windowsOf>): DataStream<unknown> =>
      windows.trigger(PurgingTrigger.of(EventTimeTrigger.create())).reduce(addInPlace, new Values())
    const sums = (await results(bySliding(ofCustom), [1, 11, 21, END])) as [string, number, number, number[]][]
    assert.deepEqual(
      sums.map(([, , , values]) => values),
      [[1], [12], [32], [21]],
    )
  })

  it('by processing time, too', async () => {
    const binding = windowBinding((stream) =>
      stream.window(SlidingProcessingTimeWindows.of(20, 10)).process(new Spoiling()),
    )
    const harness = await new OneInputStreamOperatorTestHarness(binding).open()
    harness.processElement(['a', 5])
    harness.setProcessingTime(2000)
    const values = harness.context.output.take().map((each) => (each.kind === 'record' ? each.value : each.kind))
    assert.deepEqual(values, [5, 5])
    await harness.close()
  })

  it('keep their records as they were where they fire again', async () => {
    const lists: Build = (stream) => stream.window(TEN).allowedLateness(100).process(new Spoiling())
    assert.deepEqual(await results(lists, [1, 2, LATER, 3, END]), [3, 6])
    const counted: Build = (stream) => stream.window(TEN).trigger(CountTrigger.of(1)).process(new Spoiling())
    assert.deepEqual(await results(counted, [1, 2, 3, END]), [1, 3, 6])
  })

  it('give away what they no longer keep', async () => {
    const purged: Build = (stream) =>
      stream
        .window(TEN)
        .trigger(PurgingTrigger.of(CountTrigger.of(2)))
        .process(new Spoiling())
    assert.deepEqual(await results(purged, [1, 2, 3, 4, END]), [3, 7])
  })

  it('keep an accumulator that is its own result', async () => {
    const counted: Build = (stream) =>
      stream.window(TEN).trigger(CountTrigger.of(1)).aggregate(count, new SpoilingResult())
    assert.deepEqual(await results(counted, [1, 2, 3, END]), [1, 2, 3])
    const sliding: Build = (stream) => stream.window(SLIDING).allowedLateness(50).aggregate(count, new SpoilingResult())
    assert.deepEqual(await results(sliding, [1, LATER, 2, { time: 19 }, 3, END]), [1, 2, 2, 3, 3])
  })

  it('keep what an evictor left, whatever is made of it', async () => {
    const reduced: Build = (stream) =>
      stream.window(TEN).allowedLateness(100).evictor(CountEvictor.of(100)).reduce(addInPlace, new Values())
    const sums = (await results(reduced, [1, 2, LATER, 3, END])) as [string, number, number, number[]][]
    assert.deepEqual(
      sums.map(([, , , values]) => values),
      [[3], [6]],
    )
    const lists: Build = (stream) =>
      stream.window(TEN).allowedLateness(100).evictor(CountEvictor.of(100)).process(new Spoiling())
    assert.deepEqual(await results(lists, [1, 2, LATER, 3, END]), [3, 6])
  })

  it('are given the objects themselves with pipeline.object-reuse, and still no list that is state', async () => {
    const context = new TestOperatorContext()
    context.configuration.set(PipelineOptions.OBJECT_REUSE, true)
    const seen = new Set<unknown>()
    class Keeping extends ProcessWindowFunction<Event, unknown, string, TimeWindow> {
      process(_key: string, _context: unknown, elements: Iterable<Event>, out: Collector<unknown>): void {
        for (const element of elements) seen.add(element)
        out.collect((elements as Event[]).splice(0).length)
      }
    }
    const binding = windowBinding((stream) => stream.window(SLIDING).allowedLateness(50).process(new Keeping()))
    const harness = await new OneInputStreamOperatorTestHarness(binding, context).open()
    const event: Event = ['a', 1]
    harness.processElement(event, 1)
    harness.processWatermark(19)
    harness.processElement(event, 2)
    const values = harness.context.output.take().flatMap((each) => (each.kind === 'record' ? [each.value] : []))
    assert.deepEqual(values, [1, 1, 2, 2])
    assert.deepEqual([...seen], [event])
    assert.equal([...seen][0], event)
    await harness.close()
  })
})

async function failure(build: Build, code: ErrorCode, message: RegExp): Promise<void> {
  await assert.rejects(results(build, [1, 2, END]), (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, message)
    return true
  })
}

class Assigning extends WindowAssigner<Event, TimeWindow> {
  readonly #windows: unknown
  constructor(windows: unknown) {
    super()
    this.#windows = windows
  }
  assignWindows(): TimeWindow[] {
    return this.#windows as TimeWindow[]
  }
  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }
  isEventTime(): boolean {
    return true
  }
}

class Evicting extends Evictor<Event, TimeWindow> {
  readonly #result: unknown
  constructor(result: unknown) {
    super()
    this.#result = result
  }
  evictBefore(_elements: TimestampedValue<Event>[]): void {
    return this.#result as undefined
  }
  evictAfter(): void {}
}

describe('window functions that forget something', () => {
  it('are told where getResult returns nothing', async () => {
    const nothing = { ...average, getResult: () => undefined as unknown }
    const message = /getResult of its windows returned undefined/
    await failure((stream) => stream.window(TEN).aggregate(nothing), 'RESULT_MISSING', message)
    await failure((stream) => stream.window(SLIDING).aggregate(nothing), 'RESULT_MISSING', message)
    const evicted: Build = (stream) => stream.window(TEN).evictor(CountEvictor.of(5)).aggregate(nothing)
    await failure(evicted, 'RESULT_MISSING', message)
  })

  it('are told where reduce and add return nothing under an evictor', async () => {
    const evicted = (stream: KeyedStream<Event, string>) => stream.window(TEN).evictor(CountEvictor.of(5))
    const reduce = (): Event => undefined as unknown as Event
    await failure(
      (stream) => untyped(evicted(stream).reduce(reduce)),
      'RESULT_MISSING',
      /reduce of its windows returned undefined/,
    )
    const adding = { ...average, add: (): readonly [number, number] => undefined as unknown as [number, number] }
    await failure(
      (stream) => untyped(evicted(stream).aggregate(adding)),
      'RESULT_MISSING',
      /add of its windows returned undefined/,
    )
  })

  it('are told where an evictor returns what it left', async () => {
    const evicted = (result: unknown): Build => {
      return (stream) => stream.window(TEN).evictor(new Evicting(result)).process(new Values())
    }
    await failure(evicted([]), 'EVICTOR_RESULT_UNUSED', /evictBefore of its evictor Evicting returned an array/)
    await failure(evicted(Promise.resolve()), 'ASYNC_NOT_ALLOWED', /evictBefore/)
  })

  it('are told where an assigner gives no array of windows', async () => {
    const assigned = (windows: unknown): Build => {
      return (stream) => stream.window(new Assigning(windows)).process(new Values())
    }
    const message = /assignWindows of Assigning returned/
    await failure(assigned(undefined), 'ASSIGNED_WINDOWS_INVALID', message)
    await failure(assigned(new TimeWindow(0, 10)), 'ASSIGNED_WINDOWS_INVALID', message)
    await failure(assigned([{ start: 0, end: 10 }]), 'ASSIGNED_WINDOWS_INVALID', message)
    const backwards = /returned \[TimeWindow\{start=10, end=0\}\]\. .* none of which ends before it starts/
    await failure(assigned([new TimeWindow(10, 0)]), 'ASSIGNED_WINDOWS_INVALID', backwards)
  })
})

describe('windows that keep something else than those of the snapshot', () => {
  async function restored(before: Build, after: Build): Promise<unknown> {
    const from = await new OneInputStreamOperatorTestHarness(windowBinding(before)).open()
    from.processElement(['a', 1], 1)
    const state = await from.snapshot(1)
    await from.close()
    return new OneInputStreamOperatorTestHarness(windowBinding(after)).open(state, 1)
  }
  const list: Build = (stream) => stream.window(TEN).process(new Values())
  const evicted: Build = (stream) => stream.window(TEN).evictor(CountEvictor.of(5)).process(new Values())
  const reduced: Build = (stream) => untyped(stream.window(TEN).reduce(add))

  for (const [name, before, after, difference] of [
    ['an evictor was added', list, evicted, /written as GENERIC and is declared as TIMESTAMPED\(GENERIC\)\)/],
    ['an evictor was taken away', evicted, list, /written as TIMESTAMPED\(GENERIC\) and is declared as GENERIC\)/],
    ['all records became a reduction', list, reduced, /it was list state and is reducing state\)/],
  ] as const) {
    it(`are refused when they start: ${name}`, async () => {
      await assert.rejects(restored(before, after), (error) => {
        assert.ok(FlinkError.is(error, 'WINDOW_CONTENTS_INCOMPATIBLE'), String(error))
        assert.match(error.message, difference)
        return true
      })
    })
  }

  it('are another thing than two states of one name in a program', async () => {
    class Both extends ProcessWindowFunction<Event, unknown, string, TimeWindow> {
      process(_key: string, context: ProcessWindowFunctionContext<TimeWindow>): void {
        const descriptor = new ValueStateDescriptor<number>('seen')
        context.globalState().getState(descriptor)
        context.windowState().getState(descriptor)
      }
    }
    const message =
      /'seen' of .* was registered as value state of the key and is asked for as value state of the key and window/
    await failure((stream) => stream.window(TEN).process(new Both()), 'STATE_NAME_CONFLICT', message)
  })
})
