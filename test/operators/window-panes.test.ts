/**
 * Sliding windows that share panes give what windows give of which each is added to by itself: in any order of records, however
 * late, and over restores from one way into the other, after which time begins anew.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { WindowedStream } from '../../src/api/datastream/windowed-stream.js'
import type { AggregateFunction } from '../../src/api/functions/aggregate-function.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import { SlidingEventTimeWindows } from '../../src/api/windowing/assigners/sliding-event-time-windows.js'
import type { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import type { DataStream } from '../../src/api/datastream/data-stream.js'
import { SILENT_LOGGER } from '../../src/core/logging/silent-logger.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { KEYS, MANY, RestoringRun, type RestoringStep } from './restoring-run.js'
import { record, watermark } from './stream-elements.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { TestOperatorContext } from './test-operator-context.js'
import { TEST_STATE_BACKENDS, type TestStateBackend } from './test-state-backends.js'
import { collected, windowBinding, type Event } from './window-case.js'

/** Bytes take longer, and differ in few things. */
const RUNS = { heap: 400, 'sorted bytes': 60 }
const LATE = new OutputTag<Event>('late')

type Sharing = 'shared' | 'apart'
type Windows = WindowedStream<Event, string, TimeWindow>

interface Case {
  readonly size: number
  readonly slide: number
  readonly offset: number
  readonly lateness: number
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    slide: fc.integer({ min: 1, max: 6 }),
    more: fc.integer({ min: 1, max: 20 }),
    offset: fc.integer({ min: -5, max: 5 }),
    lateness: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 15 })),
  })
  .map(({ slide, more, offset, lateness }) => ({ size: slide + more, slide, offset: offset % slide, lateness }))

const steps: fc.Arbitrary<RestoringStep[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constantFrom(...KEYS), fc.integer({ min: -30, max: 15 })) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 12 }) },
    { weight: 1, arbitrary: fc.record({ lost: fc.integer({ min: 0, max: 4 }) }) },
  ),
  { maxLength: 50 },
)

function windowed(
  { size, slide, offset, lateness }: Case,
  build: (windows: Windows) => DataStream<string>,
): OperatorBinding {
  return windowBinding((stream) =>
    build(
      stream
        .window(SlidingEventTimeWindows.of(size, slide, offset))
        .allowedLateness(lateness)
        .sideOutputLateData(LATE),
    ),
  )
}

function emitAll(key: string, window: TimeWindow, results: Iterable<readonly number[]>, out: Collector<string>): void {
  for (const values of results) {
    out.collect(`${key} ${String(window.getStart())}..${String(window.getEnd())} ${values.toSorted().join(' ')}`)
  }
}

/** The number of the first record, and how many there are: of which one counts as MANY. */
function firstAndCount(left: Event, right: Event): Event {
  return [left[0], (left[1] % MANY) + MANY * (Math.floor(left[1] / MANY) + Math.floor(right[1] / MANY))]
}

function emitFirst(key: string, window: TimeWindow, results: Iterable<Event>, out: Collector<string>): void {
  for (const [, value] of results) {
    const count = Math.floor(value / MANY)
    out.collect(`${key} ${String(window.getEnd())} first ${String(value % MANY)} of ${String(count)}`)
  }
}

interface Run {
  readonly binding: () => OperatorBinding
  readonly backend: TestStateBackend
  /** After so many restores. */
  readonly sharing: (restores: number) => Sharing
}

async function emittedBy({ binding, backend, sharing }: Run, drawn: readonly RestoringStep[]): Promise<string[][]> {
  const run = new RestoringRun((restores) => {
    const context = new TestOperatorContext()
    const isShared = sharing(restores) === 'shared'
    context.configuration.setString('pipeline.share-window-panes', String(isShared))
    backend.install(context)
    return new StreamOperatorTestHarness(binding(), context)
  })
  return (await run.emittedBy(drawn)).map((emitted) => emitted.toSorted())
}

const WAYS: Readonly<Record<string, (restores: number) => Sharing>> = {
  'always shared': () => 'shared',
  'shared from a restore on': (restores) => (restores === 0 ? 'apart' : 'shared'),
  'no longer shared from a restore on': (restores) => (restores === 0 ? 'shared' : 'apart'),
  'shared every other time': (restores) => (restores % 2 === 0 ? 'shared' : 'apart'),
}

/** The first record is the same only where no restore changes the way: contents of both would have to be told apart by time. */
const FORMS = {
  collected: {
    binding: (of: Case) => windowed(of, (windows) => windows.aggregate(collected, emitAll)),
    ways: Object.keys(WAYS),
  },
  'first and count': {
    binding: (of: Case) => windowed(of, (windows) => windows.reduce(firstAndCount, emitFirst)),
    ways: ['always shared'],
  },
}

