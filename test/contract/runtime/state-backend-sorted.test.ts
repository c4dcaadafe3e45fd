import type { KeyedStateSnapshot } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { SortedKeyedStateBackend } from './sorted/sorted-keyed-state-backend.js'
import { SORTED } from './backends-under-test.js'
import { keyedStateBackendContract, type BackendUnderTest } from './state-backend.contract.js'
import { keyedStateBackendProperties } from './state-backend-properties.js'
import { backendFilesContract } from './state-files.contract.js'
import { namespacesContract } from './state-namespaces.contract.js'
import { priorityQueueContract } from './state-priority-queue.contract.js'
import { stateKindsContract } from './state-kinds.contract.js'
import { rescalingContract } from './state-rescaling.contract.js'
import { timersOfKeysContract } from './state-timers-of-keys.contract.js'
import { stateQueriesContract } from './state-queries.contract.js'
import { stateSafetyContract } from './state-safety.contract.js'

/** Each of its snapshots builds on the one before it, where that was written. */
class AlwaysIncremental extends SortedKeyedStateBackend {
  #lastId = 0

  override snapshot(): KeyedStateSnapshot {
    const baseCheckpointId = this.#lastId
    this.#lastId += 1
    return super.snapshot({ checkpointId: this.#lastId, baseCheckpointId })
  }
}

const incremental: BackendUnderTest = {
  name: 'A backend of sorted bytes in shared files',
  keepsObjects: false,
  sharesFiles: true,
  isSlow: true,
  create: (parameters) => new AlwaysIncremental(parameters),
}

for (const kind of [SORTED, incremental]) {
  keyedStateBackendContract(kind)
  namespacesContract(kind)
  priorityQueueContract(kind)
  timersOfKeysContract(kind)
  stateKindsContract(kind)
  stateQueriesContract(kind)
}
backendFilesContract(SORTED)
keyedStateBackendProperties(SORTED)
rescalingContract(SORTED)
stateSafetyContract(SORTED)
