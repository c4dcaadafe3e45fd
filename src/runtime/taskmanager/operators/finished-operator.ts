// Duty: takes the place of an operator that had finished before the restore, in a task whose other operators had not: they
// were chained otherwise then. As a source it is at its end; as any other it passes the end of time on.
// Invariants: runs no user code; no record comes to it, since all that led to it had finished. Each snapshot says of it that
// it has finished, so that it stays so over the next restore, however it is chained by then.
// Thread: the task worker that owns the task.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import { WatermarkEmitter } from '../eventtime/watermark-emitter.js'
import { MAX_WATERMARK, type WatermarkStatus } from '../network/stream-element.js'
import { CombinedWatermark } from './combined-watermark.js'
import type {
  Input,
  OperatorContext,
  OperatorSnapshotFuture,
  SourceStatus,
  SourceStreamOperator,
} from './stream-operator.js'

const FINISHED: OperatorSubtaskState = { managedKeyed: [], managedOperator: [], isFinished: true }
const SNAPSHOT: OperatorSnapshotFuture = {
  complete: () => Promise.resolve(FINISHED),
  cancel: () => Promise.resolve(),
}

export class FinishedOperator implements SourceStreamOperator {
  readonly operatorId: string
  readonly name: string
  readonly inputs: readonly Input[]
  readonly #watermarks: WatermarkEmitter

  constructor(
    { id, name }: { readonly id: string; readonly name: string },
    inputCount: number,
    { output, time }: OperatorContext,
  ) {
    this.operatorId = id
    this.name = name
    this.#watermarks = new WatermarkEmitter(output, time)
    const combined = new CombinedWatermark(inputCount, {
      advance: (timestamp) => output.emitWatermark(timestamp),
      emitWatermarkStatus: (status) => {
        output.emitWatermarkStatus(status)
      },
    })
    this.inputs = Array.from({ length: inputCount }, (_, input) => endedInput(combined, input, name))
  }

  emitNext(): SourceStatus {
    return 'end'
  }

  advanceToEndOfTime(): void {
    this.#watermarks.emitWatermark(MAX_WATERMARK)
  }

  cancel(): void {
    // There is nothing that runs.
  }

  async initializeState(): Promise<void> {
    // What it had it needs no more.
  }

  async open(): Promise<void> {
    // No user code.
  }

  async prepareSnapshotPreBarrier(): Promise<void> {
    // Nothing is held back.
  }

  snapshotState(): Promise<OperatorSnapshotFuture> {
    return Promise.resolve(SNAPSHOT)
  }

  async notifyCheckpointComplete(): Promise<void> {
    // Nothing of it was in the checkpoint.
  }

  async notifyCheckpointAborted(): Promise<void> {
    // Nothing of it was in the checkpoint.
  }

  finish(): Promise<boolean> {
    return Promise.resolve(true)
  }

  async close(): Promise<void> {
    // Nothing was opened.
  }
}

function endedInput(combined: CombinedWatermark, input: number, name: string): Input {
  return {
    processElement: () => {
      throw new FlinkError('ASSERTION_FAILED', {
        what: `a record came to ${name}, which had finished before the restore`,
      })
    },
    prepareKeys: () => undefined,
    processWatermark: (timestamp) => combined.onWatermark(timestamp, input),
    processWatermarkStatus: (status: WatermarkStatus) => combined.onStatus(status, input),
  }
}
