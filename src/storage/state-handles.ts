// Duty: the plain-data description of where a piece of state lies. Travels between threads and is written in _metadata.
// Invariants: every handle names a byte range and the CRC32C of exactly those bytes; reading verifies it. A handle is
// immutable. Key-group ranges are inclusive; offsets are relative to the start of the handle's bytes.
// Thread: any (made in task workers, kept by the JobMaster).
import type { KeyGroupRange } from '../core/keygroups/key-group-range.js'

/** Bytes that are kept in `_metadata` itself, or a range of a file. Files are named by absolute URIs. */
export type StreamStateHandle =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array; readonly crc32c: number }
  | {
      readonly kind: 'file'
      readonly uri: string
      readonly offset: number
      readonly lengthBytes: number
      readonly crc32c: number
    }

/** Name and kind of a registered state, checked before its bytes are read. */
export interface StateMetadata {
  readonly name: string
  readonly kind:
    | 'value'
    | 'list'
    | 'map'
    | 'reducing'
    | 'aggregating'
    | 'operator-list'
    | 'operator-union'
    | 'broadcast'
    | 'priority-queue'
  /** Description of the declared type, `GENERIC` where none was declared. */
  readonly typeFingerprint: string
  /** Of `withSchema`; 0 where none was declared. */
  readonly schemaVersion: number
  /** Of the type of its namespaces; absent where it has none, as all state has that functions ask for. */
  readonly namespaceFingerprint?: string
}

/**
 * Keyed state in files of a form that one backend alone reads. Later checkpoints may name some of them, too; no key group
 * of theirs has offsets.
 */
export interface BackendFiles {
  /** As `state.backend.type` says it. */
  readonly backend: string
  readonly files: readonly BackendFile[]
}

export interface BackendFile {
  /** What the backend calls it. */
  readonly name: string
  readonly handle: StreamStateHandle
}

/**
 * Keyed state of one operator subtask: per key group the offset of its block. Of several with the same key group the
 * first is whole, and the others say, in their order, what changed since.
 */
export interface KeyedStateHandle {
  /** Says what changed after the handles before it: an entry replaces, a removed key removes. */
  readonly isDelta: boolean
  readonly keyGroups: KeyGroupRange
  /** offsets[i]: start of key group `keyGroups.start + i`; one more entry marks the end. */
  readonly offsets: readonly number[]
  readonly states: readonly StateMetadata[]
  /** Of its entries' keys, as core/keygroups/key-shapes.ts names them; undefined where an older format did not say. */
  readonly keyShapes: readonly string[] | undefined
  /** All bytes; where there are files, what the backend wants to know of them. */
  readonly handle: StreamStateHandle
  /** Absent in the form that every backend reads. */
  readonly backendFiles?: BackendFiles
}

/** Operator (non-keyed) state of one subtask: per state name the offsets of its list elements. */
export interface OperatorStateHandle {
  readonly states: readonly (StateMetadata & {
    /** offsets[i]: start of element i; one more entry marks the end. */
    readonly offsets: readonly number[]
  })[]
  readonly handle: StreamStateHandle
}

/**
 * Records that were in flight in one channel when a checkpoint was taken that did not wait for them, and watermarks and their
 * statuses between them, oldest first, as
 * `ChannelReader.inFlight` and `ChannelWriter.inFlight` give them.
 */
export interface ChannelStateHandle {
  /** Input of the task that the channel belongs to, or output, counted from 0. */
  readonly edgeIndex: number
  /** The channel's place among those of its input or output. */
  readonly channelIndex: number
  /** Of the type of its records, as of a state's. */
  readonly typeFingerprint: string
  /** offsets[i]: start of element i; one more entry marks the end. */
  readonly offsets: readonly number[]
  /** How many of the elements are no records; absent where none is, as in all snapshots before version 8. */
  readonly numTimes?: number
  readonly handle: StreamStateHandle
  /** On a restore: records of other key groups are for other subtasks. Never in a snapshot. */
  readonly isSharedByKeyGroup?: true
  /** On a restore into another parallelism, of the subtask or of those upstream. Never in a snapshot. */
  readonly virtualChannel?: VirtualChannel
}

/** A channel that there is no more: of those of an edge that a subtask is given only all together say how far time is. */
export interface VirtualChannel {
  readonly index: number
  /** How many there are. */
  readonly of: number
}

/** Everything one subtask of one operator put into a snapshot (or gets back from one or more of them). */
export interface OperatorSubtaskState {
  readonly managedKeyed: readonly KeyedStateHandle[]
  readonly managedOperator: readonly OperatorStateHandle[]
  /**
   * Of the channels into it, where it is the first operator of its task; absent in an aligned checkpoint. On a restore all that is
   * given to the subtask before its channels are read, in this order, what was in flight at the writers of its channels included.
   */
  readonly inputChannels?: readonly ChannelStateHandle[]
  /**
   * Of the channels out of it, where it is the last operator of its task; absent in an aligned checkpoint. Acknowledged so, and
   * in a snapshot among what is in flight into the operators that were to read it.
   */
  readonly outputChannels?: readonly ChannelStateHandle[]
  /**
   * On a restore the shapes of the keys that all subtasks had in the snapshot which the run was started from: keys of
   * others are refused. Undefined where nothing is known, or the run began afresh; never in a snapshot.
   */
  readonly expectedKeyShapes?: readonly string[] | undefined
  /** Acknowledged so by an operator that had finished before the restore while others of its task go on; never in a snapshot. */
  readonly isFinished?: true
}

/** What a task acknowledges: operator id to state. An operator without state is absent. */
export interface TaskStateSnapshot {
  readonly operators: Readonly<Record<string, OperatorSubtaskState>>
}

/** Wherever bytes of it lie. */
export function streamHandlesOfSubtask(state: OperatorSubtaskState): StreamStateHandle[] {
  const keyed = state.managedKeyed.flatMap(({ handle, backendFiles }) => [
    handle,
    ...(backendFiles?.files ?? []).map((file) => file.handle),
  ])
  return [...keyed, ...[...state.managedOperator, ...channelStateOf(state)].map(({ handle }) => handle)]
}

/** Of channels into and out of a subtask. */
export function channelStateOf({ inputChannels, outputChannels }: OperatorSubtaskState): ChannelStateHandle[] {
  return [...(inputChannels ?? []), ...(outputChannels ?? [])]
}

export const EMPTY_SUBTASK_STATE: OperatorSubtaskState = {
  managedKeyed: [],
  managedOperator: [],
}
