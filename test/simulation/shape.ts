/** What a part of a drawn graph is, and what all of them are built with. */
import type { DataStream, SingleOutputStreamOperator, StreamExecutionEnvironment } from '../../src/index.js'
import type { KeyPlan } from './job-keys.js'
import { NUMBERS_A_SOURCE, timesOf, type TimePlan } from './job-time.js'
import type { FunctionBag, NumberRecord } from './job-world.js'
import type { StateKind } from './keyed-totals.js'
import { RangeSource } from './range-source.js'

export type Numbers = DataStream<NumberRecord>

/** What a shape may need to know of itself. */
export interface ShapeDetails {
  readonly keys: KeyPlan
  readonly state: StateKind
  /** Records of a further source. */
  readonly records: number
  /** Runs in a task of its own, whatever could be chained. */
  readonly isAlone: boolean
}

/** Where a shape is built. */
export interface BuildPlace {
  readonly env: StreamExecutionEnvironment
  readonly functions: FunctionBag
  /** Begins the uid of each of its operators. */
  readonly uid: string
  readonly parallelism: number
  /** Undefined in a job without event time. */
  readonly time: TimePlan | undefined
  /** Ends a branch of the graph: counts it by key and commits that. */
  readonly endOf: (branch: string, numbers: Numbers) => void
}

/** Takes what ends in the branch of a shape. */
export type EndOf = (values: readonly number[]) => void

export interface Shape {
  build(numbers: Numbers, place: BuildPlace, plan: ShapeDetails): Numbers
  /** What comes out of it; `endOf` for a branch of its own. */
  plain(values: readonly number[], plan: ShapeDetails, endOf: EndOf): number[]
}

/** Numbers of a further source. */
export const FURTHER_FROM = NUMBERS_A_SOURCE

export function furtherSource(
  place: BuildPlace,
  { from, records }: { readonly from: number; readonly records: number },
): Numbers {
  const uid = `${place.uid}-source`
  const source = place.functions.get(uid, (world) => new RangeSource({ from, to: from + records }, world, uid))
  const numbers = place.env.addSource(source).uid(uid).setParallelism(place.parallelism)
  return withTimes(numbers, place)
}

/** With event time, in a job that has it. */
export function withTimes(
  numbers: Numbers,
  { time, uid, parallelism }: Pick<BuildPlace, 'time' | 'uid' | 'parallelism'>,
): Numbers {
  if (time === undefined) return numbers
  return numbers.assignTimestampsAndWatermarks(timesOf(time)).uid(`${uid}-time`).setParallelism(parallelism)
}

export function placed<T>(
  stream: SingleOutputStreamOperator<T>,
  { uid, parallelism }: BuildPlace,
  { operator, isAlone }: { readonly operator: string; readonly isAlone: boolean },
): SingleOutputStreamOperator<T> {
  stream.uid(`${uid}-${operator}`).setParallelism(parallelism)
  return isAlone ? stream.disableChaining() : stream
}
