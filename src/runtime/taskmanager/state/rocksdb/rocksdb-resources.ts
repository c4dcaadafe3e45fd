// Duty: what the rocksdb backends of a worker are given by its configuration: a driver, room on the disk, and memory.
// Invariants: one a worker and attempt of a job, shared by the backends of all its operators. Made before the first of them,
// acquires nothing by itself.
// Thread: the task worker.
import type { WorkingDirectory } from '../../../../core/process/working-directories.js'
import type { KvDriver } from './kv-store.js'
import type { StateMemory } from './state-memory.js'

export interface RocksDBResources {
  /** What `state.backend.rocksdb.driver` names; the loader's error where it is not installed or does not load. */
  loadDriver(): Promise<KvDriver>
  /** A new and empty directory for one store, which whoever asks for it removes; on the disk of `near`, if it can be. */
  createDirectory(near?: string): Promise<WorkingDirectory>
  readonly memory: StateMemory
}
