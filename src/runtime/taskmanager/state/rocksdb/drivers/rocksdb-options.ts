// Duty: how much of its memory RocksDB uses for what, and how it lays out its files.
// Thread: any.

/** A size of the package is 32 bits wide. */
const MOST_CACHE_BYTES = 2 ** 32 - 1

/**
 * Half is for blocks of files, as is Flink's default, and half for tables not written yet: of these there are up to six, of a
 * quarter of `memtableMemoryBudget` each.
 */
export function rocksDbOptions(memoryBytes: number): object {
  return {
    compaction: 'level',
    memtableMemoryBudget: Math.floor(memoryBytes / 3),
    cacheSize: Math.min(Math.floor(memoryBytes / 2), MOST_CACHE_BYTES),
    // Hashes in blocks and filters of tables in memory. 1 M entries, get one by one: 51 k/s became 70, of keys that are not
    // there 204 became 300; short ranges lost a fifth.
    optimize: 'point-lookup',
    // Of dictionaries, which take time to train. Level 2 and those below are compressed all the same.
    compression: false,
    // A log that only grows can be handed to a snapshot piece by piece.
    walCompression: false,
  }
}
