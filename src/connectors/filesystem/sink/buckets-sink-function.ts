// Duty: what the sink functions of files share: their life, as that of the buckets below them.
// Thread: the task worker that owns the sink.
import type { SinkProcessingTimeService } from '../../../api/functions/sink/sink-processing-time-service.js'
import type { CheckpointListener } from '../../../api/functions/checkpoint-listener.js'
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from '../../../api/functions/checkpointed-function.js'
import { RichSinkFunction, type SinkFunctionContext } from '../../../api/functions/sink-function.js'
import type { TimedSink } from '../../../api/functions/sink/timed-sink.js'
import { StreamingFileSinkHelper, type HelperParts } from './streaming-file-sink-helper.js'

export abstract class BucketsSinkFunction<IN>
  extends RichSinkFunction<IN>
  implements CheckpointedFunction, CheckpointListener, TimedSink
{
  #helper: StreamingFileSinkHelper<IN> | undefined

  /** For each start, when the runtime context is there. */
  protected abstract parts(): HelperParts<IN>

  async initializeState(context: FunctionInitializationContext): Promise<void> {
    const runtimeContext = this.getRuntimeContext()
    const subtask = {
      jobId: runtimeContext.getJobId(),
      index: runtimeContext.getIndexOfThisSubtask(),
      parallelism: runtimeContext.getNumberOfParallelSubtasks(),
    }
    this.#helper = await StreamingFileSinkHelper.open(this.parts(), subtask, context)
  }

  setProcessingTimeService(service: SinkProcessingTimeService): void {
    this.#helper?.startClock(service)
  }

  invoke(value: IN, context: SinkFunctionContext): void | Promise<void> {
    return this.#helper?.write(value, context)
  }

  override async finish(): Promise<void> {
    await this.#helper?.finish()
  }

  async snapshotState(context: FunctionSnapshotContext): Promise<void> {
    await this.#helper?.snapshotState(context.getCheckpointId())
  }

  async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    await this.#helper?.commitUpToCheckpoint(checkpointId)
  }

  override async close(): Promise<void> {
    const helper = this.#helper
    this.#helper = undefined
    await helper?.close()
  }
}
