/** Wire types of `/jobs/:jobid/queryable-states`, which is this engine's own: state that is asked about from outside. */

/** A state that has a name for whoever asks. Also in the run directory, for when the job cannot answer itself. */
export interface QueryableStateMessage {
  readonly name: string
  readonly 'operator-id': string
  readonly 'operator-name': string
  /** Its name in the operator. */
  readonly state: string
  readonly kind: string
  /** Description of the declared type. */
  readonly type: string
  readonly 'schema-version': number
  /** How keys become bytes: core/keygroups/canonical-key.ts. */
  readonly 'key-kind': unknown
  readonly 'max-parallelism': number
}

/** Answer of GET. */
export interface QueryableStatesInfo {
  readonly 'queryable-states': readonly QueryableStateMessage[]
}

/** Body of POST. Keys are base64 of what the structured serializer writes. */
export interface StateQueryRequest {
  readonly name: string
  readonly keys: readonly string[]
  readonly 'timeout-ms': number
}

/** A completed checkpoint; its path is a `file:` URI. */
export interface AnsweringCheckpoint {
  readonly id: number
  /** Epoch ms. */
  readonly timestamp: number
  readonly path: string
}

/** Answer of POST. */
export type StateQueryAnswer =
  | {
      readonly source: 'job'
      readonly state: QueryableStateMessage
      /** For each key the value in the form of snapshots, in base64; null where there is none. */
      readonly values: readonly (string | null)[]
    }
  /** The tasks that know do not run; null where there is no checkpoint in files either. */
  | {
      readonly source: 'none'
      readonly state: QueryableStateMessage
      readonly reason: string
      readonly checkpoint: AnsweringCheckpoint | null
    }
