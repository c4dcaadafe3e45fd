// Duty: the first operator of a sink: gives records to its SinkWriter, and what that has prepared to the committers.
// Invariants: before the barrier of a checkpoint the writer has flushed, and a summary and its committables are out: so they are in
// the snapshot of the checkpoint after whose completion they are committed. At the end of the input the rest goes out under an id that
// the next checkpoint covers; nothing is prepared after it. Records that come while a promise is pending wait, as at any sink.
// Thread: the task worker that owns the operator.
import { CommittableSummary, CommittableWithLineage } from '../../../api/connector/sink2/committable-message.js'
import { supportsCommitter, supportsWriterState, type AnySink } from '../../../api/connector/sink2/sink-check.js'
import type { SinkWriter } from '../../../api/connector/sink2/sink-writer.js'
import type { CommittingSinkWriter } from '../../../api/connector/sink2/supports-committer.js'
import type { StatefulSinkWriter } from '../../../api/connector/sink2/supports-writer-state.js'
import type { SinkFunction, SinkFunctionContext } from '../../../api/functions/sink-function.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { Watermark } from '../../../api/eventtime/watermark.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import { NO_TIMESTAMP, type WatermarkStatus } from '../network/stream-element.js'
import type { OperatorContext, OperatorSnapshotFuture, SnapshotRequest } from '../operators/stream-operator.js'
import { StreamSink } from '../operators/stream-sink.js'
import { writerInitContext } from './init-contexts.js'
import { WriterState } from './writer-state.js'

export class SinkWriterOperator extends StreamSink {
  readonly #sink: AnySink
  readonly #adapter: WriterAdapter
  #state: WriterState | undefined
  #lastCheckpointId = 0
  #watermark = Number.NEGATIVE_INFINITY
  #hasEnded = false

  constructor(binding: OperatorBinding, context: OperatorContext, sink: AnySink) {
    const adapter = new WriterAdapter()
    super(binding, context, adapter)
    this.#adapter = adapter
    this.#sink = sink
  }

  override async initializeState(restored: OperatorSubtaskState | undefined, checkpointId?: number): Promise<void> {
    await super.initializeState(restored, checkpointId)
    this.#lastCheckpointId = checkpointId ?? 0
    const sink = this.#sink
    const initContext = writerInitContext(this.context, checkpointId, { name: this.name, errors: this.errors })
    await this.guarded(async () => {
      if (!supportsWriterState(sink)) {
        this.#adapter.writer = this.#checked('createWriter', await sink.createWriter(initContext))
        return
      }
      this.#state = new WriterState(this.state.operatorBackend, sink, this.name, this.context)
      const isRestored = checkpointId !== undefined
      const writer = isRestored
        ? await sink.restoreWriter(initContext, this.#state.takeRestored())
        : await sink.createWriter(initContext)
      this.#adapter.writer = this.#checked(isRestored ? 'restoreWriter' : 'createWriter', writer)
    })
  }

  override processWatermark(timestamp: number): boolean {
    if (timestamp !== this.#watermark) {
      this.#watermark = timestamp
      super.processWatermark(timestamp)
    }
    return this.output.emitWatermark(timestamp)
  }

  override processWatermarkStatus(status: WatermarkStatus): boolean {
    this.output.emitWatermarkStatus(status)
    return true
  }

  override async prepareSnapshotPreBarrier(checkpointId: number): Promise<void> {
    await super.prepareSnapshotPreBarrier(checkpointId)
    this.#lastCheckpointId = checkpointId
    if (!this.#hasEnded) await this.#prepareCommit(checkpointId, false)
  }

  override async snapshotState(request: SnapshotRequest): Promise<OperatorSnapshotFuture> {
    const [state, { writer }] = [this.#state, this.#adapter]
    if (state !== undefined && writer !== undefined) {
      await this.guarded(async () => {
        const { checkpointId } = request
        const given: unknown = await (writer as StatefulSinkWriter<unknown, unknown>).snapshotState(checkpointId)
        state.set(this.#checkedList('snapshotState', given))
      })
    }
    return super.snapshotState(request)
  }

  override async finish(): Promise<boolean> {
    await super.finish()
    this.#hasEnded = true
    await this.#prepareCommit(this.#lastCheckpointId + 1, true)
    return true
  }

  override async close(): Promise<void> {
    const { writer } = this.#adapter
    this.#adapter.writer = undefined
    try {
      await writer?.close?.()
    } catch (error) {
      if (!this.errors.hasFailed) throw this.failed(error)
    } finally {
      await super.close()
    }
  }

  protected override watermarkReached(timestamp: number): unknown {
    super.watermarkReached(timestamp)
    return this.#adapter.writer?.writeWatermark?.(new Watermark(timestamp))
  }

  #prepareCommit(checkpointId: number, endOfInput: boolean): Promise<void> {
    return this.guarded(async () => {
      const { writer } = this.#adapter
      if (writer === undefined) return
      await writer.flush(endOfInput)
      if (!supportsCommitter(this.#sink)) return
      const given: unknown = await (writer as CommittingSinkWriter<unknown, unknown>).prepareCommit()
      this.#emit(checkpointId, this.#checkedList('prepareCommit', given), endOfInput)
    })
  }

  #emit(checkpointId: number, committables: readonly unknown[], endOfInput: boolean): void {
    const { subtaskIndex: subtaskId, parallelism: numberOfSubtasks } = this.context.taskInfo
    const numberOfCommittables = committables.length
    const counts = { numberOfCommittables, numberOfFailedCommittables: 0 }
    const summary = new CommittableSummary({ subtaskId, numberOfSubtasks, checkpointId, ...counts, endOfInput })
    this.output.collect(summary, NO_TIMESTAMP)
    for (const committable of committables) {
      this.output.collect(new CommittableWithLineage(committable, checkpointId, subtaskId), NO_TIMESTAMP)
    }
  }

  #checked(method: string, writer: unknown): SinkWriter<unknown> {
    const methods = [
      'write',
      'flush',
      ...(supportsCommitter(this.#sink) ? ['prepareCommit'] : []),
      ...(supportsWriterState(this.#sink) ? ['snapshotState'] : []),
    ]
    const missing = methods.find((each) => !hasMethods(writer, each))
    if (missing === undefined) return writer as SinkWriter<unknown>
    const [returned, expected] = [describeValue(writer), `a writer with a method ${missing}`]
    throw new FlinkError('SINK_PART_INVALID', { sink: this.name, method, returned, expected })
  }

  #checkedList(method: string, given: unknown): readonly unknown[] {
    if (Array.isArray(given)) return given
    const [returned, expected] = [describeValue(given), 'an array']
    throw new FlinkError('SINK_PART_INVALID', { sink: this.name, method, returned, expected })
  }
}

/** The writer as what a StreamSink calls. */
class WriterAdapter implements SinkFunction<unknown> {
  writer: SinkWriter<unknown> | undefined

  invoke(value: unknown, context: SinkFunctionContext): void | Promise<void> {
    return this.writer?.write(value, context)
  }
}
