/**
 * The parts that a job graph is drawn from. Each says how it is built and what a plain loop makes of the numbers that go into
 * it; how they are spread over subtasks must not matter. A new shape is a row here, or in `time-shapes.ts` with its timers.
 */
import type { Random } from '../../src/core/random/random.js'
import type { SingleOutputStreamOperator } from '../../src/index.js'
import { ASYNC_SHAPES } from './async-shapes.js'
import { happens, oneOf } from './draw.js'
import {
  countedNumber,
  isOdd,
  KeepOwnPart,
  Multiply,
  multiplied,
  NumberByKey,
  ODD_NUMBERS,
  PassOn,
  SplitOdd,
} from './job-functions.js'
import { drawKeys, keyedBy, keyOf, labelOf } from './job-keys.js'
import type { NumberRecord } from './job-world.js'
import { LOOP_SHAPES } from './loop-shapes.js'
import { STATE_KINDS } from './keyed-totals.js'
import {
  FURTHER_FROM,
  furtherSource,
  placed,
  type BuildPlace,
  type EndOf,
  type Numbers,
  type Shape,
  type ShapeDetails,
} from './shape.js'
import { TIME_SHAPES } from './time-shapes.js'
import { WINDOW_SHAPES } from './window-shapes.js'

export type ShapeKind = keyof typeof SHAPES

/** One part of a graph, as drawn. */
export interface ShapePlan extends ShapeDetails {
  readonly kind: ShapeKind
}

function unchanged(values: readonly number[]): number[] {
  return [...values]
}

/** The same numbers, on another way. */
function exchanged(by: (numbers: Numbers) => Numbers): Shape {
  return { build: (numbers, place, plan) => passedOn(by(numbers), place, plan), plain: unchanged }
}

const PLAIN_SHAPES = {
  chained: exchanged((numbers) => numbers),
  rebalance: exchanged((numbers) => numbers.rebalance()),
  rescale: exchanged((numbers) => numbers.rescale()),
  shuffle: exchanged((numbers) => numbers.shuffle()),
  global: exchanged((numbers) => numbers.global()),
  custom: exchanged((numbers) =>
    numbers.partitionCustom(
      (value: number, channels) => Math.abs(value * 7) % channels,
      ({ value }) => value,
    ),
  ),
  broadcast: {
    build: (numbers, place, plan) => {
      const kept = place.functions.get(`${place.uid}-own`, () => new KeepOwnPart())
      return placed(numbers.broadcast().filter(kept), place, { ...plan, operator: 'own' })
    },
    plain: unchanged,
  },
  flatMap: {
    build: (numbers, place, plan) => {
      const multiply = place.functions.get(`${place.uid}-times`, (world) => new Multiply(world))
      return placed(numbers.flatMap(multiply), place, { ...plan, operator: 'times' })
    },
    plain: (values) => values.flatMap(multiplied),
  },
  union: {
    build: (numbers, place, plan) => numbers.union(furtherSource(place, { from: FURTHER_FROM, records: plan.records })),
    plain: (values, { records }) => [...values, ...Array.from({ length: records }, (_, index) => FURTHER_FROM + index)],
  },
  /** Both halves of a side output come together again. */
  sideOutput: {
    build: (numbers, place, plan) => {
      const split = splitOdd(numbers, place, plan)
      return split.union(split.getSideOutput(ODD_NUMBERS))
    },
    plain: unchanged,
  },
  /** The side output has an end of its own. */
  sideBranch: {
    build: (numbers, place, plan) => {
      const split = splitOdd(numbers, place, plan)
      place.endOf(place.uid, split.getSideOutput(ODD_NUMBERS))
      return split
    },
    plain: (values, _, endOf) => {
      endOf(values.filter(isOdd))
      return values.filter((value) => !isOdd(value))
    },
  },
  keyed: {
    build: (numbers, place, { keys, state, ...plan }) => {
      const uid = `${place.uid}-numbers`
      const byKey = place.functions.get(uid, (world) => new NumberByKey(world, uid, state))
      const counted = keyedBy(numbers, keys).process<NumberRecord>(byKey)
      return placed(counted, place, { ...plan, operator: 'numbers' })
    },
    plain: (values, { keys }) => {
      const counts = new Map<string, number>()
      return values.map((value) => {
        const label = labelOf(keyOf(value, keys))
        const count = (counts.get(label) ?? 0) + 1
        counts.set(label, count)
        return countedNumber(label, count)
      })
    },
  },
} satisfies Readonly<Record<string, Shape>>

