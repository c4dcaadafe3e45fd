// Duty: RuntimeContext of one parallel instance of a function.
// Invariants: it reads what the task handed in and nothing ambient.
// Thread: the task worker that owns the operator.
import type { Accumulator } from '../../../api/functions/accumulator.js'
import { DoubleCounter, IntCounter, LongCounter } from '../../../api/functions/accumulators.js'
import type { DistributedCache } from '../../../api/functions/distributed-cache.js'
import { Histogram } from '../../../api/functions/histogram.js'
import type { RuntimeContext, TextWriter } from '../../../api/functions/runtime-context.js'
import { PipelineOptions } from '../../../core/config/pipeline-options.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { Clock } from '../../../core/time/clock.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'
import { ConfiguredCache } from './configured-cache.js'
import { DefaultKeyedStateStore } from './default-keyed-state-store.js'
import type { OperatorContext } from './stream-operator.js'

export class StreamingRuntimeContext extends DefaultKeyedStateStore implements RuntimeContext {
  readonly #operatorName: string
  readonly #context: OperatorContext

  constructor(operatorName: string, context: OperatorContext, backend: KeyedStateBackend | undefined) {
    super(operatorName, backend)
    this.#operatorName = operatorName
    this.#context = context
  }

  getJobId(): string {
    return this.#context.taskInfo.jobId
  }

  getTaskName(): string {
    return this.#context.taskInfo.taskName
  }

  getTaskNameWithSubtasks(): string {
    const { taskName, subtaskIndex, parallelism, attemptNumber } = this.#context.taskInfo
    return `${taskName} (${String(subtaskIndex + 1)}/${String(parallelism)})#${String(attemptNumber)}`
  }

  getIndexOfThisSubtask(): number {
    return this.#context.taskInfo.subtaskIndex
  }

  getNumberOfParallelSubtasks(): number {
    return this.#context.taskInfo.parallelism
  }

  getMaxNumberOfParallelSubtasks(): number {
    return this.#context.taskInfo.maxParallelism
  }

  getAttemptNumber(): number {
    return this.#context.taskInfo.attemptNumber
  }

  getMetricGroup(): MetricGroup {
    return this.#context.metrics
  }

  getGlobalJobParameters(): Readonly<Record<string, string>> {
    return this.#context.configuration.get(PipelineOptions.GLOBAL_JOB_PARAMETERS)
  }

  addAccumulator<V, R>(name: string, accumulator: Accumulator<V, R>): void {
    this.#context.accumulators.add(name, accumulator, this.#operatorName)
  }

  getAccumulator<V, R>(name: string): Accumulator<V, R> | null {
    return (this.#context.accumulators.get(name) as Accumulator<V, R> | undefined) ?? null
  }

  getIntCounter(name: string): IntCounter {
    return this.#context.accumulators.getOrAdd(name, IntCounter, this.#operatorName)
  }

  getLongCounter(name: string): LongCounter {
    return this.#context.accumulators.getOrAdd(name, LongCounter, this.#operatorName)
  }

  getDoubleCounter(name: string): DoubleCounter {
    return this.#context.accumulators.getOrAdd(name, DoubleCounter, this.#operatorName)
  }

  getHistogram(name: string): Histogram {
    return this.#context.accumulators.getOrAdd(name, Histogram, this.#operatorName)
  }

  getDistributedCache(): DistributedCache {
    return new ConfiguredCache(this.#context)
  }

  getStandardOutput(): TextWriter {
    return this.#context.standardOutput
  }

  getStandardError(): TextWriter {
    return this.#context.standardError
  }

  getFileSystems(): FileSystems {
    return this.#context.fileSystems
  }

  getClock(): Clock {
    return this.#context.clock
  }
}
