// Duty: keyed state of one operator subtask as operators see it, whatever holds it.
// Invariants: state is addressed by (current key, current namespace); the hash travels with the record, so nobody hashes
// a key twice. `snapshot` is synchronous and only marks a version; several snapshots may run at once.
// Thread: the task worker that owns the operator.
import type { State } from '../../../api/state/state.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle, StreamStateHandle } from '../../../storage/state-handles.js'
import type { TimeSlices } from './time-slices.js'

/** A version of the state that can still be read while the living state goes on. */
export interface KeyedStateSnapshot {
  /**
   * Writes the version in slices: whole state, then what changed since, maybe with handles of earlier checkpoints. None
   * when there is no entry. A stream that was begun is removed on failure.
   */
  write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<readonly KeyedStateHandle[]>
  /** Must be called at the end, however it ended; may be called twice. */
  release(): void
}

/** A snapshot on which later ones may build, and which may build on another one. */
export interface SnapshotIncrement {
  readonly checkpointId: number
  /** Known to be complete; undefined when there is none. */
  readonly baseCheckpointId: number | undefined
}

/** The bytes of a handle, verified against its checksum. */
export type StateHandleReader = (handle: StreamStateHandle) => Promise<Uint8Array>

export interface KeyedStateBackend {
  setCurrentKey(key: unknown, keyHash: number): void
  /** Brings what belongs to the coming keys near: a hint without an effect on any state. */
  prefetch(keyHashes: readonly number[], start: number, end: number): void
  /** Outside of records there is no key: using a state then is the error STATE_ACCESS_WITHOUT_KEY. */
  clearCurrentKey(): void
  currentKey(): unknown
  /** Entries are kept apart by namespace (a window, say); VOID_NAMESPACE is the one of plain keyed state. */
  setCurrentNamespace(namespace: unknown): void
  /** The state of the descriptor's kind; a second call with an equal descriptor gives the same state. */
  getOrCreateKeyedState(descriptor: StateDescriptor<unknown>): State
  /** Takes over the entries of this subtask's key groups; before any state is asked for. */
  restore(handles: readonly KeyedStateHandle[], read: StateHandleReader): Promise<void>
  /** From here on a new key of another shape than these is STATE_TYPE_INCOMPATIBLE. */
  expectKeys(shapes: readonly string[]): void
  /** Without `increment` it is whole, and has nothing to do with other snapshots. */
  snapshot(increment?: SnapshotIncrement): KeyedStateSnapshot
  numberOfEntries(): number
  dispose(): void
}
