import { CheckpointingOptions } from './checkpointing-options.js'
import { ClientOptions } from './client-options.js'
import { ClusterOptions } from './cluster-options.js'
import type { ConfigOption } from './config-option.js'
import { CoreOptions } from './core-options.js'
import { DeploymentOptions } from './deployment-options.js'
import { ExecutionOptions } from './execution-options.js'
import { MetricOptions } from './metric-options.js'
import { PipelineOptions } from './pipeline-options.js'
import { RestOptions } from './rest-options.js'
import { RestartStrategyOptions } from './restart-strategy-options.js'
import { SavepointOptions } from './savepoint-options.js'
import { StateBackendOptions } from './state-backend-options.js'
import { TaskManagerOptions } from './task-manager-options.js'

/** Option holders by the heading under which they are documented. */
export const OPTION_GROUPS: readonly (readonly [title: string, options: readonly ConfigOption<unknown>[]])[] = [
  ['Checkpointing', Object.values(CheckpointingOptions)],
  ['Savepoints and recovery', Object.values(SavepointOptions)],
  ['State backend', Object.values(StateBackendOptions)],
  ['Restart strategies', Object.values(RestartStrategyOptions)],
  ['Parallelism', Object.values(CoreOptions)],
  ['Workers', Object.values(TaskManagerOptions)],
  ['Pipeline', Object.values(PipelineOptions)],
  ['Execution', Object.values(ExecutionOptions)],
  ['Deployment', Object.values(DeploymentOptions)],
  ['Processes and logs', Object.values(ClusterOptions)],
  ['Metrics', Object.values(MetricOptions)],
  ['Client', Object.values(ClientOptions)],
  ['REST', Object.values(RestOptions)],
]

/** Every option that flink-ts knows. */
export const ALL_OPTIONS: readonly ConfigOption<unknown>[] = OPTION_GROUPS.flatMap(([, options]) => options)
