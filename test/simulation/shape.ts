/** What a part of a drawn graph is, and what all of them are built with. */
import type { DataStream, SingleOutputStreamOperator } from '../../src/index.js'
import type { KeyPlan } from './job-keys.js'
import { NUMBERS_A_SOURCE } from './job-time.js'
import type { NumberRecord } from './job-world.js'
import type { StateKind } from './keyed-totals.js'
import { numbersFrom, type SourcePlace } from './number-source.js'

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

/** Where a shape is built; `uid` begins that of each of its operators. */
export interface BuildPlace extends SourcePlace {
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
  return numbersFrom({ from, to: from + records }, { ...place, uid: `${place.uid}-source` })
}

export function placed<T>(
  stream: SingleOutputStreamOperator<T>,
  { uid, parallelism }: BuildPlace,
  { operator, isAlone }: { readonly operator: string; readonly isAlone: boolean },
): SingleOutputStreamOperator<T> {
  stream.uid(`${uid}-${operator}`).setParallelism(parallelism)
  return isAlone ? stream.disableChaining() : stream
}
