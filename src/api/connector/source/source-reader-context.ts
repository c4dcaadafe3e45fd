import type { Configuration } from '../../../core/config/configuration.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { Clock } from '../../../core/time/clock.js'
import type { SourceEvent } from './source-event.js'

/**
 * What a reader reaches.
 *
 * @example
 * ```ts
 * import type { SourceReaderContext } from 'flink-ts'
 *
 * const ask = (context: SourceReaderContext, splits: number): void => {
 *   if (splits === 0) context.sendSplitRequest()
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/api/java/org/apache/flink/api/connector/source/SourceReaderContext.html
 */
export interface SourceReaderContext {
  getIndexOfSubtask(): number
  currentParallelism(): number
  getLocalHostName(): string
  getMetricGroup(): MetricGroup
  /** Of the job. */
  getConfiguration(): Configuration
  getFileSystems(): FileSystems
  getClock(): Clock
  /** Of the task. */
  getLogger?(): Logger
  /**
   * Asks the enumerator for a split. A question is not part of a checkpoint: a reader that starts without splits asks again in
   * its `start`.
   */
  sendSplitRequest(): void
  sendSourceEventToCoordinator(event: SourceEvent): void
}
