/**
 * The parts that a job graph is drawn from. Each says how it is built and what a plain loop makes of the numbers that go into
 * it; how they are spread over subtasks must not matter. A new shape is a row here. Two inputs and timers have their place here.
 */
import type { Random } from '../../src/core/random/random.js'
import type { DataStream, SingleOutputStreamOperator, StreamExecutionEnvironment } from '../../src/index.js'
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
import { drawKeys, keyedBy, keyOf, labelOf, type KeyPlan } from './job-keys.js'
import type { FunctionBag, NumberRecord } from './job-world.js'
import { STATE_KINDS, type StateKind } from './keyed-totals.js'
import { RangeSource } from './range-source.js'

export type ShapeKind = keyof typeof SHAPES

/** What a shape may need to know of itself. */
interface ShapeDetails {
  readonly keys: KeyPlan
  readonly state: StateKind
  /** Records of a further source. */
  readonly records: number
  /** Runs in a task of its own, whatever could be chained. */
  readonly isAlone: boolean
}

/** One part of a graph, as drawn. */
export interface ShapePlan extends ShapeDetails {
  readonly kind: ShapeKind
}

/** Where a shape is built. */
export interface BuildPlace {
  readonly env: StreamExecutionEnvironment
  readonly functions: FunctionBag
  /** Begins the uid of each of its operators. */
  readonly uid: string
  readonly parallelism: number
  /** Ends a branch of the graph: counts it by key and commits that. */
  readonly endOf: (branch: string, numbers: DataStream<NumberRecord>) => void
}

type Numbers = DataStream<NumberRecord>

/** Takes what ends in the branch of a shape. */
type EndOf = (values: readonly number[]) => void

interface Shape {
  build(numbers: Numbers, place: BuildPlace, plan: ShapeDetails): Numbers
  /** What comes out of it; `endOf` for a branch of its own. */
  plain(values: readonly number[], plan: ShapeDetails, endOf: EndOf): number[]
}

/** Numbers of a further source. */
const FURTHER_FROM = 10_000_000

function unchanged(values: readonly number[]): number[] {
  return [...values]
}

/** The same numbers, on another way. */
function exchanged(by: (numbers: Numbers) => Numbers): Shape {
  return { build: (numbers, place, plan) => passedOn(by(numbers), place, plan), plain: unchanged }
}

const SHAPES = {
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
    build: (numbers, place, plan) => numbers.union(furtherSource(place, plan)),
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

const KINDS = Object.keys(SHAPES) as [ShapeKind, ...ShapeKind[]]

export function drawShapes(random: Random): ShapePlan[] {
  return Array.from({ length: random.nextInt(4) }, () => ({
    kind: oneOf(random, KINDS),
    keys: drawKeys(random),
    state: oneOf(random, STATE_KINDS),
    records: 50 + random.nextInt(400),
    isAlone: happens(random, 3),
  }))
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

function furtherSource(place: BuildPlace, { records }: ShapeDetails): Numbers {
  const uid = `${place.uid}-source`
  const range = { from: FURTHER_FROM, to: FURTHER_FROM + records }
  const source = place.functions.get(uid, (world) => new RangeSource(range, world, uid))
  return place.env.addSource(source).uid(uid).setParallelism(place.parallelism)
}

function placed<T>(
  stream: SingleOutputStreamOperator<T>,
  { uid, parallelism }: BuildPlace,
  { operator, isAlone }: { readonly operator: string; readonly isAlone: boolean },
): SingleOutputStreamOperator<T> {
  stream.uid(`${uid}-${operator}`).setParallelism(parallelism)
  return isAlone ? stream.disableChaining() : stream
}
