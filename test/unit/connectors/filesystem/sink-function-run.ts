/** A sink function of files in its subtasks, over files in memory, as the engine drives it: a test stops and restores it anywhere. */
import type { FunctionInitializationContext } from '../../../../src/api/functions/checkpointed-function.js'
import type { RuntimeContext } from '../../../../src/api/functions/runtime-context.js'
import type { ListStateDescriptor } from '../../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../../src/api/state/list-state.js'
import type { BucketsSinkFunction } from '../../../../src/connectors/filesystem/sink/buckets-sink-function.js'
import { FileSystems } from '../../../../src/core/fs/file-systems.js'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import type { ManualClock } from '../../../../src/core/time/manual-clock.js'
import { DrivenTimers } from './driven-timers.js'
import { outputOf } from './output-of.js'

/** Of all subtasks: what their list states have, and those that all of them get. */
export interface SinkFunctionSnapshot {
  readonly checkpointId: number
  readonly dealt: readonly unknown[]
  readonly union: readonly unknown[]
}

export interface SinkFunctionRunOptions {
  readonly jobId?: string
  readonly parallelism?: number
  readonly clock?: ManualClock
  /** Of the names. */
  readonly seed?: number
}

interface Subtask<IN> {
  readonly sink: BucketsSinkFunction<IN>
  readonly dealt: HeldList
  readonly union: HeldList
}

export class SinkFunctionRun<IN> {
  readonly #make: () => BucketsSinkFunction<IN>
  readonly #fileSystem: FileSystem
  readonly #options: SinkFunctionRunOptions
  readonly #subtasks: Subtask<IN>[] = []
  readonly #timers: DrivenTimers

  constructor(make: () => BucketsSinkFunction<IN>, fileSystem: FileSystem, options: SinkFunctionRunOptions = {}) {
    this.#make = make
    this.#fileSystem = fileSystem
    this.#options = options
    this.#timers = new DrivenTimers(options.clock)
  }

  get clock(): ManualClock {
    return this.#timers.clock
  }

  async start(restore?: SinkFunctionSnapshot): Promise<this> {
    const { parallelism = 1, seed = 1, jobId = 'a'.repeat(32) } = this.#options
    const fileSystems = new FileSystems(undefined, new SeededRandom(seed))
    for (const scheme of ['file', 'hdfs', 's3']) fileSystems.register(scheme, this.#fileSystem)
    for (let index = 0; index < parallelism; index += 1) {
      const dealt = new HeldList((restore?.dealt ?? []).filter((_, at) => at % parallelism === index))
      const union = new HeldList(restore?.union ?? [])
      const sink = this.#make()
      sink.setRuntimeContext({
        getJobId: () => jobId,
        getIndexOfThisSubtask: () => index,
        getNumberOfParallelSubtasks: () => parallelism,
        getFileSystems: () => fileSystems,
        getClock: () => this.clock,
      } as unknown as RuntimeContext)
      this.#subtasks.push({ sink, dealt, union })
      await sink.initializeState(contextOf(restore, dealt, union))
      sink.setProcessingTimeService(this.#timers.service)
    }
    return this
  }

  async write(element: IN, subtask = 0): Promise<void> {
    await this.#subtasks[subtask]?.sink.invoke(element, {
      currentProcessingTime: () => this.clock.now(),
      currentWatermark: () => Number.NEGATIVE_INFINITY,
      timestamp: () => null,
    })
  }

  advance(ms: number): Promise<void> {
    return this.#timers.advance(ms)
  }

  async snapshot(checkpointId: number): Promise<SinkFunctionSnapshot> {
    for (const { sink } of this.#subtasks) {
      await sink.snapshotState({ getCheckpointId: () => checkpointId, getCheckpointTimestamp: () => this.clock.now() })
    }
    const [dealt, union] = [
      this.#subtasks.flatMap((subtask) => [...subtask.dealt.values]),
      this.#subtasks.flatMap((subtask) => [...subtask.union.values]),
    ]
    return { checkpointId, dealt, union }
  }

  async complete(checkpointId: number): Promise<void> {
    for (const { sink } of this.#subtasks) await sink.notifyCheckpointComplete(checkpointId)
  }

  /** The end of the input and the last checkpoint. */
  async finish(checkpointId: number): Promise<void> {
    await this.end()
    await this.snapshot(checkpointId)
    await this.complete(checkpointId)
    await this.close()
  }

  async end(): Promise<void> {
    for (const { sink } of this.#subtasks) await sink.finish()
  }

  async close(): Promise<void> {
    for (const { sink } of this.#subtasks) await sink.close()
  }
}

class HeldList {
  values: readonly unknown[]

  constructor(values: readonly unknown[]) {
    this.values = values
  }

  get(): readonly unknown[] {
    return this.values
  }

  update(values: readonly unknown[]): void {
    this.values = structuredClone(values)
  }
}

function contextOf(
  restore: SinkFunctionSnapshot | undefined,
  dealt: HeldList,
  union: HeldList,
): FunctionInitializationContext {
  const of =
    (list: HeldList) =>
    <T>(_descriptor: ListStateDescriptor<T>): ListState<T> =>
      list as unknown as ListState<T>
  return {
    isRestored: () => restore !== undefined,
    getRestoredCheckpointId: () => restore?.checkpointId ?? null,
    getOperatorStateStore: () => ({ getListState: of(dealt), getUnionListState: of(union) }),
  } as unknown as FunctionInitializationContext
}

/** Whole files below a directory with their text, and names of others without what is random in them, in their order. */
export async function filesBelow(
  fileSystem: FileSystem,
  directory: string,
): Promise<{ readonly whole: Readonly<Record<string, string>>; readonly others: readonly string[] }> {
  const { finished: whole, hidden } = await outputOf(fileSystem, directory)
  return { whole, others: hidden.map((name) => name.replace(/\.[0-9a-f-]{36}$/, '')).sort() }
}
