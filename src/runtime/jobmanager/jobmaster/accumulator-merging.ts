// Duty: one result an accumulator name, out of what subtasks accumulated. Merging is user code, so it is asked of a worker: that
// of the first subtask with the name, whose accumulator, or a copy of it while tasks run, takes in the others in the order of
// the subtasks.
// Invariants: `merge` never rejects and always ends: what cannot be merged, be it that the worker is gone or says nothing, is a
// result that says why. What only one subtask has needs no worker.
// Thread: main thread.
import { serializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Clock } from '../../../core/time/clock.js'
import type {
  AccumulatorPart,
  AccumulatorResults,
  AccumulatorsMerged,
  MergeAccumulators,
} from '../../protocol/accumulators.js'
import type { Execution } from '../executiongraph/execution.js'
import type { WorkerPool } from './worker-pool.js'

type AccumulatorResult = AccumulatorsMerged['result']

interface Collected {
  readonly first: Execution
  readonly parts: AccumulatorPart[]
}

interface MergeOptions {
  readonly into: MergeAccumulators['into']
  /** For all answers together. */
  readonly limitMs: number
}

interface Pending {
  readonly name: string
  readonly worker: number
  readonly options: MergeOptions
  readonly resolve: (result: AccumulatorResult) => void
}

export class AccumulatorMerging {
  readonly #pool: Pick<WorkerPool, 'send' | 'isAlive'>
  readonly #clock: Clock
  readonly #pending = new Map<number, Pending>()
  #lastMerge = 0

  constructor(pool: Pick<WorkerPool, 'send' | 'isAlive'>, clock: Clock) {
    this.#pool = pool
    this.#clock = clock
  }

  async merge(executions: Iterable<Execution>, options: MergeOptions): Promise<AccumulatorResults> {
    const collected = collect(executions)
    const limit = this.#clock.setTimer(options.limitMs, () => {
      const reason = `the merge has not ended within ${String(options.limitMs / 1000)} s`
      this.#giveUp((pending) => pending.options === options, reason)
    })
    const results = await Promise.all(
      [...collected].map(async ([name, each]) => [name, await this.#resultOf(name, each, options)]),
    )
    limit.cancel()
    return Object.fromEntries(results) as AccumulatorResults
  }

  merged({ mergeId, result }: Pick<AccumulatorsMerged, 'mergeId' | 'result'>): void {
    this.#pending.get(mergeId)?.resolve(result)
    this.#pending.delete(mergeId)
  }

  workerExited(worker: number, error: Error): void {
    this.#giveUp((pending) => pending.worker === worker, error.message)
  }

  /** Nobody waits for a merge that has not ended yet. */
  abandon(reason: string): void {
    this.#giveUp(() => true, reason)
  }

  #resultOf(
    name: string,
    { first, parts }: Collected,
    options: MergeOptions,
  ): AccumulatorResult | Promise<AccumulatorResult> {
    const [own, ...others] = parts
    if (own === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no accumulator ${name}` })
    const withoutValue = parts.find(({ error }) => error !== undefined)
    if (withoutValue?.error !== undefined) return { error: withoutValue.error }
    const { type, value } = own
    const other = others.find((part) => part.type !== type)
    if (other !== undefined) {
      return failed(new FlinkError('ACCUMULATOR_TYPES_DIFFER', { name, first: type, second: other.type }))
    }
    if (others.length === 0) return { type, value }
    const { worker, id: executionId } = first
    if (!this.#pool.isAlive(worker)) return unmerged(name, 'the worker with the first of them has ended')
    this.#lastMerge += 1
    const mergeId = this.#lastMerge
    return new Promise((resolve) => {
      this.#pending.set(mergeId, { name, worker, options, resolve })
      const { into } = options
      this.#pool.send(worker, { type: 'merge-accumulators', mergeId, into, executionId, name, others })
    })
  }

  #giveUp(isConcerned: (pending: Pending) => boolean, reason: string): void {
    for (const [mergeId, pending] of [...this.#pending]) {
      if (isConcerned(pending)) this.merged({ mergeId, result: unmerged(pending.name, reason) })
    }
  }
}

/** In the order of the plan and its subtasks. */
function collect(executions: Iterable<Execution>): ReadonlyMap<string, Collected> {
  const collected = new Map<string, Collected>()
  for (const execution of executions) {
    for (const [name, part] of Object.entries(execution.accumulators)) {
      const known = collected.get(name)
      if (known === undefined) collected.set(name, { first: execution, parts: [part] })
      else known.parts.push(part)
    }
  }
  return collected
}

function unmerged(name: string, reason: string): AccumulatorResult {
  return failed(new FlinkError('ACCUMULATOR_MERGE_FAILED', { name, reason }))
}

function failed(error: FlinkError): AccumulatorResult {
  return { error: serializeError(error) }
}
