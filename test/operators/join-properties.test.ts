/** Joins of random records out of order, with restores in between, against the oracle; a failure prints its seed. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Collector } from '../../src/api/functions/collector.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import { ProcessJoinFunction, type ProcessJoinFunctionContext } from '../../src/api/functions/process-join-function.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { keyedPairBinding, pairBinding } from './join-case.js'
import {
  coGroup,
  intervalJoin,
  isRight,
  lateEmissionOf,
  pairEmission,
  pairsOf,
  type IntervalCase,
  type JoinStep,
} from './join-oracle.js'
import { OperatorRun } from './operator-run.js'
import { UNLIMITED } from './recording-output.js'
import { record, watermark, type ElementOfInput, type OutputElement } from './stream-elements.js'
import { TEST_STATE_BACKENDS, type TestStateBackend } from './test-state-backends.js'
import type { Event } from './window-case.js'
import { emission, type Segment, type WindowCase } from './window-oracle.js'
import { assignerOf, triggerOf, windowCases } from './window-arbitraries.js'

const LEFT_LATE = new OutputTag<Event>('left')
const RIGHT_LATE = new OutputTag<Event>('right')
const KEYS = ['a', 'b', 'c']
const INTERVAL_RUNS = 1000
const WINDOW_RUNS = 400

const intervals: fc.Arbitrary<IntervalCase> = fc
  .tuple(fc.integer({ min: -8, max: 8 }), fc.integer({ min: 0, max: 9 }))
  .map(([lower, width]) => ({ lower, upper: lower + width }))

const sides = fc.constantFrom('left' as const, 'right' as const)
type DrawnStep =
  | readonly ['record', 'left' | 'right', string, number]
  | readonly ['watermark', 'left' | 'right', number]
  | readonly ['restore']
  | readonly ['restart', number]

/** A record is a key and how far it is before or after the time of its side; a watermark lets this time go on. */
const drawnSteps: readonly fc.MaybeWeightedArbitrary<DrawnStep>[] = [
  {
    weight: 8,
    arbitrary: fc.tuple(
      fc.constant('record' as const),
      sides,
      fc.constantFrom(...KEYS),
      fc.integer({ min: -9, max: 9 }),
    ),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constant('watermark' as const), sides, fc.integer({ min: 1, max: 7 })) },
  { weight: 1, arbitrary: fc.constant(['restore'] as const) },
]
const drawnStep: fc.Arbitrary<DrawnStep> = fc.oneof(...drawnSteps)
/** Time begins anew so many ms before where it was. */
const drawnStepOrRestart: fc.Arbitrary<DrawnStep> = fc.oneof(...drawnSteps, {
  weight: 1,
  arbitrary: fc.tuple(fc.constant('restart' as const), fc.integer({ min: 0, max: 12 })),
})

function stepsOf(drawn: readonly DrawnStep[]): JoinStep[] {
  const now = { left: 0, right: 0 }
  let records = 0
  const steps = drawn.map((each): JoinStep => {
    if (each[0] === 'restore') return { kind: 'restore', forgetsTime: false }
    if (each[0] === 'restart') {
      for (const side of ['left', 'right'] as const) now[side] -= each[1]
      return { kind: 'restore', forgetsTime: true }
    }
    if (each[0] === 'watermark') {
      now[each[1]] += each[2]
      return { kind: 'watermark', side: each[1], timestamp: now[each[1]] }
    }
    records += 1
    const [, side, key, distance] = each
    const value = 2 * records - (side === 'left' ? 1 : 0)
    return { kind: 'record', side, key, value, timestamp: now[side] + distance }
  })
  const end = (['left', 'right'] as const).map((side) => ({ kind: 'watermark' as const, side, timestamp: Infinity }))
  return [...steps, ...end]
}

class Pairs extends ProcessJoinFunction<Event, Event, string> {
  processElement(left: Event, right: Event, ctx: ProcessJoinFunctionContext, out: Collector<string>): void {
    out.collect(pairEmission(left[0], left[1], right[1], ctx.getTimestamp()))
  }
}

function interval({ lower, upper }: IntervalCase): OperatorBinding {
  return keyedPairBinding((left, right) =>
    left
      .intervalJoin(right)
      .between(lower, upper)
      .sideOutputLeftLateData(LEFT_LATE)
      .sideOutputRightLateData(RIGHT_LATE)
      .process(new Pairs()),
  )
}

