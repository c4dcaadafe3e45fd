import { HeapKeyedStateBackend } from '../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import type { KeyedStateSnapshot } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { incrementalCheckpointContract } from './incremental-checkpoint.contract.js'
import { HEAP } from './backends-under-test.js'
import { keyedStateBackendContract, type BackendUnderTest } from './state-backend.contract.js'
import { keyedStateBackendProperties } from './state-backend-properties.js'
import { namespacesContract } from './state-namespaces.contract.js'
import { priorityQueueContract } from './state-priority-queue.contract.js'
import { timersOfKeysContract } from './state-timers-of-keys.contract.js'
import { stateSafetyContract } from './state-safety.contract.js'

/** Each of its snapshots builds on the one before it, where that was written. */
class AlwaysIncremental extends HeapKeyedStateBackend {
  #lastId = 0

  override snapshot(): KeyedStateSnapshot {
    const baseCheckpointId = this.#lastId
    this.#lastId += 1
    return super.snapshot({ checkpointId: this.#lastId, baseCheckpointId })
  }
}

const incremental: BackendUnderTest = {
  name: 'HeapKeyedStateBackend with increments',
  keepsObjects: true,
  create: (parameters) => new AlwaysIncremental(parameters),
}

for (const kind of [HEAP, incremental]) {
  keyedStateBackendContract(kind)
  namespacesContract(kind)
  priorityQueueContract(kind)
  timersOfKeysContract(kind)
}
incrementalCheckpointContract(HEAP)
keyedStateBackendProperties(HEAP)
stateSafetyContract(HEAP)
