import {
  booleanOption,
  doubleOption,
  intOption,
  memoryOption,
  stringOption,
  type ConfigOption,
} from './config-option.js'

type Unset<T> = ConfigOption<T | undefined>

/** Options of Flink's RocksDBOptions and RocksDBConfigurableOptions for which there is nothing here that they could set. */
export const RocksDBOptionsWithoutEffect: {
  readonly TIMER_SERVICE_FACTORY: ConfigOption<string>
  readonly HIGH_PRIORITY_POOL_RATIO: ConfigOption<number>
  readonly USE_PARTITIONED_INDEX_FILTERS: ConfigOption<boolean>
  readonly FIX_PER_TM_MEMORY_SIZE: Unset<number>
  readonly PREDEFINED_OPTIONS: ConfigOption<string>
  readonly OPTIONS_FACTORY: Unset<string>
  readonly CHECKPOINT_TRANSFER_THREAD_NUM: Unset<number>
  readonly MAX_BACKGROUND_THREADS: Unset<number>
  readonly MAX_OPEN_FILES: Unset<number>
  readonly LOG_LEVEL: Unset<string>
  readonly COMPACTION_STYLE: Unset<string>
  readonly USE_DYNAMIC_LEVEL_SIZE: Unset<string>
  readonly TARGET_FILE_SIZE_BASE: Unset<number>
  readonly MAX_SIZE_LEVEL_BASE: Unset<number>
  readonly COMPRESSION_PER_LEVEL: Unset<string>
  readonly WRITE_BUFFER_SIZE: Unset<number>
  readonly MAX_WRITE_BUFFER_NUMBER: Unset<number>
  readonly MIN_WRITE_BUFFER_NUMBER_TO_MERGE: Unset<number>
  readonly WRITE_BATCH_SIZE: Unset<number>
  readonly BLOCK_SIZE: Unset<number>
  readonly METADATA_BLOCK_SIZE: Unset<number>
  readonly BLOCK_CACHE_SIZE: Unset<number>
  readonly USE_BLOOM_FILTER: Unset<string>
  readonly BLOOM_FILTER_BITS_PER_KEY: Unset<number>
} = {
  TIMER_SERVICE_FACTORY: stringOption('state.backend.rocksdb.timer-service.factory', 'ROCKSDB', {
    description: 'Whether timers lie in the store (ROCKSDB) or on the heap (HEAP).',
  }),
  HIGH_PRIORITY_POOL_RATIO: doubleOption('state.backend.rocksdb.memory.high-prio-pool-ratio', 0.1, {
    description: 'Part of the cache of blocks for indexes and filters.',
  }),
  USE_PARTITIONED_INDEX_FILTERS: booleanOption('state.backend.rocksdb.memory.partitioned-index-filters', false, {
    description: 'Indexes and filters in pieces.',
  }),
  FIX_PER_TM_MEMORY_SIZE: memoryOption('state.backend.rocksdb.memory.fixed-per-tm', undefined, {
    description: 'Memory of all slots of a TaskManager together.',
  }),
  PREDEFINED_OPTIONS: stringOption('state.backend.rocksdb.predefined-options', 'DEFAULT', {
    description: 'A set of settings for a kind of disk.',
  }),
  OPTIONS_FACTORY: stringOption('state.backend.rocksdb.options-factory', undefined, {
    description: 'A class that makes settings.',
  }),
  CHECKPOINT_TRANSFER_THREAD_NUM: intOption('state.backend.rocksdb.checkpoint.transfer.thread.num', undefined, {
    description: 'Threads that copy files of checkpoints.',
  }),
  MAX_BACKGROUND_THREADS: intOption('state.backend.rocksdb.thread.num', undefined, {
    description: 'Threads for flushes and compactions.',
  }),
  MAX_OPEN_FILES: intOption('state.backend.rocksdb.files.open', undefined, {
    description: 'Files that a store keeps open.',
  }),
  LOG_LEVEL: stringOption('state.backend.rocksdb.log.level', undefined, { description: "Level of RocksDB's own log." }),
  COMPACTION_STYLE: stringOption('state.backend.rocksdb.compaction.style', undefined, {
    description: 'How files are merged.',
  }),
  USE_DYNAMIC_LEVEL_SIZE: stringOption('state.backend.rocksdb.compaction.level.use-dynamic-size', undefined, {
    description: 'Sizes of levels by need.',
  }),
  TARGET_FILE_SIZE_BASE: memoryOption('state.backend.rocksdb.compaction.level.target-file-size-base', undefined, {
    description: 'Size of a file of level 1.',
  }),
  MAX_SIZE_LEVEL_BASE: memoryOption('state.backend.rocksdb.compaction.level.max-size-level-base', undefined, {
    description: 'Size of level 1.',
  }),
  COMPRESSION_PER_LEVEL: stringOption('state.backend.rocksdb.compression.per.level', undefined, {
    description: 'Compression of each level.',
  }),
  WRITE_BUFFER_SIZE: memoryOption('state.backend.rocksdb.writebuffer.size', undefined, {
    description: 'Size of a table that is not written yet.',
  }),
  MAX_WRITE_BUFFER_NUMBER: intOption('state.backend.rocksdb.writebuffer.count', undefined, {
    description: 'How many such tables there may be.',
  }),
  MIN_WRITE_BUFFER_NUMBER_TO_MERGE: intOption('state.backend.rocksdb.writebuffer.number-to-merge', undefined, {
    description: 'How many of them are written together.',
  }),
  WRITE_BATCH_SIZE: memoryOption('state.backend.rocksdb.write-batch-size', undefined, {
    description: 'Bytes of changes that are written together.',
  }),
  BLOCK_SIZE: memoryOption('state.backend.rocksdb.block.blocksize', undefined, { description: 'Size of a block.' }),
  METADATA_BLOCK_SIZE: memoryOption('state.backend.rocksdb.block.metadata-blocksize', undefined, {
    description: 'Size of a block of an index.',
  }),
  BLOCK_CACHE_SIZE: memoryOption('state.backend.rocksdb.block.cache-size', undefined, {
    description: 'Memory for blocks.',
  }),
  USE_BLOOM_FILTER: stringOption('state.backend.rocksdb.use-bloom-filter', undefined, {
    description: 'A filter of the keys of each file.',
  }),
  BLOOM_FILTER_BITS_PER_KEY: intOption('state.backend.rocksdb.bloom-filter.bits-per-key', undefined, {
    description: 'Size of that filter.',
  }),
}
