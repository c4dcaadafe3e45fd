// Duty: what the tasks of a job were seen at, for whoever looks at a vertex (Flink's flame graph).
// Invariants: nothing is sampled before somebody asks, and one sampling is under way at a time; what is older than the refresh
// interval is sampled anew when it is asked for, and given out until the new ones are there. What nobody asks for is forgotten.
// Thread: main thread.
import type { Configuration } from '../../../core/config/configuration.js'
import { RestOptions } from '../../../core/config/rest-options.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import type { MasterToWorker } from '../../protocol/master-to-worker.js'
import type { StacksSampled, TaskStacks } from '../../protocol/stack-samples.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import type { Execution } from '../executiongraph/execution.js'

/** A worker that is in the middle of a function of the user's answers later, or never. */
const ANSWER_LIMIT_MS = 10_000

/** What the subtasks of a vertex were seen at. */
export interface VertexStacks {
  /** Epoch ms of the end of the sampling. */
  readonly endTimestamp: number
  readonly subtasks: readonly (TaskStacks & { readonly subtaskIndex: number })[]
}

/** The tasks that run now, and how they are told something. */
export interface SampledAttempt {
  readonly executions: ExecutionGraph
  sendTo(execution: Execution, message: MasterToWorker): void
}

interface Sampling {
  readonly vertexId: string
  readonly indexOf: ReadonlyMap<string, number>
  readonly seen: TaskStacks[]
  /** Workers that have not answered. */
  missing: number
  readonly limit: TimerHandle
}

interface Known {
  readonly stacks: VertexStacks
  readonly cleanup: TimerHandle
}

export class StackSamples {
  readonly #clock: Clock
  readonly #configuration: Configuration
  readonly #known = new Map<string, Known>()
  #sampling: Sampling | undefined
  #lastId = 0

  constructor(clock: Clock, configuration: Configuration) {
    this.#clock = clock
    this.#configuration = configuration
  }

  get isEnabled(): boolean {
    return this.#configuration.get(RestOptions.FLAMEGRAPH_ENABLED)
  }

  /** The newest of a vertex; undefined where there are none yet. Either way there soon will be. */
  of(vertexId: string, attempt: SampledAttempt): VertexStacks | undefined {
    const known = this.#known.get(vertexId)
    const refreshMs = this.#configuration.get(RestOptions.FLAMEGRAPH_REFRESH_INTERVAL)
    const isFresh = known !== undefined && this.#clock.now() - known.stacks.endTimestamp < refreshMs
    if (!isFresh && this.#sampling === undefined) this.#begin(vertexId, attempt)
    if (known !== undefined) this.#keep(vertexId, known.stacks)
    return known?.stacks
  }

  sampled({ samplingId, tasks }: StacksSampled): void {
    const sampling = this.#sampling
    if (sampling === undefined || samplingId !== this.#lastId) return
    sampling.seen.push(...tasks)
    sampling.missing -= 1
    if (sampling.missing === 0) this.#end(sampling)
  }

  /** The job has ended. */
  close(): void {
    this.#sampling?.limit.cancel()
    this.#sampling = undefined
    for (const { cleanup } of this.#known.values()) cleanup.cancel()
    this.#known.clear()
  }

  #begin(vertexId: string, attempt: SampledAttempt): void {
    const running = attempt.executions.ofVertex(vertexId).filter(({ state }) => state === 'RUNNING')
    if (running.length === 0) return
    const byWorker = new Map<number, Execution[]>()
    for (const execution of running) {
      byWorker.set(execution.worker, [...(byWorker.get(execution.worker) ?? []), execution])
    }
    const samples = this.#configuration.get(RestOptions.FLAMEGRAPH_NUM_SAMPLES)
    const intervalMs = this.#configuration.get(RestOptions.FLAMEGRAPH_DELAY)
    const depth = this.#configuration.get(RestOptions.FLAMEGRAPH_STACK_TRACE_DEPTH)
    this.#lastId += 1
    const sampling: Sampling = {
      vertexId,
      indexOf: new Map(running.map(({ id, subtaskIndex }) => [id, subtaskIndex])),
      seen: [],
      missing: byWorker.size,
      limit: this.#clock.setTimer(samples * intervalMs + ANSWER_LIMIT_MS, () => {
        this.#end(sampling)
      }),
    }
    this.#sampling = sampling
    const wanted = { type: 'sample-stacks', samplingId: this.#lastId, samples, intervalMs, depth } as const
    for (const ofWorker of byWorker.values()) {
      const [first] = ofWorker
      if (first !== undefined) attempt.sendTo(first, { ...wanted, executionIds: ofWorker.map(({ id }) => id) })
    }
  }

  /** With what has come. */
  #end(sampling: Sampling): void {
    sampling.limit.cancel()
    this.#sampling = undefined
    const { vertexId, indexOf, seen } = sampling
    if (seen.length === 0) return
    const subtasks = seen.flatMap((stacks) => {
      const subtaskIndex = indexOf.get(stacks.executionId)
      return subtaskIndex === undefined ? [] : { ...stacks, subtaskIndex }
    })
    this.#keep(vertexId, { endTimestamp: this.#clock.now(), subtasks })
  }

  #keep(vertexId: string, stacks: VertexStacks): void {
    this.#known.get(vertexId)?.cleanup.cancel()
    const cleanupMs = this.#configuration.get(RestOptions.FLAMEGRAPH_CLEANUP_INTERVAL)
    const cleanup = this.#clock.setTimer(cleanupMs, () => {
      this.#known.delete(vertexId)
    })
    this.#known.set(vertexId, { stacks, cleanup })
  }
}
