// Duty: keyed state of one operator subtask as operators see it, whatever holds it.
// Invariants: state is addressed by (current key, current namespace of the state); the hash travels with the record, so
// nobody hashes a key twice. `snapshot` is synchronous and only marks a version; several snapshots may run at once.
// `open` comes first and `restore` second, before anything else; `dispose` last, whatever came before.
// Thread: the task worker that owns the operator.
import type { State } from '../../../api/state/state.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import type { CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { KeyGroupBytes } from '../../../storage/key-group-reader.js'
import type { KeyedStateHandle, StreamStateHandle } from '../../../storage/state-handles.js'
import type { InternalState } from './internal-state.js'
import type { KeyedPriorityQueue } from './keyed-priority-queue.js'
import type { NamespaceType } from './namespace-type.js'
import type { TimeSlices } from './time-slices.js'

/** A version of the state that can still be read while the living state goes on. */
export interface KeyedStateSnapshot {
  /**
   * Writes the version in slices. None when there is no entry. A stream that was begun is removed on failure.
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

/** Where a backend reads what it restores. */
export interface KeyedStateReader {
  readonly bytes: StateHandleReader
  /** The bytes of a handle in pieces; its checksum is verified at their end. */
  pieces(handle: StreamStateHandle): AsyncIterable<Uint8Array>
  /**
   * The key groups of the range that have bytes, one after the other: no more than one of them needs to be in memory. The
   * checksum of the handle is verified at its end.
   */
  keyGroups(handle: KeyedStateHandle, range: KeyGroupRange): AsyncIterable<KeyGroupBytes>
}

export interface KeyedStateBackend {
  /** Acquires what it needs; the state is empty. */
  open(): Promise<void>
  /**
   * In place of `open`, or right after it: takes over the entries of this subtask's key groups. `checkpointId`: of whose
   * snapshot the handles are, where the subtask may have kept its part of it. Where the next checkpoint may build on that one, it
   * says so.
   */
  restore(handles: readonly KeyedStateHandle[], reader: KeyedStateReader, checkpointId?: number): Promise<void>
  /** From here on a new key of another shape than these is STATE_TYPE_INCOMPATIBLE. */
  expectKeys(shapes: readonly string[]): void

  /** The hashes from `start` to `end` are those of the next keys: a hint without an effect on any state. */
  prepareKeys(keyHashes: readonly number[], start: number, end: number): void
  setCurrentKey(key: unknown, keyHash: number): void
  /** Outside of records there is no key: using a state then is the error STATE_ACCESS_WITHOUT_KEY. */
  clearCurrentKey(): void
  currentKey(): unknown

  /** The state of the descriptor's kind; a second call with an equal descriptor gives the same state. */
  getOrCreateKeyedState(descriptor: StateDescriptor<unknown>): State
  /** One with namespaces. A list, reducing or aggregating state is an InternalMergingState. */
  getOrCreateKeyedState<N>(descriptor: StateDescriptor<unknown>, namespaces: NamespaceType<N>): InternalState<N>
  /** A second call gives the same queue. Its name is one among those of the states. */
  getOrCreatePriorityQueue<N>(name: string, namespaces: NamespaceType<N>): KeyedPriorityQueue<N>
  /** The keys of which the state has an entry in the namespace, in any order; no entry of it may come or go meanwhile. */
  getKeys(state: string, namespace: unknown): Iterable<unknown>
  /** Each of these keys is the current one once, and the namespace that of the state. Any state may be changed. */
  applyToAllKeys<N>(state: string, namespace: N, action: (key: unknown, state: InternalState<N>) => void): void

  /**
   * Without `increment` it is whole, in the form that every backend restores, and has nothing to do with other snapshots.
   * With one it may be in a form of its own and name files of the checkpoint that it builds on.
   */
  snapshot(increment?: SnapshotIncrement): KeyedStateSnapshot
  /** Of a backend on the disk this reads them all. */
  numberOfEntries(): number
  /** Whether there is one: cheap enough for each snapshot. */
  hasEntries(): boolean
  /** A function asked for the state, which has no time to live: nothing but the function makes it smaller. Absent where keys are not counted. */
  countEntriesOf?(state: string): void
  /** Keys by state, of those. Costs the same for any number of them. */
  entryCounts?(): Readonly<Record<string, number>> | undefined
  /** What its store tells of itself, by Flink's names without `rocksdb.`; absent where there is none. From `open` on, empty at the end. */
  metrics?(): Readonly<Record<string, number>>
  /** May be called twice. */
  dispose(): Promise<void>
}