const keyOf = ([key]: Event): string => key

function coGrouped(of: WindowCase): OperatorBinding {
  return pairBinding((left, right) =>
    left
      .coGroup(right)
      .where(keyOf)
      .equalTo(keyOf)
      .window(assignerOf(of.assigner))
      .trigger(triggerOf(of.trigger))
      .allowedLateness(of.lateness)
      .apply((first: Iterable<Event>, second: Iterable<Event>, out: Collector<string>) => {
        const [ofFirst, ofSecond] = [[...first], [...second]]
        assert.ok(ofFirst.every(([, value]) => !isRight(value)) && ofSecond.every(([, value]) => isRight(value)))
        const all = [...ofFirst, ...ofSecond]
        out.collect(
          emission(
            all[0]?.[0] ?? '',
            0,
            0,
            all.map(([, value]) => value),
          ),
        )
      }),
  )
}

function joined(of: WindowCase): OperatorBinding {
  return pairBinding((left, right) =>
    left
      .join(right)
      .where(keyOf)
      .equalTo(keyOf)
      .window(assignerOf(of.assigner))
      .trigger(triggerOf(of.trigger))
      .allowedLateness(of.lateness)
      .apply((first, second) => pairEmission(first[0], first[1], second[1])),
  )
}

async function run(
  binding: OperatorBinding,
  backend: TestStateBackend,
  steps: readonly JoinStep[],
): Promise<Segment[]> {
  const test = { binding: () => binding, inputs: [], expected: [] }
  const operators = await OperatorRun.start({ test, backend, room: UNLIMITED, elements: [] })
  let restores = 0
  for (const step of steps) {
    if (step.kind === 'restore') {
      restores += 1
      if (step.forgetsTime) operators.forgetTime()
      await operators.snapshotAndRestore(1 + (restores % 3))
    } else await operators.process(elementOf(step))
  }
  await operators.end()
  return segmentsOf(operators.emitted)
}

function elementOf(step: Exclude<JoinStep, { kind: 'restore' }>): ElementOfInput {
  const input = step.side === 'left' ? 0 : 1
  if (step.kind === 'watermark') return { input, element: watermark(step.timestamp) }
  return { input, element: record([step.key, step.value], step.timestamp) }
}

function segmentsOf(emitted: readonly OutputElement[]): Segment[] {
  const segments: string[][] = []
  let segment: string[] = []
  for (const element of emitted) {
    if (element.kind === 'record') segment.push(String(element.value))
    else if (element.kind === 'side-record') {
      const side = element.tag === LEFT_LATE.getId() ? 'left' : 'right'
      segment.push(lateEmissionOf(side, (element.value as Event)[1]))
    } else if (element.kind === 'watermark') {
      segments.push(segment.sort())
      segment = []
    }
  }
  return segments
}

/** A coGroup function does not know the window. */
function withoutWindow(segments: readonly Segment[]): Segment[] {
  return segments.map((segment) => segment.map((line) => line.replace(/ -?\d+\.\.-?\d+/, ' 0..0')).sort())
}

describe('joins give what looking through all records gives', () => {
  for (const backend of TEST_STATE_BACKENDS) {
    it(`an interval join, on ${backend.name}`, async () => {
      await fc.assert(
        fc.asyncProperty(intervals, fc.array(drawnStepOrRestart, { maxLength: 45 }), async (of, drawn) => {
          const steps = stepsOf(drawn)
          const [given, expected] = [await run(interval(of), backend, steps), intervalJoin(of, steps)]
          // Where time begins anew, what is downstream has heard of the later one before.
          const isOneTime = !steps.some((step) => step.kind === 'restore' && step.forgetsTime)
          if (isOneTime) assert.deepEqual(given, expected)
          else assert.deepEqual(given.flat().sort(), expected.flat().sort())
        }),
        { numRuns: INTERVAL_RUNS },
      )
    })

    it(`a coGroup and a window join, on ${backend.name}`, async () => {
      await fc.assert(
        fc.asyncProperty(windowCases, fc.array(drawnStep, { maxLength: 45 }), async (of, drawn) => {
          const steps = stepsOf(drawn)
          const expected = coGroup(of, steps)
          assert.deepEqual(await run(coGrouped(of), backend, steps), withoutWindow(expected))
          assert.deepEqual(await run(joined(of), backend, steps), pairsOf(expected))
        }),
        { numRuns: WINDOW_RUNS },
      )
    })
  }
})
