// Duty: state on a local disk (`rocksdb`), with the values that are in use as objects in memory.
// Thread: the task worker.
import type { KeyedStateBackend } from '../keyed-state-backend.js'
import type { KeyedStateBackendParameters, StateBackend } from '../state-backend.js'
import { RocksDBKeyedStateBackend } from './rocksdb-keyed-state-backend.js'
import type { RocksDBResources } from './rocksdb-resources.js'

export class RocksDBStateBackend implements StateBackend {
  readonly name = 'rocksdb'
  readonly #resources: RocksDBResources

  constructor(resources: RocksDBResources) {
    this.#resources = resources
  }

  createKeyedStateBackend(parameters: KeyedStateBackendParameters): KeyedStateBackend {
    this.#resources.memory.join()
    return new RocksDBKeyedStateBackend(parameters, this.#resources)
  }
}
