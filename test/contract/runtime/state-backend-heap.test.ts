import {
  HeapKeyedStateBackend,
  type HeapKeyedStateBackendOptions,
} from '../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import type { KeyedStateSnapshot } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { incrementalCheckpointContract } from './incremental-checkpoint.contract.js'
import { keyedStateBackendContract } from './state-backend.contract.js'
import { keyedStateBackendProperties } from './state-backend-properties.js'
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

const create = (options: HeapKeyedStateBackendOptions): HeapKeyedStateBackend => new HeapKeyedStateBackend(options)

keyedStateBackendContract('HeapKeyedStateBackend', create)
keyedStateBackendContract('HeapKeyedStateBackend with increments', (options) => new AlwaysIncremental(options))
incrementalCheckpointContract('HeapKeyedStateBackend', create)
keyedStateBackendProperties('HeapKeyedStateBackend', create)
stateSafetyContract('HeapKeyedStateBackend', create)
