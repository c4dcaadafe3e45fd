/**
 * The job that is simulated: numbers -> (may fail) -> by key -> counted in a ValueState -> transactional sink. Where the
 * scenario says so, every function spoils each object that it was given or has emitted: nobody else may notice.
 */
import {
  KeyedProcessFunction,
  RichMapFunction,
  RichSinkFunction,
  ValueStateDescriptor,
  type Collector,
  type StreamExecutionEnvironment,
  type ValueState,
} from '../../src/index.js'
import type { RunPlan, Scenario } from './scenario.js'
import { RangeSource } from './range-source.js'
import { TransactionalSink } from './transactional-sink.js'
import type { CountRecord, TransactionalStore } from './transactional-store.js'

/** What the functions of one worker reach of the simulated world. */
export interface JobWorld {
  readonly scenario: Scenario
  readonly plan: RunPlan
  /** Distinguishes this run of the job from the earlier ones. */
  readonly runName: string
  readonly store: TransactionalStore
  /** May throw, or end the worker, in the middle of a record. */
  readonly beforeRecord: (value: number) => void
  /** May throw, when a value is written into a snapshot or copied for one. */
  readonly beforeStoring: () => void
  /** Waits on the worker's time. */
  readonly pause: (delayMs: number) => Promise<void>
  readonly nextInt: (bound: number) => number
}

export function keyOf(value: number, keys: number): string {
  return `key ${(Math.imul(value, 2_654_435) >>> 0) % keys}`
}

/** A record on its way to the counts. */
export interface NumberRecord {
  value: number
}

const SPOILED = -1_000_000

class MayFail extends RichMapFunction<NumberRecord, NumberRecord> {
  readonly #world: JobWorld
  #emitted: NumberRecord = { value: 0 }

  constructor(world: JobWorld) {
    super()
    this.#world = world
  }

  map(record: NumberRecord): NumberRecord {
    const { value } = record
    this.#world.beforeRecord(value)
    if (!this.#world.scenario.changesRecords) return record
    this.#emitted.value = SPOILED
    record.value = SPOILED
    this.#emitted = { value }
    return this.#emitted
  }
}

/** A second reader of the records. */
class Spoil extends RichSinkFunction<NumberRecord> {
  readonly #changesRecords: boolean

  constructor({ scenario }: JobWorld) {
    super()
    this.#changesRecords = scenario.changesRecords
  }

  invoke(record: NumberRecord): void {
    if (this.#changesRecords) record.value = SPOILED
  }
}

interface Counted {
  readonly total: [key: string, count: number, sum: number]
  readonly isStorable: boolean
}

class CountByKey extends KeyedProcessFunction<string, NumberRecord, CountRecord> {
  readonly #world: JobWorld
  #state: ValueState<Counted> | undefined

  constructor(world: JobWorld) {
    super()
    this.#world = world
  }

  override open(): void {
    this.#state = this.getRuntimeContext().getState(new ValueStateDescriptor<Counted>('count'))
  }

  processElement(record: NumberRecord, _context: unknown, out: Collector<CountRecord>): void {
    const { keys, changesRecords } = this.#world.scenario
    const { value } = record
    const [key, count, sum] = this.#state?.value()?.total ?? [keyOf(value, keys), 0, 0]
    // Where records are changed, one object is the state and all that is emitted.
    const total = (changesRecords ? this.#state?.value()?.total : undefined) ?? [key, count, sum]
    total[1] = count + 1
    total[2] = sum + value
    this.#state?.update(this.#counted(total))
    out.collect(total)
    if (changesRecords) record.value = SPOILED
  }

  /** A value that now and then cannot be stored. */
  #counted(total: Counted['total']): Counted {
    const world = this.#world
    return {
      total,
      get isStorable() {
        world.beforeStoring()
        return true
      },
    }
  }
}

/** The function objects of one graph. */
export interface CountingFunctions {
  readonly source: RangeSource
  readonly mayFail: MayFail
  readonly spoil: Spoil
  readonly count: CountByKey
  readonly sink: TransactionalSink
}

export function makeCountingFunctions(world: JobWorld): CountingFunctions {
  const { records } = world.scenario
  return {
    source: new RangeSource(records, world),
    mayFail: new MayFail(world),
    spoil: new Spoil(world),
    count: new CountByKey(world),
    sink: new TransactionalSink(world),
  }
}

export function buildCountingJob(
  env: StreamExecutionEnvironment,
  functions: CountingFunctions,
  { scenario: { keys }, plan }: Pick<JobWorld, 'scenario' | 'plan'>,
): void {
  const { sourceParallelism, parallelism, sinkParallelism } = plan
  const numbers = env
    .addSource(functions.source)
    .uid('source')
    .setParallelism(sourceParallelism)
    .map(functions.mayFail)
    .uid('may-fail')
    .setParallelism(sourceParallelism)
  numbers.addSink(functions.spoil).uid('spoil').setParallelism(sourceParallelism)
  numbers
    .keyBy(({ value }) => keyOf(value, keys))
    .process(functions.count)
    .uid('count')
    .setParallelism(parallelism)
    .addSink(functions.sink)
    .uid('sink')
    .setParallelism(sinkParallelism)
}