describe('sliding windows that share panes', () => {
  for (const backend of TEST_STATE_BACKENDS) {
    for (const [form, { binding, ways }] of Object.entries(FORMS)) {
      for (const way of ways) {
        it(`give what each gives by itself: ${form}, ${way}, on ${backend.name}`, async () => {
          const sharing = WAYS[way]
          assert.ok(sharing)
          await fc.assert(
            fc.asyncProperty(cases, steps, async (of, drawn) => {
              const run = { binding: () => binding(of), backend }
              const expected = await emittedBy({ ...run, sharing: () => 'apart' }, drawn)
              assert.deepEqual(await emittedBy({ ...run, sharing }, drawn), expected)
            }),
            { numRuns: RUNS[backend.name as keyof typeof RUNS] },
          )
        })
      }
    }
  }
})

interface Calls {
  add: number
  merge: number
}

/** A counting aggregation that counts its calls. */
function counting(
  calls: Calls,
  merge: (left: number, right: number) => number,
): AggregateFunction<Event, number, number> {
  return {
    createAccumulator: () => 0,
    add: (_event, count) => {
      calls.add += 1
      return count + 1
    },
    getResult: (count) => count,
    merge: (left, right) => {
      calls.merge += 1
      return merge(left, right)
    },
  }
}

async function countedBy(
  of: Case,
  { merge, sharing, records }: { merge: (left: number, right: number) => number; sharing: Sharing; records: number },
): Promise<{ readonly calls: Calls; readonly results: readonly number[]; readonly logged: readonly string[] }> {
  const calls = { add: 0, merge: 0 }
  const binding = windowBinding((stream) =>
    stream.window(SlidingEventTimeWindows.of(of.size, of.slide, of.offset)).aggregate(counting(calls, merge)),
  )
  const logged: string[] = []
  const logger = { ...SILENT_LOGGER, info: (message: string) => logged.push(message) }
  const context = new TestOperatorContext({ logger })
  context.configuration.setString('pipeline.share-window-panes', String(sharing === 'shared'))
  const harness = await new StreamOperatorTestHarness(binding, context).open()
  for (let time = 0; time < records; time += 1) {
    harness.process({ input: 0, element: record(['a', time], time) })
    harness.process({ input: 0, element: watermark(time - 1) })
  }
  harness.process({ input: 0, element: watermark(Infinity) })
  const emitted = context.output.take()
  await harness.finish()
  await harness.close()
  const results = emitted.flatMap((element) => (element.kind === 'record' ? [element.value as number] : []))
  return { calls, results, logged }
}

const sum = (left: number, right: number): number => left + right
const MANY_PANES: Case = { size: 600, slide: 1, offset: 0, lateness: 0 }

describe('the functions of sliding windows', () => {
  it('add a record once and merge about three times a window, of 600 panes', async () => {
    const { calls, results } = await countedBy(MANY_PANES, { merge: sum, sharing: 'shared', records: 3000 })
    assert.equal(results.length, 3599)
    assert.equal(Math.max(...results), 600)
    // A few more are the trial.
    assert.ok(calls.add < 3010, String(calls.add))
    assert.ok(calls.merge < 3.1 * results.length, String(calls.merge))
  })

  it('add a record to each window, and merge nothing, where panes are not to be shared', async () => {
    const of = { size: 10, slide: 2, offset: 0, lateness: 0 }
    const { calls, results } = await countedBy(of, { merge: sum, sharing: 'apart', records: 100 })
    assert.deepEqual(calls, { add: 500, merge: 0 })
    const shared = await countedBy(of, { merge: sum, sharing: 'shared', records: 100 })
    assert.deepEqual(shared.results, results)
  })

  const wrong: Readonly<Record<string, (left: number, right: number) => number>> = {
    'gives one of its arguments': (left) => left,
    throws: () => {
      throw new Error('not needed')
    },
    'gives nothing': () => undefined as unknown as number,
  }
  for (const [what, merge] of Object.entries(wrong)) {
    it(`share no panes where merge ${what}, and say so once`, async () => {
      const of = { size: 6, slide: 2, offset: 0, lateness: 0 }
      const { results, logged } = await countedBy(of, { merge, sharing: 'shared', records: 20 })
      assert.deepEqual(results, (await countedBy(of, { merge: sum, sharing: 'apart', records: 20 })).results)
      assert.equal(logged.filter((text) => text.includes('share no panes')).length, 1)
    })
  }

  it('take of equal elements the first that came, in whatever pane it lies', async () => {
    const binding = windowBinding((stream) => stream.window(SlidingEventTimeWindows.of(4, 2)).minBy('1'))
    const harness = await new StreamOperatorTestHarness(binding, new TestOperatorContext()).open()
    for (const [value, text, time] of [
      [7, 'x', 1],
      [3, 'y', 3],
    ] as const) {
      harness.process({ input: 0, element: record(['a', value, text], time) })
    }
    harness.process({ input: 0, element: record(['a', 3, 'z'], 0) })
    harness.process({ input: 0, element: watermark(Infinity) })
    const texts = harness.context.output.take().flatMap((element) => (element.kind === 'record' ? [element.value] : []))
    await harness.finish()
    await harness.close()
    assert.deepEqual(texts, [
      ['a', 3, 'z'],
      ['a', 3, 'y'],
      ['a', 3, 'y'],
    ])
  })
})
