import type { Configuration } from '../../../core/config/configuration.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { Clock } from '../../../core/time/clock.js'

/**
 * Who a subtask of a sink is.
 *
 * @example
 * ```ts
 * import type { SinkTaskInfo } from 'flink-ts'
 *
 * const prefix = (info: SinkTaskInfo): string => `part-${String(info.getIndexOfThisSubtask())}`
 * ```
 */
export interface SinkTaskInfo {
  getTaskName(): string
  /** From 0 on. */
  getIndexOfThisSubtask(): number
  getNumberOfParallelSubtasks(): number
  getMaxNumberOfParallelSubtasks(): number
  /** From 0 on. */
  getAttemptNumber(): number
}

/**
 * What writers and committers of a sink are given alike.
 *
 * @example
 * ```ts
 * import type { InitContext } from 'flink-ts'
 *
 * const isFirstRun = (context: InitContext): boolean => context.getRestoredCheckpointId() === null
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/connector/sink2/InitContext.html
 */
export interface InitContext {
  getTaskInfo(): SinkTaskInfo
  getJobInfo(): { getJobId(): string; getJobName(): string }
  /** Of the snapshot that the job goes on from; null on a fresh start. */
  getRestoredCheckpointId(): number | null
  metricGroup(): MetricGroup
  /** Of the job. */
  getConfiguration(): Configuration
  getFileSystems(): FileSystems
  getClock(): Clock
  /** Of the task: what it is given is in the log of the job. */
  getLogger?(): Logger
}

/**
 * What a committer is given.
 *
 * @example
 * ```ts
 * import type { CommitterInitContext } from 'flink-ts'
 *
 * const name = (context: CommitterInitContext): string => context.getJobInfo().getJobName()
 * ```
 */
export type CommitterInitContext = InitContext
