/**
 * What a snapshot holds, in numbers: out of its metadata and of what stands before each block of keyed state. Nothing of a program
 * is needed, and no entry is read.
 */
import type { FileSystems } from '../core/fs/file-systems.js'
import { streamHandlesOf, type CompletedCheckpoint, type OperatorState } from '../storage/checkpoint-metadata.js'
import { recordCount } from '../storage/channel-state-assignment.js'
import { channelStateOf, type ChannelStateHandle, type StateMetadata } from '../storage/state-handles.js'
import { bytesOf } from '../storage/state-size.js'
import { stateBytesOf, type StateBytes } from './state-bytes.js'

export interface SnapshotSummary {
  /** Its directory. */
  readonly path: string
  readonly kind: 'savepoint' | 'checkpoint'
  /** Version of flink-ts that wrote it. */
  readonly engineVersion: string
  readonly jobId: string
  readonly jobName: string
  readonly checkpointId: number
  /** Epoch ms of the trigger. */
  readonly timestamp: number
  readonly isDrained: boolean
  /** Of all state that it names, in its directory and beside it. */
  readonly sizeBytes: number
  readonly operators: readonly OperatorSummary[]
}

export interface OperatorSummary {
  readonly operatorId: string
  /** Null where the program gave none. */
  readonly uid: string | null
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number
  readonly isFullyFinished: boolean
  readonly sizeBytes: number
  /** Of its coordinator and of records in flight, where there are any. */
  readonly coordinatorBytes?: number
  readonly channelBytes?: number
  readonly channelRecords?: number
  /** Backend whose own files hold the keyed state; absent where it is in the form of all backends. */
  readonly backend?: string
  readonly states: readonly StateSummary[]
}

export interface StateSummary {
  readonly name: string
  readonly kind: StateMetadata['kind']
  /** Description of the declared type, `GENERIC` where none was declared. */
  readonly type: string
  readonly schemaVersion: number
  /** Type of the namespaces (windows, timers); null for state of the key alone. */
  readonly namespaces: string | null
  /**
   * Keyed state: pairs of key and namespace; a list or map of a key is one. Operator state: elements. Null where only the backend
   * that wrote the files can tell.
   */
  readonly entries: number | null
  /** True where checkpoints after the whole one changed something: some entries may be counted twice, or be gone. */
  readonly entriesAtMost: boolean
  readonly sizeBytes: number | null
}

export async function summarise(
  { metadata, externalPath }: CompletedCheckpoint,
  fileSystems: FileSystems,
): Promise<SnapshotSummary> {
  const { engineVersion, jobId, jobName, checkpointId, timestamp } = metadata
  const operators: OperatorSummary[] = []
  for (const operator of metadata.operators) operators.push(await summariseOperator(operator, fileSystems))
  return {
    path: fileSystems.forUri(externalPath).path,
    kind: metadata.isSavepoint ? 'savepoint' : 'checkpoint',
    engineVersion,
    jobId,
    jobName,
    checkpointId,
    timestamp,
    isDrained: metadata.isDrained === true,
    sizeBytes: bytesOf(streamHandlesOf(metadata)),
    operators,
  }
}

async function summariseOperator(operator: OperatorState, fileSystems: FileSystems): Promise<OperatorSummary> {
  const { operatorId, uid = null, name, parallelism, maxParallelism, fullyFinished, coordinatorState } = operator
  const found = new FoundStates()
  let backend: string | undefined
  const channels: ChannelStateHandle[] = []
  for (const subtask of operator.subtasks) {
    if (subtask === undefined) continue
    for (const handle of subtask.managedKeyed) {
      if (handle.backendFiles === undefined) found.addAll(handle.states, await stateBytesOf(handle, fileSystems))
      else {
        backend = handle.backendFiles.backend
        for (const state of handle.states) found.add(state, undefined)
      }
    }
    for (const { states } of subtask.managedOperator) {
      for (const state of states) found.addElements(state, state.offsets)
    }
    channels.push(...channelStateOf(subtask))
  }
  const states = found.list()
  const all = streamHandlesOf({ operators: [operator] })
  return {
    operatorId,
    uid,
    name,
    parallelism,
    maxParallelism,
    isFullyFinished: fullyFinished,
    sizeBytes: bytesOf(all),
    ...(coordinatorState === undefined ? {} : { coordinatorBytes: bytesOf([coordinatorState]) }),
    ...(channels.length === 0 ? {} : inFlight(channels)),
    ...(backend === undefined ? {} : { backend }),
    states,
  }
}

function inFlight(
  channels: readonly ChannelStateHandle[],
): Required<Pick<OperatorSummary, 'channelBytes' | 'channelRecords'>> {
  return { channelBytes: bytesOf(channels.map(({ handle }) => handle)), channelRecords: recordCount(channels) }
}

interface FoundState {
  readonly metadata: StateMetadata
  readonly bytes: StateBytes
  isKnown: boolean
}

/** Of all subtasks of an operator together. */
class FoundStates {
  readonly #byName = new Map<string, FoundState>()

  addAll(states: readonly StateMetadata[], bytes: readonly StateBytes[]): void {
    for (const [index, metadata] of states.entries()) this.add(metadata, bytes[index])
  }

  /** Undefined where the bytes do not tell. */
  add(metadata: StateMetadata, bytes: StateBytes | undefined): void {
    const state = this.#of(metadata)
    if (bytes === undefined) {
      state.isKnown = false
      return
    }
    state.bytes.entries += bytes.entries
    state.bytes.sizeBytes += bytes.sizeBytes
    state.bytes.hasChanges ||= bytes.hasChanges && bytes.sizeBytes > 0
  }

  /** Of operator state; every subtask has its own copy of a broadcast state. */
  addElements(metadata: StateMetadata, offsets: readonly number[]): void {
    const { bytes } = this.#of(metadata)
    const elements = Math.max(0, offsets.length - 1)
    bytes.entries = metadata.kind === 'broadcast' ? Math.max(bytes.entries, elements) : bytes.entries + elements
    bytes.sizeBytes += (offsets.at(-1) ?? 0) - (offsets[0] ?? 0)
  }

  list(): StateSummary[] {
    return [...this.#byName.values()].map(({ metadata, bytes, isKnown }) => ({
      name: metadata.name,
      kind: metadata.kind,
      type: metadata.typeFingerprint,
      schemaVersion: metadata.schemaVersion,
      namespaces: metadata.namespaceFingerprint ?? null,
      entries: isKnown ? bytes.entries : null,
      entriesAtMost: bytes.hasChanges,
      sizeBytes: isKnown ? bytes.sizeBytes : null,
    }))
  }

  #of(metadata: StateMetadata): FoundState {
    const known = this.#byName.get(metadata.name)
    if (known !== undefined) return known
    const state = { metadata, bytes: { entries: 0, sizeBytes: 0, hasChanges: false }, isKnown: true }
    this.#byName.set(metadata.name, state)
    return state
  }
}
