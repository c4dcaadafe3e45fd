// Duty: keyed state as objects on the heap of the task worker.
// Thread: the task worker.
import { HeapKeyedStateBackend } from './heap-keyed-state-backend.js'
import type { KeyedStateBackend } from './keyed-state-backend.js'
import type { KeyedStateBackendParameters, StateBackend } from './state-backend.js'

export class HashMapStateBackend implements StateBackend {
  readonly name = 'hashmap'

  createKeyedStateBackend(parameters: KeyedStateBackendParameters): KeyedStateBackend {
    return new HeapKeyedStateBackend(parameters)
  }
}
