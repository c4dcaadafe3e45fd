/**
 * The job that is simulated: numbers -> (may fail) -> what the scenario draws -> by key -> counted in state -> transactional
 * sink; and the same in a plain loop.
 */
import type { DataStream, StreamExecutionEnvironment } from '../../src/index.js'
import { UNASKED_PREFIX, unaskedNumbers } from './hand-out-job.js'
import { CountByKey, PassOn, Spoil } from './job-functions.js'
import { keyedBy, keyOf, labelOf, type KeyPlan } from './job-keys.js'
import { buildShape, plainShape } from './job-shapes.js'
import { NUMBERS_A_SOURCE, timesOfQuiet, type TimePlan } from './job-time.js'
import type { FunctionBag, JobWorld, NumberRecord } from './job-world.js'
import { numbersFrom, type NumberSpan, type SourcePlace } from './number-source.js'
import { QuietSource } from './quiet-source.js'
import type { Scenario } from './scenario.js'
import { TransactionalSink } from './transactional-sink.js'

/** The second region. */
const APART = 'apart'
const FROM_APART = 10 * NUMBERS_A_SOURCE

export function buildCountingJob(
  env: StreamExecutionEnvironment,
  functions: FunctionBag,
  { scenario, plan }: Pick<JobWorld, 'scenario' | 'plan'>,
): void {
  const { sourceParallelism, parallelism, shapeParallelism } = plan
  const { time } = scenario
  const source = { env, functions, uid: 'source', parallelism: sourceParallelism, time }
  let numbers = numbersThatMayFail({ from: 0, to: scenario.records }, source, 'may-fail')
  const spoil = functions.get('spoil', (world) => new Spoil(world))
  numbers.addSink(spoil).uid('spoil').setParallelism(sourceParallelism)
  if (time !== undefined) numbers = numbers.union(quietSource(env, functions, { time, parallelism: sourceParallelism }))
  const endOf = (branch: string, ending: DataStream<NumberRecord>): void => {
    endInSink(ending, branch, functions, { scenario, plan })
  }
  for (const [index, shape] of scenario.shapes.entries()) {
    const uid = `shape-${index}`
    const place = { env, functions, uid, parallelism: shapeParallelism[index] ?? parallelism, time, endOf }
    numbers = buildShape(numbers, place, shape)
  }
  endOf('', numbers)
  if (scenario.recordsApart === 0) return
  const apart = { ...source, uid: `${APART}-source`, parallelism }
  endOf(APART, numbersThatMayFail(spanApart(scenario), apart, `${APART}-may-fail`))
}

function numbersThatMayFail(span: NumberSpan, place: SourcePlace, uid: string): DataStream<NumberRecord> {
  const mayFail = place.functions.get(uid, (world) => new PassOn(world, uid))
  return numbersFrom(span, place).map(mayFail).uid(uid).setParallelism(place.parallelism)
}

function spanApart({ recordsApart }: Scenario): NumberSpan {
  return { from: FROM_APART, to: FROM_APART + recordsApart }
}

function quietSource(
  env: StreamExecutionEnvironment,
  functions: FunctionBag,
  { time, parallelism }: { readonly time: TimePlan; readonly parallelism: number },
): DataStream<NumberRecord> {
  const quiet = functions.get('quiet', (world) => new QuietSource(world))
  const nothing = env.addSource(quiet).uid('quiet').setParallelism(parallelism)
  if (time.quiet === 'says that it is idle') return nothing
  return nothing.assignTimestampsAndWatermarks(timesOfQuiet(time)).uid('quiet-time').setParallelism(parallelism)
}

function endInSink(
  numbers: DataStream<NumberRecord>,
  branch: string,
  functions: FunctionBag,
  { scenario, plan }: Pick<JobWorld, 'scenario' | 'plan'>,
): void {
  const uid = branch === '' ? 'count' : `${branch}-count`
  const sinkUid = branch === '' ? 'sink' : `${branch}-sink`
  const { keys, state: kind } = scenario.count
  const count = functions.get(uid, (world) => new CountByKey(world, { uid, kind, prefix: prefixOf(branch) }))
  keyedBy(numbers, keys)
    .process(count)
    .uid(uid)
    .setParallelism(plan.parallelism)
    .addSink(functions.get(sinkUid, (world) => new TransactionalSink(world, sinkUid)))
    .uid(sinkUid)
    .setParallelism(plan.sinkParallelism)
}

export interface PlainTotal {
  readonly count: number
  readonly sum: number
}

/** What every key must have come to, by its label. */
export function plainTotals(scenario: Scenario): Map<string, PlainTotal> {
  const totals = new Map<string, PlainTotal>()
  let values = Array.from({ length: scenario.records }, (_, value) => value)
  if (scenario.handOut !== undefined) {
    addUp(totals, unaskedNumbers(scenario.handOut), scenario.count.keys, UNASKED_PREFIX)
  }
  for (const [index, shape] of scenario.shapes.entries()) {
    values = plainShape(values, shape, (ending) => {
      addUp(totals, ending, scenario.count.keys, prefixOf(`shape-${index}`))
    })
  }
  addUp(totals, values, scenario.count.keys, '')
  const { from } = spanApart(scenario)
  const apart = Array.from({ length: scenario.recordsApart }, (_, index) => from + index)
  addUp(totals, apart, scenario.count.keys, prefixOf(APART))
  return totals
}

/** How many records all sinks commit. */
export function plainRecords(scenario: Scenario): number {
  return [...plainTotals(scenario).values()].reduce((sum, { count }) => sum + count, 0)
}

function addUp(totals: Map<string, PlainTotal>, values: readonly number[], keys: KeyPlan, prefix: string): void {
  for (const value of values) {
    const label = prefix + labelOf(keyOf(value, keys))
    const { count, sum } = totals.get(label) ?? { count: 0, sum: 0 }
    totals.set(label, { count: count + 1, sum: sum + value })
  }
}

function prefixOf(branch: string): string {
  return branch === '' ? '' : `${branch}: `
}
