import type { SinkProcessingTimeService } from '../../functions/sink/sink-processing-time-service.js'
import type { InitContext } from './init-context.js'

/**
 * What a writer is given.
 *
 * @example
 * ```ts
 * import type { WriterInitContext } from 'flink-ts'
 *
 * const ofSubtask = (context: WriterInitContext): string => `part-${String(context.getTaskInfo().getIndexOfThisSubtask())}`
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/connector/sink2/WriterInitContext.html
 */
export interface WriterInitContext extends InitContext {
  getProcessingTimeService(): SinkProcessingTimeService
}
