import type { FileSystems } from '../../core/fs/file-systems.js'
import type { MetricGroup } from '../../core/metrics/metric-group.js'
import type { Clock } from '../../core/time/clock.js'
import type { KeyedStateStore } from '../state/keyed-state-store.js'
import type { Accumulator } from './accumulator.js'
import type { DoubleCounter, IntCounter, LongCounter } from './accumulators.js'
import type { DistributedCache } from './distributed-cache.js'
import type { Histogram } from './histogram.js'

/**
 * Where a function may write text; line ends are the caller's.
 *
 * @example
 * ```ts
 * import { RichSinkFunction, type TextWriter } from 'flink-ts'
 *
 * class Lines extends RichSinkFunction<string> {
 *   invoke(value: string): void {
 *     const out: TextWriter = this.getRuntimeContext().getStandardOutput()
 *     out.write(`${value}\n`)
 *   }
 * }
 * ```
 */
export interface TextWriter {
  write(text: string): void
}

/**
 * What a rich function can ask of the parallel instance (subtask) that runs it: keyed state, who it is, accumulators and
 * metrics. Keyed state (`getState` ...) is there on keyed streams only; elsewhere asking for it is the error
 * KEYED_STATE_ON_NON_KEYED_STREAM.
 *
 * @example
 * ```ts
 * import { RichFlatMapFunction, ValueStateDescriptor, type Collector, type ValueState } from 'flink-ts'
 *
 * class Deduplicate extends RichFlatMapFunction<string, string> {
 *   #seen!: ValueState<boolean>
 *   override open(): void {
 *     this.#seen = this.getRuntimeContext().getState(new ValueStateDescriptor<boolean>('seen'))
 *   }
 *   flatMap(value: string, out: Collector<string>): void {
 *     if (this.#seen.value() !== null) return
 *     this.#seen.update(true)
 *     out.collect(value)
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/
 */
export interface RuntimeContext extends KeyedStateStore {
  /** 32 hex digits. */
  getJobId(): string
  /** Name of the task (the chain) that the function is part of. */
  getTaskName(): string
  /** Name of the task with its subtask, counted from 1: `Map (2/4)#0`. */
  getTaskNameWithSubtasks(): string
  /** Counted from 0. */
  getIndexOfThisSubtask(): number
  getNumberOfParallelSubtasks(): number
  /** The number of key groups: the upper limit of every later parallelism. */
  getMaxNumberOfParallelSubtasks(): number
  /** 0 at first, one more after each restart. */
  getAttemptNumber(): number
  getMetricGroup(): MetricGroup
  /** What the program gave to `env.getConfig().setGlobalJobParameters(...)`. */
  getGlobalJobParameters(): Readonly<Record<string, string>>
  /** Registers an accumulator; its result, merged over all subtasks, is in the job's result. A name may be used once. */
  addAccumulator<V, R>(name: string, accumulator: Accumulator<V, R>): void
  /** The accumulator that was registered under the name in this operator, or null. */
  getAccumulator<V, R>(name: string): Accumulator<V, R> | null
  /**
   * The counter of the name, which is added where nobody has added it yet: chained functions share it. ACCUMULATOR_IS_ANOTHER
   * where the name is that of an accumulator of another class; here and below.
   */
  getIntCounter(name: string): IntCounter
  getLongCounter(name: string): LongCounter
  getDoubleCounter(name: string): DoubleCounter
  getHistogram(name: string): Histogram
  /** The files and directories that the program gave to `env.registerCachedFile(...)`. */
  getDistributedCache(): DistributedCache
  /** The job's standard output: lines written here come out whole, in the order of this subtask. For connectors. */
  getStandardOutput(): TextWriter
  /** The job's standard error. For connectors. */
  getStandardError(): TextWriter
  /** File systems by scheme, as the job is configured. For connectors. */
  getFileSystems(): FileSystems
  /** The engine's clock, which a test may drive by hand. For connectors. */
  getClock(): Clock
}
