/** The job that is simulated: numbers -> (may fail) -> by key -> counted in a ValueState -> transactional sink. */
import {
  KeyedProcessFunction,
  RichMapFunction,
  ValueStateDescriptor,
  type Collector,
  type DefaultedValueState,
  type StreamExecutionEnvironment,
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

class MayFail extends RichMapFunction<number, number> {
  readonly #world: JobWorld

  constructor(world: JobWorld) {
    super()
    this.#world = world
  }

  map(value: number): number {
    this.#world.beforeRecord(value)
    return value
  }
}

interface Counted {
  readonly count: number
  readonly sum: number
}

class CountByKey extends KeyedProcessFunction<string, number, CountRecord> {
  readonly #world: JobWorld
  #state: DefaultedValueState<Counted> | undefined

  constructor(world: JobWorld) {
    super()
    this.#world = world
  }

  override open(): void {
    const descriptor = new ValueStateDescriptor<Counted>('count', undefined, { count: 0, sum: 0 })
    this.#state = this.getRuntimeContext().getState(descriptor)
  }

  processElement(value: number, _context: unknown, out: Collector<CountRecord>): void {
    const before = this.#state?.value() ?? { count: 0, sum: 0 }
    const counted = this.#counted(before.count + 1, before.sum + value)
    this.#state?.update(counted)
    out.collect([keyOf(value, this.#world.scenario.keys), counted.count, counted.sum])
  }

  /** A value that now and then cannot be stored. */
  #counted(count: number, sum: number): Counted {
    const world = this.#world
    const counted = {
      count,
      sum,
      get isStorable() {
        world.beforeStoring()
        return true
      },
    }
    return counted
  }
}

/** The function objects of one graph. */
export interface CountingFunctions {
  readonly source: RangeSource
  readonly mayFail: MayFail
  readonly count: CountByKey
  readonly sink: TransactionalSink
}

export function makeCountingFunctions(world: JobWorld): CountingFunctions {
  const { records } = world.scenario
  return {
    source: new RangeSource(records, world),
    mayFail: new MayFail(world),
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
  env
    .addSource(functions.source)
    .uid('source')
    .setParallelism(sourceParallelism)
    .map(functions.mayFail)
    .uid('may-fail')
    .setParallelism(sourceParallelism)
    .keyBy((value) => keyOf(value, keys))
    .process(functions.count)
    .uid('count')
    .setParallelism(parallelism)
    .addSink(functions.sink)
    .uid('sink')
    .setParallelism(sinkParallelism)
}
