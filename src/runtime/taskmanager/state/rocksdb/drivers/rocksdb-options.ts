// Duty: how much of its memory RocksDB uses for what, and how it lays out its files.
// Thread: any.
import type { KvStoreOptions } from '../kv-store.js'

/** A size of the package is 32 bits wide. */
const MOST_CACHE_BYTES = 2 ** 32 - 1
/** Below it every few records would be a file. */
const LEAST_TABLE_BYTES = 1024 ** 2

/**
 * Of these tables there are up to six, of a quarter of `memtableMemoryBudget` each. The ratio is Flink's default where none
 * is given.
 */
export function rocksDbOptions({ memoryBytes, writeBufferRatio = 0.5 }: Omit<KvStoreOptions, 'directory'>): object {
  const tableBytes = Math.max(memoryBytes * writeBufferRatio, LEAST_TABLE_BYTES)
  return {
    compaction: 'level',
    memtableMemoryBudget: Math.floor((tableBytes * 2) / 3),
    cacheSize: Math.min(Math.max(0, Math.floor(memoryBytes - tableBytes)), MOST_CACHE_BYTES),
    // Hashes in blocks and filters of tables in memory. 1 M entries, get one by one: 51 k/s became 70, of keys that are not
    // there 204 became 300; short ranges lost a fifth.
    optimize: 'point-lookup',
    // Of dictionaries, which take time to train. Level 2 and those below are compressed all the same.
    compression: false,
    // A log that only grows can be handed to a snapshot piece by piece.
    walCompression: false,
  }
}
