/** Where numbers of a range come from, with event time in a job that has it. */
import type { DataStream, StreamExecutionEnvironment } from '../../src/index.js'
import { timesOf, type TimePlan } from './job-time.js'
import type { FunctionBag, NumberRecord } from './job-world.js'
import { RangeSource } from './range-source.js'
import { SplitSource } from './split-source.js'

export interface SourcePlace {
  readonly env: StreamExecutionEnvironment
  readonly functions: FunctionBag
  readonly uid: string
  readonly parallelism: number
  readonly time: TimePlan | undefined
}

export interface NumberSpan {
  readonly from: number
  readonly to: number
}

export function numbersFrom({ from, to }: NumberSpan, place: SourcePlace): DataStream<NumberRecord> {
  const { env, functions, uid, parallelism, time } = place
  if (time?.splits !== undefined) {
    const plan = { from, to, ...time.splits }
    const source = functions.get(uid, (world) => new SplitSource(plan, world, uid))
    return env.fromSource(source, timesOf(time), uid).uid(uid).setParallelism(parallelism)
  }
  const source = functions.get(uid, (world) => new RangeSource({ from, to }, world, uid))
  const numbers = env.addSource(source).uid(uid).setParallelism(parallelism)
  if (time === undefined) return numbers
  return numbers.assignTimestampsAndWatermarks(timesOf(time)).uid(`${uid}-time`).setParallelism(parallelism)
}
