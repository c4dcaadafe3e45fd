// Duty: the kind of backend that a job keeps its keyed state in: makes the backend of each operator subtask.
// Thread: the task worker.
import type { KeyKind } from '../../../core/keygroups/canonical-key.js'
import type { KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import type { TimerHandle } from '../../../core/time/clock.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import type { AskedStateListener } from './asked-state.js'
import type { KeyedStateBackend } from './keyed-state-backend.js'
import type { LocalRecoveryConfig } from './local-recovery-config.js'
import type { QueryableStateListener } from './queryable-state.js'

/** What backends ask of the clock, and do between records. */
export interface ProcessingTime {
  /** Ms since the epoch. */
  currentProcessingTime(): number
  /** The same, but for records one after the other it may be that of the first of a few: costs them next to nothing. */
  recentProcessingTime?(): number
  /** Calls back once, between two records, when the clock has passed `timestamp`; again where the callback gives false. */
  registerTimer(timestamp: number, callback: (timestamp: number) => boolean): TimerHandle
}

export interface KeyedStateBackendParameters {
  readonly operatorName: string
  readonly keyKind: KeyKind
  readonly keyGroups: KeyGroupRange
  readonly maxParallelism: number
  /** The classes whose instances values may hold. */
  readonly registeredTypes: RegisteredTypes
  /** Of the job. */
  readonly processingTime: ProcessingTime
  /** Absent where nothing is kept of checkpoints beside the task. */
  readonly localRecovery?: LocalRecoveryConfig | undefined
  /** Absent where nobody can ask from outside. */
  readonly onQueryableState?: QueryableStateListener | undefined
  /** Absent where nobody wants to know which states there are. */
  readonly onStateAsked?: AskedStateListener | undefined
}

export interface StateBackend {
  /** As `state.backend.type` says it. */
  readonly name: string
  /** Acquires nothing: that is for the backend's `open`. */
  createKeyedStateBackend(parameters: KeyedStateBackendParameters): KeyedStateBackend
}
