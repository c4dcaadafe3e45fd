// Duty: collects the whole files of all writers, bucket by bucket, and says which of them are compacted to one.
// Invariants: a file is in its state until it is in a request, which goes out before the barrier of that checkpoint. Without a strategy all
// files go on as they are, those of an earlier run too.
// Thread: the task worker that owns the operator; there is one.
import { CommittableWithLineage, type CommittableMessage } from '../../../../api/connector/sink2/committable-message.js'
import { AbstractStreamOperator } from '../../../../api/operators/abstract-stream-operator.js'
import type { OneInputStreamOperator } from '../../../../api/operators/one-input-stream-operator.js'
import type { StateInitializationContext } from '../../../../api/operators/raw-state.js'
import { StreamRecord } from '../../../../api/operators/stream-record.js'
import { ListStateDescriptor } from '../../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../../api/state/list-state.js'
import type { CommitRecoverable } from '../../../../core/fs/recoverable-writer.js'
import type { FileSinkCommittable } from '../file-sink-committable.js'
import type { CompactorMessage } from './compactor-request.js'
import type { FileCompactStrategy } from './file-compact-strategy.js'

/** Flink's name. */
const REMAINING_COMMITTABLES = 'remaining_compact_commit_raw_state'

interface RemainingFile {
  readonly bucketId: string
  readonly file: CommitRecoverable
}

interface Packing {
  readonly files: CommitRecoverable[]
  sizeBytes: number
  /** The first checkpoint that it saw. */
  sinceCheckpoint: number | undefined
}

export class CompactCoordinator
  extends AbstractStreamOperator<CompactorMessage>
  implements OneInputStreamOperator<CommittableMessage<FileSinkCommittable>, CompactorMessage>
{
  readonly #strategy: FileCompactStrategy | undefined
  readonly #packing = new Map<string, Packing>()
  #state: ListState<RemainingFile> | undefined
  #restored: readonly RemainingFile[] = []

  constructor(strategy: FileCompactStrategy | undefined) {
    super()
    this.#strategy = strategy
  }

  override initializeState(_context: StateInitializationContext): void {
    const descriptor = new ListStateDescriptor<RemainingFile>(REMAINING_COMMITTABLES)
    this.#state = this.getOperatorStateBackend().getListState(descriptor)
    this.#restored = [...this.#state.get()]
  }

  override open(): void {
    for (const { bucketId, file } of this.#restored) this.#pack(bucketId, file)
    this.#restored = []
  }

  processElement(element: StreamRecord<CommittableMessage<FileSinkCommittable>>): void {
    const message = element.getValue()
    if (!(message instanceof CommittableWithLineage)) return
    const committable = message.getCommittable()
    // Writers give nothing else.
    if (committable.kind === 'pending') this.#pack(committable.bucketId, committable.file)
  }

  override prepareSnapshotPreBarrier(checkpointId: number): void {
    const atMost = this.#strategy?.getNumCheckpointsBeforeCompaction() ?? -1
    if (atMost < 0) return
    for (const [bucketId, packing] of this.#packing) {
      packing.sinceCheckpoint ??= checkpointId
      if (checkpointId - packing.sinceCheckpoint + 1 >= atMost) this.#fire(bucketId, packing)
    }
  }

  override snapshotState(): void {
    const remaining: RemainingFile[] = []
    for (const [bucketId, { files }] of this.#packing) for (const file of files) remaining.push({ bucketId, file })
    this.#state?.update(remaining)
  }

  override finish(): void {
    for (const [bucketId, packing] of this.#packing) this.#fire(bucketId, packing)
  }

  #pack(bucketId: string, file: CommitRecoverable): void {
    if (this.#strategy === undefined) {
      this.#emit({ kind: 'pass', bucketId, file })
      return
    }
    let packing = this.#packing.get(bucketId)
    if (packing === undefined) {
      packing = { files: [], sizeBytes: 0, sinceCheckpoint: undefined }
      this.#packing.set(bucketId, packing)
    }
    packing.files.push(file)
    packing.sizeBytes += file.offset
    const threshold = this.#strategy.getSizeThreshold()
    if (threshold >= 0 && packing.sizeBytes >= threshold) this.#fire(bucketId, packing)
  }

  #fire(bucketId: string, { files }: Packing): void {
    this.#packing.delete(bucketId)
    this.#emit({ kind: 'compact', request: { bucketId, files } })
  }

  #emit(message: CompactorMessage): void {
    this.output.collect(new StreamRecord(message))
  }
}
