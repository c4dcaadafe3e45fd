/**
 * Sessions that fire once, at their end, give what windows that merge give, in the same order of each key, and may be restored from
 * one into the other.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { DataStream } from '../../src/api/datastream/data-stream.js'
import type { WindowedStream } from '../../src/api/datastream/windowed-stream.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import { Types } from '../../src/api/types/types-table.js'
import { EventTimeSessionWindows } from '../../src/api/windowing/assigners/event-time-session-windows.js'
import { EventTimeTrigger } from '../../src/api/windowing/triggers/event-time-trigger.js'
import type { OnMergeContext, TriggerContext } from '../../src/api/windowing/triggers/trigger-context.js'
import type { TriggerResult } from '../../src/api/windowing/triggers/trigger-result.js'
import { Trigger } from '../../src/api/windowing/triggers/trigger.js'
import type { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { createOperator } from '../../src/runtime/taskmanager/task/operator-factory.js'
import { SessionWindowOperator } from '../../src/runtime/taskmanager/windowing/session-window-operator.js'
import { KEYS, RestoringRun, type RestoringStep } from './restoring-run.js'
import { record, watermark } from './stream-elements.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { TestOperatorContext } from './test-operator-context.js'
import { TEST_STATE_BACKENDS, type TestStateBackend } from './test-state-backends.js'
import { collected, windowBinding, type Event } from './window-case.js'

/** Bytes take longer, and differ in few things. */
const RUNS = { heap: 300, 'sorted bytes': 40 }
const LATE = new OutputTag<Event>('late')

type Way = 'sessions' | 'merging'
type Windows = WindowedStream<Event, string, TimeWindow>

/** Does what EventTimeTrigger does, which nobody knows of it. */
class UnknownTrigger extends Trigger<unknown, TimeWindow> {
  readonly #trigger = EventTimeTrigger.create()

  onElement(element: unknown, timestamp: number, window: TimeWindow, context: TriggerContext): TriggerResult {
    return this.#trigger.onElement(element, timestamp, window, context)
  }

  onProcessingTime(): TriggerResult {
    return this.#trigger.onProcessingTime()
  }

  onEventTime(timeMs: number, window: TimeWindow): TriggerResult {
    return this.#trigger.onEventTime(timeMs, window)
  }

  clear(window: TimeWindow, context: TriggerContext): void {
    this.#trigger.clear(window, context)
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(window: TimeWindow, context: OnMergeContext): void {
    this.#trigger.onMerge(window, context)
  }
}

const steps: fc.Arbitrary<RestoringStep[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constantFrom(...KEYS), fc.integer({ min: -20, max: 25 })) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
    { weight: 1, arbitrary: fc.record({ lost: fc.integer({ min: 0, max: 4 }) }) },
  ),
  { maxLength: 50 },
)

function bindingOf(way: Way, gap: number, build: (windows: Windows) => DataStream<string>): OperatorBinding {
  return windowBinding((stream) => {
    const assigner =
      gap > 0
        ? EventTimeSessionWindows.withGap(gap)
        : EventTimeSessionWindows.withDynamicGap(([, value]: Event) => 1 + (value % 7))
    const windows = stream.window(assigner).sideOutputLateData(LATE)
    return build(way === 'sessions' ? windows : windows.trigger(new UnknownTrigger()))
  })
}

function emitAll(key: string, window: TimeWindow, lists: Iterable<readonly number[]>, out: Collector<string>): void {
  for (const values of lists)
    out.collect(`${key} ${String(window.getStart())}..${String(window.getEnd())} ${values.join(' ')}`)
}

const FORMS: Readonly<Record<string, (windows: Windows) => DataStream<string>>> = {
  aggregate: (windows) => windows.aggregate(collected, emitAll),
  'aggregate of a declared type': (windows) => windows.aggregate(collected, emitAll, Types.LIST(Types.LONG)),
  reduce: (windows) =>
    windows.reduce(
      (left, right): Event => [`${left[0]} ${String(left[1])}`, right[1]],
      (key: string, window: TimeWindow, events: Iterable<Event>, out: Collector<string>) => {
        for (const event of events) out.collect(`${key} ${String(window.getEnd())} ${event.join(' ')}`)
      },
    ),
  apply: (windows) =>
    windows.apply((key: string, window: TimeWindow, events: Iterable<Event>, out: Collector<string>) => {
      const values = [...events].map(([, value]) => value)
      emitAll(key, window, [values], out)
    }),
}

