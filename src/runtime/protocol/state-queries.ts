// Duty: what the JobMaster and the tasks say to each other about state that may be asked about from outside.
// Invariants: plain data. A query is about keys of one subtask. It is answered once, or never where its task ends first. Bytes of keys
// and values are texts, a char each: a typed array takes a thread that is busy with something else many times as long to send.
// Thread: any.
import type { SerializedError } from '../../core/errors/error-codec.js'
import type { KeyKind } from '../../core/keygroups/canonical-key.js'
import type { StateMetadata } from '../../storage/state-handles.js'

/** A state that has a name for whoever asks. */
export interface QueryableStateInfo {
  readonly name: string
  /** Whose state it is. */
  readonly operatorId: string
  readonly operatorName: string
  readonly state: StateMetadata
  readonly keyKind: KeyKind
  readonly maxParallelism: number
}

/** The task has made the state. */
export interface QueryableStateRegistered {
  readonly type: 'queryable-state-registered'
  readonly executionId: string
  readonly info: QueryableStateInfo
}

/** To the task whose keys they are: `keys` are their canonical bytes, as texts. */
export interface QueryState {
  readonly type: 'query-state'
  readonly executionId: string
  readonly queryId: number
  readonly name: string
  readonly keys: readonly string[]
  /** Of all values together. */
  readonly limitBytes: number
}

/**
 * For each key the value in the form of snapshots as a text, undefined where there is none. `not-made`: the task has restored state and not
 * asked for this one yet, so nobody knows.
 */
export type StateAnswer =
  | { readonly kind: 'values'; readonly values: readonly (string | undefined)[] }
  | { readonly kind: 'not-made' }
  | { readonly kind: 'failed'; readonly error: SerializedError }

export interface AnsweredQuery {
  readonly queryId: number
  readonly answer: StateAnswer
}

/** Of all queries that are answered at a time. */
export interface StateQueried {
  readonly type: 'state-queried'
  readonly executionId: string
  readonly answered: readonly AnsweredQuery[]
}
