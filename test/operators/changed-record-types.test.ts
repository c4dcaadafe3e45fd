/** What windows, sessions and joins hold becomes what it is declared as, where records have other fields than in the snapshot. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DataStream } from '../../src/api/datastream/data-stream.js'
import type { KeyedStream } from '../../src/api/datastream/keyed-stream.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { ProcessJoinFunction, type ProcessJoinFunctionContext } from '../../src/api/functions/process-join-function.js'
import type { TypeInformation } from '../../src/api/types/type-information.js'
import { Types } from '../../src/api/types/types-table.js'
import { EventTimeSessionWindows } from '../../src/api/windowing/assigners/event-time-session-windows.js'
import { SlidingEventTimeWindows } from '../../src/api/windowing/assigners/sliding-event-time-windows.js'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import type { WindowAssigner } from '../../src/api/windowing/assigners/window-assigner.js'
import { CountEvictor } from '../../src/api/windowing/evictors/count-evictor.js'
import {
  ProcessWindowFunction,
  type ProcessWindowFunctionContext,
} from '../../src/api/windowing/functions/process-window-function.js'
import { EventTimeTrigger } from '../../src/api/windowing/triggers/event-time-trigger.js'
import { PurgingTrigger } from '../../src/api/windowing/triggers/purging-trigger.js'
import type { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { keyedPairBinding } from './join-case.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import { TestOperatorContext } from './test-operator-context.js'
import { TEST_STATE_BACKENDS, type TestStateBackend } from './test-state-backends.js'
import { TwoInputStreamOperatorTestHarness } from './two-input-stream-operator-test-harness.js'
import { windowBinding, type Event } from './window-case.js'

type Type = TypeInformation<Event>
type Build = (stream: KeyedStream<Event, string>) => DataStream<unknown>

const BEFORE = Types.TUPLE(Types.STRING, Types.OBJECT({ n: Types.INT, gone: Types.INT })) as unknown as Type
const AFTER = Types.TUPLE(Types.STRING, Types.OBJECT({ n: Types.LONG, more: Types.STRING })) as unknown as Type
const OTHER = Types.TUPLE(Types.STRING, Types.OBJECT({ n: Types.STRING, gone: Types.INT })) as unknown as Type

const before = (n: number): Event => ['a', { n, gone: 1 }] as never
const after = (n: number): unknown => ['a', { n, more: undefined }]

class Elements extends ProcessWindowFunction<Event, unknown, string, TimeWindow> {
  process(
    _key: string,
    _context: ProcessWindowFunctionContext<TimeWindow>,
    elements: Iterable<Event>,
    out: Collector<unknown>,
  ): void {
    out.collect([...elements])
  }
}

class Pairs extends ProcessJoinFunction<Event, Event, unknown> {
  processElement(left: Event, right: Event, _ctx: ProcessJoinFunctionContext, out: Collector<unknown>): void {
    out.collect([left, right])
  }
}

const second = (_first: Event, next: Event): Event => next
const untyped = (stream: DataStream<Event>): DataStream<unknown> => stream as unknown as DataStream<unknown>
const all = (assigner: WindowAssigner<Event, TimeWindow>): Build => {
  return (stream) => stream.window(assigner).process(new Elements())
}
const TEN = TumblingEventTimeWindows.of(10)
const SLIDING = SlidingEventTimeWindows.of(20, 10)
const SESSIONS = EventTimeSessionWindows.withGap(10)

/** Each with a record or two of a key at 1 and 2. */
const WINDOWS: readonly (readonly [name: string, build: Build, fired: unknown])[] = [
  ['all records of a window', all(TEN), [after(1), after(2)]],
  ['a reduction', (stream) => untyped(stream.window(TEN).reduce(second)), after(2)],
  ['panes of sliding windows', all(SLIDING), [after(1), after(2)]],
  ['reduced panes', (stream) => untyped(stream.window(SLIDING).reduce(second)), after(2)],
  ['sessions', all(SESSIONS), [after(1), after(2)]],
  ['reduced sessions', (stream) => untyped(stream.window(SESSIONS).reduce(second)), after(2)],
  [
    'records of windows with an evictor',
    (stream) => stream.window(TEN).evictor(CountEvictor.of(5)).process(new Elements()),
    [after(1), after(2)],
  ],
  [
    'sessions that merge, with a trigger',
    (stream) => stream.window(SESSIONS).trigger(PurgingTrigger.of(EventTimeTrigger.create())).process(new Elements()),
    [after(1), after(2)],
  ],
]

function contextOf(backend: TestStateBackend): TestOperatorContext {
  const context = new TestOperatorContext()
  backend.install(context)
  return context
}

async function snapshotBefore(build: Build, backend: TestStateBackend): Promise<OperatorSubtaskState | undefined> {
  const harness = await windowsOf(build, BEFORE, backend).open()
  for (const n of [1, 2]) harness.processElement(before(n), n)
  const state = await harness.snapshot(1)
  await harness.close()
  return state
}

function windowsOf(build: Build, type: Type, backend: TestStateBackend): OneInputStreamOperatorTestHarness {
  return new OneInputStreamOperatorTestHarness(windowBinding(build, type), contextOf(backend))
}

describe('windows whose records have other fields now', () => {
  for (const backend of TEST_STATE_BACKENDS) {
    for (const [name, build, fired] of WINDOWS) {
      it(`give ${name} as they are declared, and are refused where only a migration would do (${backend.name})`, async () => {
        const state = await snapshotBefore(build, backend)
        const harness = await windowsOf(build, AFTER, backend).open(state, 1)
        harness.processWatermark(15)
        assert.deepStrictEqual(harness.context.output.values()[0], fired)
        await harness.close()
        await assert.rejects(windowsOf(build, OTHER, backend).open(state, 1), { code: 'WINDOW_CONTENTS_INCOMPATIBLE' })
      })
    }
  }
})

describe('an interval join whose records have other fields now', () => {
  for (const backend of TEST_STATE_BACKENDS) {
    it(`joins those of the snapshot as they are declared (${backend.name})`, async () => {
      const bindingOf = (type: Type): OperatorBinding =>
        keyedPairBinding((left, right) => left.intervalJoin(right).between(-5, 5).process(new Pairs()), type)
      const first = await new TwoInputStreamOperatorTestHarness(bindingOf(BEFORE), contextOf(backend)).open()
      first.processElement1(before(1), 1)
      const state = await first.snapshot(1)
      await first.close()
      const next = await new TwoInputStreamOperatorTestHarness(bindingOf(AFTER), contextOf(backend)).open(state, 1)
      next.processElement2(after(2), 2)
      assert.deepStrictEqual(next.context.output.values(), [[after(1), after(2)]])
      await next.close()
      const other = new TwoInputStreamOperatorTestHarness(bindingOf(OTHER), contextOf(backend))
      await assert.rejects(other.open(state, 1), { code: 'STATE_TYPE_INCOMPATIBLE' })
    })
  }
})
