// Duty: the state of one operator subtask: makes its backends, restores them, takes their snapshots, disposes of them.
// Invariants: keyed state exists only where the operator's input is keyed. `capture` is synchronous: everything that it
// returns belongs to one moment.
// Thread: the task worker that owns the operator.
import { keyGroupRangeForOperatorIndex } from '../../../core/keygroups/key-group-assignment.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState, StreamStateHandle } from '../../../storage/state-handles.js'
import { readStateHandle } from '../../../storage/state-reader.js'
import { HeapKeyedStateBackend } from '../state/heap-keyed-state-backend.js'
import type {
  KeyedStateBackend,
  KeyedStateSnapshot,
  SnapshotIncrement,
  StateHandleReader,
} from '../state/keyed-state-backend.js'
import { OperatorStateBackend } from '../state/operator-state-backend.js'
import type { OperatorStateSnapshot } from '../state/operator-state-snapshot.js'
import type { OperatorContext } from './stream-operator.js'

/** The state of an operator at one moment; `keyed` must be released. */
export interface CapturedState {
  readonly keyed: KeyedStateSnapshot | undefined
  readonly operator: OperatorStateSnapshot
}

export class StreamOperatorStateHandler {
  readonly keyedBackend: KeyedStateBackend | undefined
  readonly operatorBackend: OperatorStateBackend
  readonly #context: OperatorContext

  constructor(binding: OperatorBinding, context: OperatorContext) {
    const { maxParallelism, parallelism, subtaskIndex } = context.taskInfo
    const { registeredTypes } = context
    this.#context = context
    this.operatorBackend = new OperatorStateBackend(binding.name, registeredTypes)
    const key = binding.keys.find((each) => each !== undefined)
    if (key !== undefined) {
      const keyGroups = keyGroupRangeForOperatorIndex(maxParallelism, parallelism, subtaskIndex)
      const keyed = { operatorName: binding.name, keyKind: key.kind, keyGroups, maxParallelism }
      this.keyedBackend = new HeapKeyedStateBackend({ ...keyed, registeredTypes })
    }
  }

  async restore(restored: OperatorSubtaskState | undefined): Promise<void> {
    if (restored === undefined) return
    const read = this.#readOnce()
    await this.operatorBackend.restore(restored.managedOperator, read)
    await this.keyedBackend?.restore(restored.managedKeyed, read)
    if (restored.expectedKeyShapes !== undefined) this.keyedBackend?.expectKeys(restored.expectedKeyShapes)
  }

  capture(increment: SnapshotIncrement | undefined): CapturedState {
    const operator = this.operatorBackend.snapshot()
    return { keyed: this.keyedBackend?.snapshot(increment), operator }
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

  /** Between records there is no current key. */
  leaveKey(): void {
    this.keyedBackend?.clearCurrentKey()
  }

  dispose(): void {
    this.keyedBackend?.dispose()
  }
}
