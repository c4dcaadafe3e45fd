import { CheckpointingOptions } from './checkpointing-options.js'
import { ClientOptions } from './client-options.js'
import { ClusterOptions } from './cluster-options.js'
import type { ConfigOption } from './config-option.js'
import { CoreOptions } from './core-options.js'
import { DeploymentOptions } from './deployment-options.js'
import { ExecutionOptions } from './execution-options.js'
import { HdfsOptions } from './hdfs-options.js'
import { HighAvailabilityOptions } from './high-availability-options.js'
import { JobManagerOptions } from './job-manager-options.js'
import { KafkaOptions } from './kafka-options.js'
import { MetricOptions } from './metric-options.js'
import { PipelineOptions } from './pipeline-options.js'
import { RestOptions } from './rest-options.js'
import { RestartStrategyOptions } from './restart-strategy-options.js'
import { S3Options } from './s3-options.js'
import { SavepointOptions } from './savepoint-options.js'
import { SecurityOptions } from './security-options.js'
import { SessionOptions } from './session-options.js'
import { RocksDBOptions } from './rocksdb-options.js'
import { RocksDBOptionsWithoutEffect } from './rocksdb-options-without-effect.js'
import { StateBackendOptions } from './state-backend-options.js'
import { TaskManagerOptions } from './task-manager-options.js'

/** The options of one holder, with the heading under which they are documented. */
export interface OptionGroup {
  readonly title: string
  readonly holder: string
  readonly options: Readonly<Record<string, ConfigOption<unknown>>>
}

export const OPTION_GROUPS: readonly OptionGroup[] = [
  { title: 'Checkpointing', holder: 'CheckpointingOptions', options: CheckpointingOptions },
  { title: 'Savepoints and recovery', holder: 'SavepointOptions', options: SavepointOptions },
  { title: 'State backend', holder: 'StateBackendOptions', options: StateBackendOptions },
  { title: 'State on the disk', holder: 'RocksDBOptions', options: RocksDBOptions },
  {
    title: 'State on the disk: without effect',
    holder: 'RocksDBOptionsWithoutEffect',
    options: RocksDBOptionsWithoutEffect,
  },
  { title: 'Restart strategies', holder: 'RestartStrategyOptions', options: RestartStrategyOptions },
  { title: 'Failover', holder: 'JobManagerOptions', options: JobManagerOptions },
  { title: 'Parallelism', holder: 'CoreOptions', options: CoreOptions },
  { title: 'Workers', holder: 'TaskManagerOptions', options: TaskManagerOptions },
  { title: 'Pipeline', holder: 'PipelineOptions', options: PipelineOptions },
  { title: 'Execution', holder: 'ExecutionOptions', options: ExecutionOptions },
  { title: 'Deployment', holder: 'DeploymentOptions', options: DeploymentOptions },
  { title: 'High availability', holder: 'HighAvailabilityOptions', options: HighAvailabilityOptions },
  { title: 'HDFS', holder: 'HdfsOptions', options: HdfsOptions },
  { title: 'Processes and logs', holder: 'ClusterOptions', options: ClusterOptions },
  { title: 'Session cluster', holder: 'SessionOptions', options: SessionOptions },
  { title: 'Files on S3', holder: 'S3Options', options: S3Options },
  { title: 'Kafka', holder: 'KafkaOptions', options: KafkaOptions },
  { title: 'Metrics', holder: 'MetricOptions', options: MetricOptions },
  { title: 'Client', holder: 'ClientOptions', options: ClientOptions },
  { title: 'REST', holder: 'RestOptions', options: RestOptions },
  { title: 'Security', holder: 'SecurityOptions', options: SecurityOptions },
]

/** Every option that flink-ts knows. */
export const ALL_OPTIONS: readonly ConfigOption<unknown>[] = OPTION_GROUPS.flatMap(({ options }) =>
  Object.values(options),
)
