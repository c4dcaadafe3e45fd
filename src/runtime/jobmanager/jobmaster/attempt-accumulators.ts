// Duty: what the tasks of one attempt have accumulated: on request while they run, merged for all of them or those of a vertex.
// Invariants: nothing is sent before somebody asks. What a task said last stays with its execution, which has what it said at
// its end from then on. The accumulators themselves take others in once, when all tasks have finished; before, copies do.
// Thread: main thread.
import type { Clock } from '../../../core/time/clock.js'
import { settledWithin } from '../../../core/time/settled-within.js'
import { SharedWork } from '../../../core/time/shared-work.js'
import type { AccumulatorResults, AccumulatorsMerged, AccumulatorsReported } from '../../protocol/accumulators.js'
import type { Execution } from '../executiongraph/execution.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import { AccumulatorMerging } from './accumulator-merging.js'
import type { WorkerPool } from './worker-pool.js'

/** A worker that answers later is in the middle of a function of the user's: what it said last counts. */
const REPORT_LIMIT_MS = 500
/** A merge that takes longer goes on for ever. */
const MERGE_LIMIT_MS = 30_000

/** Of one name there are several where they are not merged: one a subtask. */
export type NamedResult = readonly [name: string, result: AccumulatorsMerged['result']]

interface Request {
  /** Workers that have not answered. */
  missing: number
  readonly resolve: () => void
}

export class AttemptAccumulators {
  readonly #executions: ExecutionGraph
  readonly #pool: Pick<WorkerPool, 'send' | 'isAlive'>
  readonly #clock: Clock
  readonly #merging: AccumulatorMerging
  readonly #requests = new Map<number, Request>()
  /** By vertex, undefined: of all. A worker that takes long is not asked again by each who asks meanwhile. */
  readonly #refreshes = new SharedWork<string | undefined, void>()
  #lastRequest = 0
  #merged: Promise<AccumulatorResults> | undefined

  constructor(executions: ExecutionGraph, pool: Pick<WorkerPool, 'send' | 'isAlive'>, clock: Clock) {
    this.#executions = executions
    this.#pool = pool
    this.#clock = clock
    this.#merging = new AccumulatorMerging(pool, clock)
  }

  /** Once all tasks have finished. */
  merged(): Promise<AccumulatorResults> {
    this.#merged ??= this.#merging.merge(this.#of(), { into: 'accumulator', limitMs: MERGE_LIMIT_MS })
    return this.#merged
  }

  /** Of a vertex, or of all: merged while there are tasks that run. */
  async soFar(vertexId?: string): Promise<readonly NamedResult[]> {
    await this.refresh(vertexId)
    const executions = this.#of(vertexId)
    if (this.#merged === undefined && this.#of().some(({ isTerminal }) => !isTerminal)) {
      return Object.entries(await this.#merging.merge(executions, { into: 'copy', limitMs: REPORT_LIMIT_MS }))
    }
    const ofJob = (await this.#merged) ?? {}
    if (vertexId === undefined) return Object.entries(ofJob)
    const elsewhere = namesIn(this.#of().filter(({ vertex }) => vertex.id !== vertexId))
    const isOwn = ([name]: NamedResult): boolean => !elsewhere.has(name)
    const names = namesIn(executions)
    const own = Object.entries(ofJob).filter((entry) => names.has(entry[0]) && isOwn(entry))
    const known = new Set(own.map(([name]) => name))
    return [...own, ...executions.flatMap(partsOf).filter(([name]) => !known.has(name))]
  }

  /** Resolves when the tasks of a vertex, or all, have said what they have accumulated, without those that take too long. */
  refresh(vertexId?: string): Promise<void> {
    return this.#refreshes.of(vertexId, () => this.#ask(vertexId))
  }

  handle(message: AccumulatorsMerged | AccumulatorsReported): void {
    if (message.type === 'accumulators-merged') this.#merging.merged(message)
    else this.#reported(message)
  }

  workerExited(worker: number, error: Error): void {
    this.#merging.workerExited(worker, error)
  }

  /** Nobody waits for a merge that has not ended yet. */
  abandon(reason: string): void {
    this.#merging.abandon(reason)
  }

  async #ask(vertexId: string | undefined): Promise<void> {
    const byWorker = new Map<number, string[]>()
    for (const { id, worker, isTerminal, timestamps } of this.#of(vertexId)) {
      if (!isTerminal && timestamps.INITIALIZING !== undefined)
        byWorker.set(worker, [...(byWorker.get(worker) ?? []), id])
    }
    if (byWorker.size === 0) return
    this.#lastRequest += 1
    const requestId = this.#lastRequest
    const reported = new Promise<void>((resolve) => {
      this.#requests.set(requestId, { missing: byWorker.size, resolve })
    })
    for (const [worker, executionIds] of byWorker) {
      this.#pool.send(worker, { type: 'request-accumulators', requestId, executionIds })
    }
    await settledWithin(reported, REPORT_LIMIT_MS, this.#clock)
    this.#requests.delete(requestId)
  }

  #reported({ requestId, tasks }: AccumulatorsReported): void {
    for (const { executionId, accumulators } of tasks) {
      const execution = this.#executions.find(executionId)
      if (execution !== undefined && !execution.isTerminal) execution.accumulators = accumulators
    }
    const request = this.#requests.get(requestId)
    if (request === undefined) return
    request.missing -= 1
    if (request.missing === 0) request.resolve()
  }

  #of(vertexId?: string): readonly Execution[] {
    return vertexId === undefined ? [...this.#executions.all()] : this.#executions.ofVertex(vertexId)
  }
}

function namesIn(executions: readonly Execution[]): ReadonlySet<string> {
  return new Set(executions.flatMap(({ accumulators }) => Object.keys(accumulators)))
}

function partsOf({ accumulators }: Execution): NamedResult[] {
  return Object.entries(accumulators).map(([name, { type, value, error }]) => {
    return [name, error === undefined ? { type, value } : { error }]
  })
}