const WAYS: Readonly<Record<string, (restores: number) => Way>> = {
  'always as sessions': () => 'sessions',
  'as sessions from a restore on': (restores) => (restores === 0 ? 'merging' : 'sessions'),
  'no longer as sessions from a restore on': (restores) => (restores === 0 ? 'sessions' : 'merging'),
  'as sessions every other time': (restores) => (restores % 2 === 0 ? 'sessions' : 'merging'),
}

interface Run {
  readonly backend: TestStateBackend
  readonly gap: number
  readonly build: (windows: Windows) => DataStream<string>
  readonly way: (restores: number) => Way
}

/** Among keys no order is promised. */
async function emittedBy(
  { backend, gap, build, way }: Run,
  drawn: readonly RestoringStep[],
): Promise<readonly string[][]> {
  const run = new RestoringRun((restores) => {
    const context = new TestOperatorContext()
    backend.install(context)
    return new StreamOperatorTestHarness(bindingOf(way(restores), gap, build), context)
  })
  const emitted = await run.emittedBy(drawn)
  return emitted.map((step) => step.toSorted(([left = ''], [right = '']) => left.localeCompare(right)))
}

describe('sessions that fire once', () => {
  for (const backend of TEST_STATE_BACKENDS) {
    for (const [form, build] of Object.entries(FORMS)) {
      for (const [name, way] of Object.entries(WAYS)) {
        it(`give what windows that merge give: ${form}, ${name}, on ${backend.name}`, async () => {
          await fc.assert(
            fc.asyncProperty(fc.integer({ min: 0, max: 8 }), steps, async (gap, drawn) => {
              const run = { backend, gap, build }
              const expected = await emittedBy({ ...run, way: () => 'merging' }, drawn)
              assert.deepEqual(await emittedBy({ ...run, way }, drawn), expected)
            }),
            { numRuns: RUNS[backend.name as keyof typeof RUNS] },
          )
        })
      }
    }
  }
})

describe('which sessions are those that fire once', () => {
  const operatorOf = (binding: OperatorBinding): unknown => createOperator(binding, new TestOperatorContext())
  const applied = FORMS['apply'] as (windows: Windows) => DataStream<string>

  it('by event time, with the default trigger and without lateness', () => {
    assert.ok(operatorOf(bindingOf('sessions', 5, applied)) instanceof SessionWindowOperator)
    assert.ok(!(operatorOf(bindingOf('merging', 5, applied)) instanceof SessionWindowOperator))
    assert.ok(
      !(
        operatorOf(bindingOf('sessions', 5, (windows) => applied(windows.allowedLateness(1)))) instanceof
        SessionWindowOperator
      ),
    )
  })
})

it('sessions of a snapshot of windows that merge fire at the end of the one that they became, though none of them ended there', async () => {
  const binding = (windowsOf: (windows: Windows) => Windows): OperatorBinding =>
    windowBinding((stream) =>
      windowsOf(stream.window(EventTimeSessionWindows.withDynamicGap(([, gap]: Event) => gap))).aggregate(
        collected,
        emitAll,
      ),
    )
  const before = new StreamOperatorTestHarness(binding((windows) => windows.trigger(new UnknownTrigger())))
  await before.open()
  for (const timestamp of [0, 20]) before.process({ input: 0, element: record(['a', 5], timestamp) })
  const state = await before.snapshot()
  await before.close()
  const after = new StreamOperatorTestHarness(binding((windows) => windows))
  await after.open(state, 1)
  after.process({ input: 0, element: record(['a', 40], 4) })
  after.process({ input: 0, element: watermark(42) })
  assert.deepEqual(after.context.output.take(), [watermark(42)])
  after.process({ input: 0, element: watermark(43) })
  assert.deepEqual(after.context.output.take(), [record('a 0..44 5 5 40', 43), watermark(43)])
  await after.close()
})
