// Duty: one result an accumulator name, out of what the subtasks of a finished job accumulated. Merging is user code, so it is
// asked of a worker: that of the first subtask with the name, whose accumulator takes in the others in the order of the
// subtasks.
// Invariants: `merge` never rejects and always ends: what cannot be merged, be it that the worker is gone or says nothing, is a
// result that says why. What only one subtask has needs no worker.
// Thread: main thread.
import { serializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Clock } from '../../../core/time/clock.js'
import type { AccumulatorPart, AccumulatorResults, AccumulatorsMerged } from '../../protocol/accumulators.js'
import type { Execution } from '../executiongraph/execution.js'
import type { WorkerPool } from './worker-pool.js'

/** A merge that takes longer goes on for ever. */
const ANSWER_LIMIT_MS = 30_000

type AccumulatorResult = AccumulatorsMerged['result']

interface Collected {
  readonly first: Execution
  readonly parts: AccumulatorPart[]
}

interface Pending {
  readonly worker: number
  readonly resolve: (result: AccumulatorResult) => void
}

export class AccumulatorMerging {
  readonly #pool: Pick<WorkerPool, 'send' | 'isAlive'>
  readonly #clock: Clock
  readonly #pending = new Map<string, Pending>()

  constructor(pool: Pick<WorkerPool, 'send' | 'isAlive'>, clock: Clock) {
    this.#pool = pool
    this.#clock = clock
  }

  async merge(executions: Iterable<Execution>): Promise<AccumulatorResults> {
    const collected = collect(executions)
    const limit = this.#clock.setTimer(ANSWER_LIMIT_MS, () => {
      this.abandon(`the merge has not ended within ${String(ANSWER_LIMIT_MS / 1000)} s`)
    })
    const results = await Promise.all(
      [...collected].map(async ([name, each]) => [name, await this.#resultOf(name, each)]),
    )
    limit.cancel()
    return Object.fromEntries(results) as AccumulatorResults
  }

  merged({ name, result }: AccumulatorsMerged): void {
    this.#pending.get(name)?.resolve(result)
    this.#pending.delete(name)
  }

  workerExited(worker: number, error: Error): void {
    this.#giveUp((pending) => pending.worker === worker, error.message)
  }

  /** Nobody waits for a merge that has not ended yet. */
  abandon(reason: string): void {
    this.#giveUp(() => true, reason)
  }

  #resultOf(name: string, { first, parts }: Collected): AccumulatorResult | Promise<AccumulatorResult> {
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
    return new Promise((resolve) => {
      this.#pending.set(name, { worker, resolve })
      this.#pool.send(worker, { type: 'merge-accumulators', executionId, name, others })
    })
  }

  #giveUp(isConcerned: (pending: Pending) => boolean, reason: string): void {
    for (const [name, pending] of [...this.#pending]) {
      if (isConcerned(pending)) this.merged({ type: 'accumulators-merged', name, result: unmerged(name, reason) })
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
