import { booleanOption, enumOption, intOption, type ConfigOption } from './config-option.js'

/** The names by which `state.backend.type` chooses. */
export type StateBackendName = 'hashmap' | 'jobmanager' | 'filesystem' | 'rocksdb'

/** Options of Flink's StateBackendOptions, and what turns on its StateChangelogOptions and StateLatencyTrackOptions. */
export const StateBackendOptions: {
  readonly STATE_BACKEND: ConfigOption<StateBackendName>
  readonly CHANGELOG_ENABLED: ConfigOption<boolean>
  readonly LATENCY_TRACK_ENABLED: ConfigOption<boolean>
  readonly GROWTH_WARNING_MIN_ENTRIES: ConfigOption<number>
} = {
  STATE_BACKEND: enumOption('state.backend.type', 'hashmap', {
    description:
      "Where working state lives. hashmap, and the older names filesystem and jobmanager, keep it on the heap; jobmanager also keeps checkpoints in memory, whatever directory is set. rocksdb keeps it on the local disk, more of it than fits in memory, and needs one of the optional packages that state.backend.rocksdb.driver names. The names of Flink's factory classes mean the same.",
    deprecatedKeys: ['state.backend'],
    enumValues: ['hashmap', 'jobmanager', 'filesystem', 'rocksdb'],
    enumAliases: {
      'org.apache.flink.runtime.state.hashmap.HashMapStateBackendFactory': 'hashmap',
      'org.apache.flink.runtime.state.memory.MemoryStateBackendFactory': 'jobmanager',
      'org.apache.flink.runtime.state.filesystem.FsStateBackendFactory': 'filesystem',
      'org.apache.flink.contrib.streaming.state.RocksDBStateBackendFactory': 'rocksdb',
      'org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackendFactory': 'rocksdb',
      'org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackendFactory': 'rocksdb',
    },
  }),
  CHANGELOG_ENABLED: booleanOption('state.changelog.enabled', false, {
    description: 'Changes of state are written on as they are made, and a checkpoint is what was written.',
    deprecatedKeys: ['state.backend.changelog.enabled'],
  }),
  LATENCY_TRACK_ENABLED: booleanOption('state.latency-track.keyed-state-enabled', false, {
    description: 'Metrics of how long each kind of access to keyed state takes.',
    deprecatedKeys: ['state.backend.latency-track.keyed-state-enabled'],
  }),
  GROWTH_WARNING_MIN_ENTRIES: intOption('state.growth-warning.min-entries', 1_000_000, {
    minimum: 0,
    description:
      'A run warns once of a keyed state of a function that has no time to live and only grows: 10 checkpoints have found more keys than the one before, none fewer, and these have doubled to at least so many. 0: never.',
  }),
}
