// Duty: what writers and committers are given of their task.
// Thread: the task worker that owns the operator.
import type { InitContext } from '../../../api/connector/sink2/init-context.js'
import type { WriterInitContext } from '../../../api/connector/sink2/writer-init-context.js'
import type { OperatorErrors } from '../operators/operator-errors.js'
import { sinkProcessingTimeService } from '../operators/sink-clock.js'
import type { OperatorContext } from '../operators/stream-operator.js'

export function sinkInitContext(context: OperatorContext, restoredCheckpointId: number | undefined): InitContext {
  const { taskInfo, metrics, configuration, fileSystems, clock, logger } = context
  return {
    getTaskInfo: () => ({
      getTaskName: () => taskInfo.taskName,
      getIndexOfThisSubtask: () => taskInfo.subtaskIndex,
      getNumberOfParallelSubtasks: () => taskInfo.parallelism,
      getMaxNumberOfParallelSubtasks: () => taskInfo.maxParallelism,
      getAttemptNumber: () => taskInfo.attemptNumber,
    }),
    getJobInfo: () => ({ getJobId: () => taskInfo.jobId, getJobName: () => taskInfo.jobName }),
    getRestoredCheckpointId: () => restoredCheckpointId ?? null,
    metricGroup: () => metrics,
    getConfiguration: () => configuration,
    getFileSystems: () => fileSystems,
    getClock: () => clock,
    getLogger: () => logger,
  }
}

export function writerInitContext(
  context: OperatorContext,
  restoredCheckpointId: number | undefined,
  operator: { readonly name: string; readonly errors: OperatorErrors },
): WriterInitContext {
  return {
    ...sinkInitContext(context, restoredCheckpointId),
    getProcessingTimeService: () => sinkProcessingTimeService(context, operator),
  }
}
