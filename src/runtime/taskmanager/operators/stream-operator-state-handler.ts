// Duty: the state of one operator subtask: makes its backends, restores them, takes their snapshots, disposes of them.
// Invariants: keyed state exists only where the operator's input is keyed. `capture` is synchronous: everything that it
// returns belongs to one moment.
// Thread: the task worker that owns the operator.
import { keyGroupRangeForOperatorIndex } from '../../../core/keygroups/key-group-assignment.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { readKeyGroups } from '../../../storage/key-group-reader.js'
import {
  streamHandlesOfSubtask,
  type KeyedStateHandle,
  type OperatorSubtaskState,
  type StreamStateHandle,
} from '../../../storage/state-handles.js'
import { readStateHandle, readStatePieces, verifyStateHandle } from '../../../storage/state-reader.js'
import type {
  KeyedStateBackend,
  KeyedStateReader,
  KeyedStateSnapshot,
  SnapshotIncrement,
  StateHandleReader,
} from '../state/keyed-state-backend.js'
import type { LocalRecoveryConfig } from '../state/local-recovery-config.js'
import { OperatorStateBackend } from '../state/operator-state-backend.js'
import type { OperatorStateSnapshot } from '../state/operator-state-snapshot.js'
import type { StateBackend } from '../state/state-backend.js'
import { loadStateBackend } from '../state/state-backend-loader.js'
import { registerStoreMetrics } from './store-metrics.js'
import type { OperatorContext } from './stream-operator.js'

/** The state of an operator at one moment; `keyed` must be released. */
export interface CapturedState {
  readonly keyed: KeyedStateSnapshot | undefined
  readonly operator: OperatorStateSnapshot
  /** Keys by state, where they are counted. */
  readonly entryCounts?: Readonly<Record<string, number>> | undefined
}

/** Where no worker shares one among its operators. */
function ownStateBackend({ configuration, taskInfo, random, logger }: OperatorContext): StateBackend {
  return loadStateBackend(configuration, { jobId: taskInfo.jobId, slots: 1, random, logger })
}

function localRecoveryOf(operatorId: string, context: OperatorContext): LocalRecoveryConfig | undefined {
  const { localState, taskInfo, fileSystems, logger } = context
  if (localState === undefined) return undefined
  const { subtaskIndex } = taskInfo
  return { subtask: { operatorId, subtaskIndex }, ...localState, fileSystems, logger }
}

export class StreamOperatorStateHandler {
  readonly keyedBackend: KeyedStateBackend | undefined
  readonly operatorBackend: OperatorStateBackend
  readonly #context: OperatorContext

  constructor(binding: OperatorBinding, context: OperatorContext) {
    const { maxParallelism, parallelism, subtaskIndex } = context.taskInfo
    const { registeredTypes, processingTime, onStateAsked } = context
    this.#context = context
    this.operatorBackend = new OperatorStateBackend(binding.name, registeredTypes, subtaskIndex, onStateAsked)
    const key = binding.keys.find((each) => each !== undefined)
    if (key !== undefined) {
      const keyGroups = keyGroupRangeForOperatorIndex(maxParallelism, parallelism, subtaskIndex)
      const keyed = { operatorName: binding.name, keyKind: key.kind, keyGroups, maxParallelism }
      const backend = context.stateBackend ?? ownStateBackend(context)
      const localRecovery = localRecoveryOf(binding.operatorId, context)
      const owner = { operatorId: binding.operatorId, operatorName: binding.name, keyKind: key.kind }
      this.keyedBackend = backend.createKeyedStateBackend({
        ...keyed,
        registeredTypes,
        processingTime,
        localRecovery,
        onQueryableState: (state) => context.queryableStates?.register(owner, state),
        onStateAsked,
      })
    }
  }

  /** Opens the keyed backend, and gives both what was restored, where something was. */
  async restore(restored: OperatorSubtaskState | undefined, checkpointId?: number): Promise<void> {
    if (restored === undefined) {
      await this.#openKeyed([])
      return
    }
    try {
      await this.operatorBackend.restore(restored.managedOperator, this.#readOnce())
      await this.#openKeyed(restored.managedKeyed, checkpointId)
    } catch (error) {
      // Read in pieces, damaged bytes come to a backend before their checksum does: that they are damaged is the reason.
      for (const handle of streamHandlesOfSubtask(restored)) await verifyStateHandle(handle, this.#context.fileSystems)
      throw error
    }
    if (restored.expectedKeyShapes !== undefined) this.keyedBackend?.expectKeys(restored.expectedKeyShapes)
  }

  capture(increment: SnapshotIncrement | undefined): CapturedState {
    const operator = this.operatorBackend.snapshot()
    const entryCounts = this.keyedBackend?.entryCounts?.()
    return { keyed: this.keyedBackend?.snapshot(increment), operator, entryCounts }
  }

  /** Between records there is no current key. */
  leaveKey(): void {
    this.keyedBackend?.clearCurrentKey()
  }

  async dispose(): Promise<void> {
    this.operatorBackend.close()
    await this.keyedBackend?.dispose()
  }

  async #openKeyed(handles: readonly KeyedStateHandle[], checkpointId?: number): Promise<void> {
    if (this.keyedBackend === undefined) return
    if (handles.length === 0) await this.keyedBackend.open()
    else await this.keyedBackend.restore(handles, this.#keyedReader(), checkpointId)
    registerStoreMetrics(this.keyedBackend, this.#context.metrics, this.#context.configuration)
  }

  #keyedReader(): KeyedStateReader {
    const { fileSystems } = this.#context
    return {
      bytes: (handle: StreamStateHandle) => readStateHandle(handle, fileSystems),
      pieces: (handle: StreamStateHandle) => readStatePieces(handle, fileSystems),
      keyGroups: (handle: KeyedStateHandle, range) =>
        readKeyGroups(handle, range, readStatePieces(handle.handle, fileSystems)),
    }
  }

  /** Handles of several states, or of several subtasks' shares, may lie in one file. */
  #readOnce(): StateHandleReader {
    const read = new Map<StreamStateHandle, Promise<Uint8Array>>()
    return (handle) => {
      const bytes = read.get(handle) ?? readStateHandle(handle, this.#context.fileSystems)
      read.set(handle, bytes)
      return bytes
    }
  }
}
