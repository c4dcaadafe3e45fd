// Duty: the writer of a FileSink: one subtask's buckets, their look at the clock, their state.
// Invariants: a restored writer removes what the attempts after its snapshot left in progress; ids of writers are never used twice.
// Thread: the task worker that owns the writer.
import type { SinkWriterContext } from '../../../api/connector/sink2/sink-writer.js'
import type { CommittingSinkWriter } from '../../../api/connector/sink2/supports-committer.js'
import type { StatefulSinkWriter } from '../../../api/connector/sink2/supports-writer-state.js'
import type { WriterInitContext } from '../../../api/connector/sink2/writer-init-context.js'
import type { SinkProcessingTimeService } from '../../../api/functions/sink/sink-processing-time-service.js'
import type { Counter } from '../../../core/metrics/counter.js'
import type { BucketAssigner, BucketAssignerContext } from './bucket-assigner.js'
import type { BucketWriter } from './bucket-writer.js'
import { Buckets } from './buckets.js'
import type { FileSinkCommittable } from './file-sink-committable.js'
import {
  isLeftOver,
  successorPrefix,
  writerIdOf,
  type FileWriterState,
  type WriterIdentity,
} from './file-writer-state.js'
import type { OutputFileConfig } from './output-file-config.js'
import { PartFileNames } from './part-file-names.js'
import type { RollingPolicy } from './rolling-policy.js'

export interface FileWriterParts<IN, BucketID> {
  /** Absolute, as its file system has it. */
  readonly basePath: string
  readonly bucketAssigner: BucketAssigner<IN, BucketID>
  readonly bucketWriter: BucketWriter<IN, BucketID>
  readonly rollingPolicy: RollingPolicy<IN, BucketID>
  readonly outputFileConfig: OutputFileConfig
  readonly bucketCheckIntervalMs: number
}

export class FileWriter<IN, BucketID>
  implements CommittingSinkWriter<IN, FileSinkCommittable>, StatefulSinkWriter<IN, FileWriterState<BucketID>>
{
  readonly #buckets: Buckets<IN, BucketID>
  readonly #names: PartFileNames
  readonly #jobId: string
  readonly #timeService: SinkProcessingTimeService
  readonly #checkIntervalMs: number
  readonly #numRecordsSend: Counter
  readonly #context: RecordContext
  /** Some snapshot is there to go back to, so what it does not have will be written again. */
  #hasSnapshot: boolean
  #isAtEnd = false
  #isOpen = true

  private constructor(parts: FileWriterParts<IN, BucketID>, context: WriterInitContext, names: PartFileNames) {
    this.#names = names
    this.#buckets = new Buckets({ ...parts, names })
    this.#jobId = context.getJobInfo().getJobId()
    this.#timeService = context.getProcessingTimeService()
    this.#checkIntervalMs = parts.bucketCheckIntervalMs
    this.#numRecordsSend = context.metricGroup().counter('numRecordsSend')
    this.#context = new RecordContext()
    this.#hasSnapshot = context.getRestoredCheckpointId() !== null
  }

  static async open<IN, BucketID>(
    parts: FileWriterParts<IN, BucketID>,
    context: WriterInitContext,
    states: readonly FileWriterState<BucketID>[],
  ): Promise<FileWriter<IN, BucketID>> {
    const checkpointId = context.getRestoredCheckpointId() ?? 0
    const jobId = context.getJobInfo().getJobId()
    const writers = states.flatMap((state) => (state.kind === 'writer' ? [state.writer] : []))
    const ownWriters = writers.filter((writer) => writer.jobId === jobId)
    if (ownWriters.length > 0) await removeLeftOvers(parts, ownWriters, checkpointId)
    const [predecessor] = ownWriters
    const prefix = predecessor === undefined ? '' : successorPrefix(predecessor, checkpointId)
    const writerId = writerIdOf(prefix, context.getFileSystems().random.uuid())
    const writer = new FileWriter(parts, context, new PartFileNames(parts.outputFileConfig, writerId))
    try {
      await writer.#buckets.restore(states.flatMap((state) => (state.kind === 'bucket' ? [state.bucket] : [])))
    } catch (error) {
      // Nobody closes a writer that was not made, and its files would stay open over all restarts.
      await writer.close()
      throw error
    }
    writer.#registerNextLook()
    return writer
  }

  write(element: IN, context: SinkWriterContext): void | Promise<void> {
    this.#context.update(context, this.#timeService.getCurrentProcessingTime())
    this.#numRecordsSend.inc()
    return this.#buckets.write(element, this.#context)
  }

  /** What is written is handed out or made durable later: by `prepareCommit` and `snapshotState`. */
  flush(endOfInput: boolean): void {
    if (endOfInput) this.#isAtEnd = true
  }

  async prepareCommit(): Promise<FileSinkCommittable[]> {
    const prepared = await this.#buckets.prepareCommit(this.#isAtEnd)
    return prepared.flatMap(({ bucketId, files }) =>
      files.map((file) => ({ kind: 'pending' as const, bucketId: String(bucketId), file })),
    )
  }

  async snapshotState(): Promise<FileWriterState<BucketID>[]> {
    const { writerId, nextNumber } = this.#names
    const buckets = await this.#buckets.snapshotState()
    this.#hasSnapshot = true
    return [
      { kind: 'writer', writer: { jobId: this.#jobId, writerId, nextNumber } },
      ...buckets.map((bucket) => ({ kind: 'bucket' as const, bucket })),
    ]
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await this.#buckets.dispose(this.#hasSnapshot ? 'removed' : 'stay')
  }

  #registerNextLook(): void {
    const nowMs = this.#timeService.getCurrentProcessingTime()
    this.#timeService.registerTimer(nowMs + this.#checkIntervalMs, async (timestampMs) => {
      if (!this.#isOpen) return
      await this.#buckets.onProcessingTime(timestampMs)
      this.#registerNextLook()
    })
  }
}

/** One object for all records. */
class RecordContext implements BucketAssignerContext {
  #timestamp: number | null = null
  #watermark = Number.NEGATIVE_INFINITY
  #nowMs = 0

  update(context: SinkWriterContext, nowMs: number): void {
    this.#timestamp = context.timestamp()
    this.#watermark = context.currentWatermark()
    this.#nowMs = nowMs
  }

  currentProcessingTime(): number {
    return this.#nowMs
  }

  currentWatermark(): number {
    return this.#watermark
  }

  timestamp(): number | null {
    return this.#timestamp
  }
}

async function removeLeftOvers<IN, BucketID>(
  { basePath, bucketWriter }: FileWriterParts<IN, BucketID>,
  writers: readonly WriterIdentity[],
  checkpointId: number,
): Promise<void> {
  for (const file of await bucketWriter.listInProgress(basePath)) {
    if (writers.some((writer) => isLeftOver(file, writer, checkpointId))) await bucketWriter.discard(file)
  }
}
