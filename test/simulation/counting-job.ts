/**
 * The job that is simulated: numbers -> (may fail) -> what the scenario draws -> by key -> counted in state -> transactional
 * sink; and the same in a plain loop.
 */
import { WatermarkStrategy, type DataStream, type StreamExecutionEnvironment } from '../../src/index.js'
import { UNASKED_PREFIX, unaskedNumbers } from './hand-out-job.js'
import { CountByKey, PassOn, Spoil } from './job-functions.js'
import { keyedBy, keyOf, labelOf, type KeyPlan } from './job-keys.js'
import { buildShape, plainShape } from './job-shapes.js'
import { NUMBERS_A_SOURCE, timesOfQuiet, type TimePlan } from './job-time.js'
import { endInCommittingSink } from './committing-sinks.js'
import type { FunctionBag, JobWorld, NumberRecord } from './job-world.js'
import { numbersFrom, type NumberSpan, type SourcePlace } from './number-source.js'
import { QuietSource } from './quiet-source.js'
import type { Scenario, SplitNumbers } from './scenario.js'
import { SplitSource } from './split-source.js'
import { TransactionalSink } from './transactional-sink.js'
import type { CountRecord } from './transactional-store.js'

/** The second region. */
const APART = 'apart'
const FROM_APART = 10 * NUMBERS_A_SOURCE
/** Those of one subtask each. */
const ALONE = 'alone'
const FROM_ALONE = 20 * NUMBERS_A_SOURCE

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
    numbers = buildShape(scenario.rebalances ? numbers.rebalance() : numbers, place, shape)
  }
  endOf('', numbers)
  if (scenario.alone !== undefined) buildAlone(scenario.alone, { env, functions, parallelism })
  if (scenario.recordsApart === 0) return
  const apart = { ...source, uid: `${APART}-source`, parallelism }
  endOf(APART, numbersThatMayFail(spanApart(scenario), apart, `${APART}-may-fail`))
}

/** No exchange: each subtask counts what it reads, and each number is a key. */
function buildAlone(
  { records, splits, discoveryMs }: SplitNumbers,
  { env, functions, parallelism }: Pick<SourcePlace, 'env' | 'functions' | 'parallelism'>,
): void {
  const [uid, mayFailUid, sinkUid] = [`${ALONE}-source`, `${ALONE}-may-fail`, `${ALONE}-sink`]
  const plan = { from: FROM_ALONE, to: FROM_ALONE + records, splits, discoveryMs }
  env
    .fromSource(
      functions.get(uid, (world) => new SplitSource(plan, world, uid)),
      WatermarkStrategy.noWatermarks<NumberRecord>(),
      uid,
    )
    .uid(uid)
    .setParallelism(parallelism)
    .map(functions.get(mayFailUid, (world) => new PassOn(world, mayFailUid)))
    .uid(mayFailUid)
    .setParallelism(parallelism)
    .map(({ value }): CountRecord => [aloneLabel(value), 1, value])
    .uid(`${ALONE}-count`)
    .setParallelism(parallelism)
    .addSink(functions.get(sinkUid, (world) => new TransactionalSink(world, sinkUid)))
    .uid(sinkUid)
    .setParallelism(parallelism)
}

function aloneLabel(value: number): string {
  return `${prefixOf(ALONE)}${value}`
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
  const counts = keyedBy(numbers, keys).process(count).uid(uid).setParallelism(plan.parallelism)
  if (scenario.committing !== undefined) {
    endInCommittingSink(counts, sinkUid, functions, { scenario, plan })
    return
  }
  counts
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
  for (let index = 0; index < (scenario.alone?.records ?? 0); index += 1) {
    const value = FROM_ALONE + index
    totals.set(aloneLabel(value), { count: 1, sum: value })
  }
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
