/** Random assigners, triggers, lateness, records out of order and restores against the oracle; a failure prints its seed. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Collector } from '../../src/api/functions/collector.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import type { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { OperatorRun } from './operator-run.js'
import { UNLIMITED } from './recording-output.js'
import { record, watermark, type ElementOfInput, type OutputElement } from './stream-elements.js'
import { TEST_STATE_BACKENDS } from './test-state-backends.js'
import { windowBinding, type Event } from './window-case.js'
import { emission, lateEmission, WindowOracle, type Segment, type Step, type WindowCase } from './window-oracle.js'
import { assignerOf, triggerOf, windowCases } from './window-arbitraries.js'

const LATE = new OutputTag<Event>('late')
const KEYS = ['a', 'b', 'c']
const RUNS = 700

/** A record is a key and how far it is before or after the time; a number lets the time go on; a text restores. */
const drawnStep = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...KEYS), fc.integer({ min: -25, max: 12 })) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom('restore' as const) },
)

interface Restore {
  readonly kind: 'restore'
}

function stepsOf(drawn: readonly ([string, number] | number | 'restore')[]): (Step | Restore)[] {
  let now = -20
  let value = 0
  const steps = drawn.map((each): Step | Restore => {
    if (each === 'restore') return { kind: 'restore' }
    if (typeof each === 'number') {
      now += each
      return { kind: 'watermark', timestamp: now }
    }
    value += 1
    return { kind: 'record', key: each[0], value, timestamp: now + each[1] }
  })
  return [...steps, { kind: 'watermark', timestamp: Infinity }]
}

function listed(of: WindowCase): OperatorBinding {
  const emit = (key: string, window: TimeWindow, events: Iterable<Event>, out: Collector<string>): void => {
    const values = [...events].map(([, value]) => value)
    out.collect(emission(key, window.getStart(), window.getEnd(), values))
  }
  return windowBinding((stream) =>
    stream
      .window(assignerOf(of.assigner))
      .trigger(triggerOf(of.trigger))
      .allowedLateness(of.lateness)
      .sideOutputLateData(LATE)
      .apply(emit),
  )
}

/** The same by way of an accumulator, which `merge` may change. */
function aggregated(of: WindowCase): OperatorBinding {
  const collected = {
    createAccumulator: (): number[] => [],
    add: ([, value]: Event, values: number[]): number[] => [...values, value],
    getResult: (values: number[]): number[] => values,
    merge: (left: number[], right: number[]): number[] => [...left, ...right],
  }
  return windowBinding((stream) =>
    stream
      .window(assignerOf(of.assigner))
      .trigger(triggerOf(of.trigger))
      .allowedLateness(of.lateness)
      .sideOutputLateData(LATE)
      .aggregate(collected, (key: string, window: TimeWindow, results: Iterable<number[]>, out: Collector<string>) => {
        for (const values of results) out.collect(emission(key, window.getStart(), window.getEnd(), values))
      }),
  )
}

function textOf(element: OutputElement): string {
  if (element.kind === 'side-record') return lateEmission((element.value as Event)[1])
  assert.equal(element.kind, 'record')
  return String(element.value)
}

function segmentsOf(emitted: readonly OutputElement[]): Segment[] {
  const segments: string[][] = []
  let segment: string[] = []
  for (const element of emitted) {
    if (element.kind !== 'watermark') segment.push(textOf(element))
    else {
      segments.push(segment.sort())
      segment = []
    }
  }
  return segments
}

function elementOf(step: Step): ElementOfInput {
  if (step.kind === 'watermark') return { input: 0, element: watermark(step.timestamp) }
  return { input: 0, element: record([step.key, step.value], step.timestamp) }
}

describe('windows give what looking through all records gives', () => {
  for (const backend of TEST_STATE_BACKENDS) {
    for (const [form, binding] of Object.entries({ listed, aggregated })) {
      it(`${form}, on ${backend.name}`, async () => {
        await fc.assert(
          fc.asyncProperty(windowCases, fc.array(drawnStep, { maxLength: 45 }), async (of, drawn) => {
            const steps = stepsOf(drawn)
            const test = { binding: () => binding(of), inputs: [], expected: [] }
            const run = await OperatorRun.start({ test, backend, room: UNLIMITED, elements: [] })
            let restores = 0
            for (const step of steps) {
              if (step.kind === 'restore') {
                restores += 1
                await run.snapshotAndRestore(1 + (restores % 3))
              } else await run.process(elementOf(step))
            }
            await run.end()
            const given = steps.filter((step): step is Step => step.kind !== 'restore')
            assert.deepEqual(segmentsOf(run.emitted), new WindowOracle(of).run(given))
          }),
          { numRuns: RUNS },
        )
      })
    }
  }
})
