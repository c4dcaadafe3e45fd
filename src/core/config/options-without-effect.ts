import { askedOfCheckpointFiles } from './checkpoint-storage-choice.js'
import { CheckpointingOptions } from './checkpointing-options.js'
import type { ConfigOption } from './config-option.js'
import type { Configuration } from './configuration.js'
import { JobManagerOptions } from './job-manager-options.js'
import { metricsNotShown } from './metrics-not-shown.js'
import { MetricOptions } from './metric-options.js'
import { RestOptions } from './rest-options.js'
import { RocksDBOptions } from './rocksdb-options.js'
import { RocksDBOptionsWithoutEffect } from './rocksdb-options-without-effect.js'
import { SavepointOptions } from './savepoint-options.js'
import { StateBackendOptions } from './state-backend-options.js'
import { askedOfUnalignedCheckpoints } from './unaligned-checkpoint-choice.js'

/** An option that configurations written for Flink may hold, and that changes nothing here. */
export interface OptionWithoutEffect {
  readonly option: ConfigOption<unknown>
  /** Why it has none, and what does what the user wanted: whole sentences. */
  readonly reason: string
  /** The value that asks for what happens anyway, and so needs no word. */
  readonly granted?: unknown
}

const STORE_IS_SET_UP =
  'The driver of the rocksdb backend sets its store up from the memory that it is given: taskmanager.memory.managed.size or state.backend.rocksdb.memory.fixed-per-slot, and state.backend.rocksdb.memory.write-buffer-ratio.'

const NO_PORT =
  'No port is opened: only run --web and start-cluster do that. flink-ts finds the jobs of this machine through cluster.run-directory.'

/** What the rocksdb backend decides by itself, all for one reason but these. */
const ROCKSDB_ROWS: readonly OptionWithoutEffect[] = Object.values(RocksDBOptionsWithoutEffect).map((option) => {
  switch (option) {
    case RocksDBOptionsWithoutEffect.TIMER_SERVICE_FACTORY:
      return {
        option,
        granted: 'ROCKSDB',
        reason: 'Timers lie in the store, with the rest of keyed state, and their order in memory.',
      }
    case RocksDBOptionsWithoutEffect.FIX_PER_TM_MEMORY_SIZE:
      return { option, reason: 'A worker is a TaskManager here: taskmanager.memory.managed.size says the same.' }
    default:
      return { option, granted: option.defaultValue, reason: STORE_IS_SET_UP }
  }
})

/**
 * Every option that is accepted without effect. All others are read by what they are for: an architecture test compares
 * this table with the sources.
 */
export const OPTIONS_WITHOUT_EFFECT: readonly OptionWithoutEffect[] = [
  {
    option: CheckpointingOptions.ENABLE_UNALIGNED_INTERRUPTIBLE_TIMERS,
    granted: false,
    reason:
      'As in Flink, timers of functions and windows are not interrupted, only those of operators of SQL and CEP, which are not here: a checkpoint is taken when all that a watermark makes due have fired.',
  },
  {
    option: StateBackendOptions.CHANGELOG_ENABLED,
    granted: false,
    reason:
      'Where checkpoints take long, execution.checkpointing.incremental: true stores what changed, on every backend.',
  },
  {
    option: StateBackendOptions.LATENCY_TRACK_ENABLED,
    granted: false,
    reason: 'Single accesses to state are not measured; how busy a task is, its metrics say.',
  },
  ...ROCKSDB_ROWS,
  {
    option: JobManagerOptions.ARCHIVE_DIR,
    reason:
      'There is no history server: of the last 100 jobs that have ended the run directory (cluster.run-directory) has what REST and list -a show.',
  },
  {
    option: MetricOptions.SCOPE_FORMATS,
    reason:
      'As in Flink, Prometheus and OpenTelemetry have the scope of a metric in labels, and REST in its path; the formats are for reporters that have it in names, which are not here.',
  },
]

/** A warning for each option without effect that asks for something, here or with what else is set, by its key. */
export function warningsOfOptionsWithoutEffect(configuration: Configuration): ReadonlyMap<string, string> {
  const warnings = new Map<string, string>()
  for (const { option, reason, granted } of OPTIONS_WITHOUT_EFFECT) {
    const place = configuration.placeOf(option)
    if (place === undefined || isGranted(configuration.get(option), granted)) continue
    warnings.set(option.key, withoutEffect(place, reason))
  }
  for (const [option, reason] of [
    ...askedOfCheckpointFiles(configuration),
    ...askedOfUnalignedCheckpoints(configuration),
  ]) {
    const place = configuration.placeOf(option)
    if (place !== undefined) warnings.set(option.key, withoutEffect(place, reason))
  }
  for (const [key, reason] of metricsNotShown(configuration)) {
    const where = configuration.originOfKey(key) ?? configuration.placeOf(RocksDBOptions.METRICS)?.where ?? ''
    warnings.set(key, withoutEffect({ key, where }, reason))
  }
  // What `run --web` reads is no part of the configuration of a job.
  for (const option of [RestOptions.PORT, RestOptions.BIND_PORT]) {
    const port = configuration.placeOf(option)
    if (port !== undefined) warnings.set(option.key, withoutEffect(port, NO_PORT))
  }
  const place = configuration.placeOf(SavepointOptions.LOCAL_RECOVERY)
  const reason = whyNothingIsKeptLocally(configuration)
  if (place !== undefined && reason !== undefined && configuration.get(SavepointOptions.LOCAL_RECOVERY))
    warnings.set(SavepointOptions.LOCAL_RECOVERY.key, withoutEffect(place, reason))
  return warnings
}

function withoutEffect({ key, where }: { readonly key: string; readonly where: string }, reason: string): string {
  return `${key} has no effect (set in ${where}). ${reason}`
}

/**
 * Why nothing is kept of checkpoints beside the tasks, whatever asks for it; undefined where it may be. Of a driver that is
 * chosen when it is loaded nobody knows it yet.
 */
export function whyNothingIsKeptLocally(configuration: Configuration): string | undefined {
  if (configuration.get(StateBackendOptions.STATE_BACKEND) !== 'rocksdb')
    return 'State on the heap is read from the checkpoint itself, which is as near as the disk of execution.checkpointing.dir is.'
  if (configuration.get(RocksDBOptions.DRIVER) === 'lmdb')
    return 'The driver lmdb writes into its one file as it goes on, of which a link would not stay what it was; state is read from the checkpoint.'
  if (!configuration.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS))
    return 'What is kept are the files of incremental checkpoints: set execution.checkpointing.incremental: true, too.'
  return undefined
}

/** Words count in any case. */
function isGranted(value: unknown, granted: unknown): boolean {
  if (typeof value !== 'string' || typeof granted !== 'string') return granted !== undefined && value === granted
  return value.toLowerCase() === granted.toLowerCase()
}
