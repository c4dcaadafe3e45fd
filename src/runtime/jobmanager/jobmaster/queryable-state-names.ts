// Duty: the states of a job that may be asked about from outside, over all its attempts.
// Invariants: what an attempt has told stays, so that a job that restarts can say what it knows; the newest attempt is right.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { nearestName } from '../../../core/errors/nearest-name.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { QueryableStateInfo } from '../../protocol/state-queries.js'
import type { StateQueryResult } from './state-queries.js'

/** `unavailable`: no task can say, and the newest checkpoint has what was there then. */
export type StateQueryOutcome =
  | Extract<StateQueryResult, { readonly kind: 'values' }>
  | {
      readonly kind: 'unavailable'
      readonly reason: string
      readonly info: QueryableStateInfo
      readonly checkpoint: CompletedCheckpoint | undefined
    }

const MOST_NAMED = 20

export class QueryableStateNames {
  readonly #states = new Map<string, QueryableStateInfo>()

  /** True where it says something new. */
  add(info: QueryableStateInfo): boolean {
    const known = this.#states.get(info.name)
    this.#states.set(info.name, info)
    return JSON.stringify(known) !== JSON.stringify(info)
  }

  find(name: string): QueryableStateInfo | undefined {
    return this.#states.get(name)
  }

  all(): QueryableStateInfo[] {
    return [...this.#states.values()]
  }

  /** Before all tasks run a state may only not be there yet. */
  unknown(
    name: string,
    {
      jobId,
      reason,
      isKnownToRun,
    }: { readonly jobId: string; readonly reason: string; readonly isKnownToRun: boolean },
  ): FlinkError {
    if (isKnownToRun) return new FlinkError('QUERYABLE_STATE_UNKNOWN', { jobId, name, advice: this.#advice(name) })
    const advice = 'No task has told of a state of this name so far; ask again when the job runs.'
    const why = reason === 'the job is RUNNING' ? 'the tasks of the job are starting' : reason
    return new FlinkError('STATE_NOT_AVAILABLE', { jobId, name, reason: why, advice })
  }

  #advice(name: string): string {
    const names = [...this.#states.keys()]
    if (names.length === 0) {
      return "It has none so far: descriptor.setQueryable('name') makes one, when a function asks for its state, or keyedStream.asQueryableState('name')."
    }
    const nearest = nearestName(name, names)
    const shown = names.slice(0, MOST_NAMED).join(', ')
    const others = names.length > MOST_NAMED ? ` and ${String(names.length - MOST_NAMED)} more` : ''
    return `${nearest === undefined ? '' : `Did you mean '${nearest}'? `}Its queryable states: ${shown}${others}.`
  }
}