const ALL_TIME_SHAPES = { ...TIME_SHAPES, ...WINDOW_SHAPES }
const SHAPES = { ...PLAIN_SHAPES, ...ALL_TIME_SHAPES, ...LOOP_SHAPES, ...ASYNC_SHAPES }

type Kinds<T> = [keyof T, ...(keyof T)[]]

const PLAIN_KINDS = Object.keys(PLAIN_SHAPES) as Kinds<typeof PLAIN_SHAPES>
const EXCHANGES: Kinds<typeof PLAIN_SHAPES> = [
  'rebalance',
  'rescale',
  'shuffle',
  'global',
  'custom',
  'broadcast',
  'keyed',
]
const ASYNC_KINDS = Object.keys(ASYNC_SHAPES) as Kinds<typeof ASYNC_SHAPES>
const LOOP_KINDS = Object.keys(LOOP_SHAPES) as Kinds<typeof LOOP_SHAPES>
const TIME_KINDS = Object.keys(ALL_TIME_SHAPES) as Kinds<typeof ALL_TIME_SHAPES>

export function drawShapes(random: Random): ShapePlan[] {
  return Array.from({ length: random.nextInt(4) }, () => drawShape(random, PLAIN_KINDS))
}

/** One at least, and more with time than without. */
export function drawTimeShapes(random: Random): ShapePlan[] {
  const first = drawShape(random, TIME_KINDS)
  const others = Array.from({ length: random.nextInt(3) }, () =>
    drawShape(random, happens(random, 3) ? PLAIN_KINDS : TIME_KINDS),
  )
  return [first, ...others]
}

/** Those that say themselves how their records go. */
export function drawExchanges(random: Random): ShapePlan[] {
  return Array.from({ length: random.nextInt(4) }, () => drawShape(random, EXCHANGES))
}

/** One with time at least, and what lies around it: exchanges, and more with time. */
export function drawUnalignedTimeShapes(random: Random): ShapePlan[] {
  const around = Array.from({ length: random.nextInt(3) }, () =>
    drawShape(random, happens(random, 2) ? EXCHANGES : TIME_KINDS),
  )
  around.splice(random.nextInt(around.length + 1), 0, drawShape(random, TIME_KINDS))
  return around
}

/** A loop, and in front of it and after it what may come. */
export function drawLoopShapes(random: Random): ShapePlan[] {
  const around = drawShapes(random).slice(0, 2)
  around.splice(random.nextInt(around.length + 1), 0, drawShape(random, LOOP_KINDS))
  return around
}

/** One that asks, and in front of it and after it what may come. */
export function drawAsyncShapes(random: Random): ShapePlan[] {
  const around = drawShapes(random).slice(0, 2)
  around.splice(random.nextInt(around.length + 1), 0, drawShape(random, ASYNC_KINDS))
  return around
}

function drawShape(random: Random, kinds: readonly [ShapeKind, ...ShapeKind[]]): ShapePlan {
  return {
    kind: oneOf(random, kinds),
    keys: drawKeys(random),
    state: oneOf(random, STATE_KINDS),
    records: 50 + random.nextInt(400),
    isAlone: happens(random, 3),
  }
}

export function buildShape(numbers: Numbers, place: BuildPlace, plan: ShapePlan): Numbers {
  const shape: Shape = SHAPES[plan.kind]
  return shape.build(numbers, place, plan)
}

export function plainShape(values: readonly number[], plan: ShapePlan, endOf: EndOf): number[] {
  const shape: Shape = SHAPES[plan.kind]
  return shape.plain(values, plan, endOf)
}

function passedOn(numbers: Numbers, place: BuildPlace, plan: ShapeDetails): Numbers {
  const uid = `${place.uid}-pass`
  const pass = place.functions.get(uid, (world) => new PassOn(world, uid))
  return placed(numbers.map(pass), place, { ...plan, operator: 'pass' })
}

function splitOdd(numbers: Numbers, place: BuildPlace, plan: ShapeDetails): SingleOutputStreamOperator<NumberRecord> {
  const split = place.functions.get(`${place.uid}-split`, (world) => new SplitOdd(world))
  return placed(numbers.process(split), place, { ...plan, operator: 'split' })
}
