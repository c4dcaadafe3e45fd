// Duty: compacts what the coordinator asks for, and gives the committers the compacted files.
//
//   request ─► collected ── snapshot ──► stored ── checkpoint complete ──► compacting ── done, before a barrier ──► committables
//
// Invariants: a request is in each snapshot until its committables have gone out before the barrier. Restored requests are compacted
// again; of one subtask and checkpoint there is one summary. At the end of the input all is compacted, as nothing is changed by that.
// Thread: the task worker that owns the operator.
import {
  CommittableSummary,
  CommittableWithLineage,
  type CommittableMessage,
} from '../../../../api/connector/sink2/committable-message.js'
import { AbstractStreamOperator } from '../../../../api/operators/abstract-stream-operator.js'
import type { OneInputStreamOperator } from '../../../../api/operators/one-input-stream-operator.js'
import type { StateInitializationContext, StateSnapshotContext } from '../../../../api/operators/raw-state.js'
import { StreamRecord } from '../../../../api/operators/stream-record.js'
import { ListStateDescriptor } from '../../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../../api/state/list-state.js'
import type { FileSystems } from '../../../../core/fs/file-systems.js'
import type { FileSinkCommittable } from '../file-sink-committable.js'
import type { CompactService } from './compact-service.js'
import type { CompactorMessage, CompactorRequest } from './compactor-request.js'
import { isHiddenFile } from './hidden-files.js'

/** Flink's name. */
const REMAINING_REQUESTS = 'remaining_requests_raw_state'

interface Compaction {
  readonly request: CompactorRequest
  outcome: { readonly committables: readonly FileSinkCommittable[] } | { readonly error: unknown } | undefined
  readonly done: Promise<void>
}

/** Without a service nothing is compacted any more, and files of earlier requests are committed as they are. */
export type CompactServiceFactory<IN> = (
  fileSystems: FileSystems,
  now: () => number,
  isRestored: boolean,
) => CompactService<IN> | undefined

export class CompactorOperator<IN>
  extends AbstractStreamOperator<CommittableMessage<FileSinkCommittable>>
  implements OneInputStreamOperator<CompactorMessage, CommittableMessage<FileSinkCommittable>>
{
  readonly #createService: CompactServiceFactory<IN>
  #service: CompactService<IN> | undefined
  #state: ListState<CompactorRequest> | undefined
  #lastCheckpointId = 0
  #isRestored = false
  #hasEnded = false
  #passed: FileSinkCommittable[] = []
  #collected: CompactorRequest[] = []
  /** In a snapshot that is not known to be complete. */
  readonly #stored = new Map<number, readonly CompactorRequest[]>()
  #compacting: Compaction[] = []

  constructor(createService: CompactServiceFactory<IN>) {
    super()
    this.#createService = createService
  }

  override initializeState(context: StateInitializationContext): void {
    this.#lastCheckpointId = context.getRestoredCheckpointId() ?? 0
    this.#isRestored = context.isRestored()
    const descriptor = new ListStateDescriptor<CompactorRequest>(REMAINING_REQUESTS)
    this.#state = this.getOperatorStateBackend().getListState(descriptor)
  }

  override open(): void {
    const service = this.getProcessingTimeService()
    const now = (): number => service.getCurrentProcessingTime()
    this.#service = this.#createService(this.getRuntimeContext().getFileSystems(), now, this.#isRestored)
    for (const request of this.#state?.get() ?? []) this.#submit(request)
  }

  processElement(element: StreamRecord<CompactorMessage>): void {
    const message = element.getValue()
    if (message.kind === 'compact') {
      this.#collected.push(message.request)
      return
    }
    const { bucketId, file } = message
    if (this.#service !== undefined && isHiddenFile(file)) this.#collected.push({ bucketId, files: [file] })
    else this.#passed.push({ kind: 'pending', bucketId, file })
  }

  override prepareSnapshotPreBarrier(checkpointId: number): void {
    this.#lastCheckpointId = checkpointId
    if (!this.#hasEnded) this.#emit(checkpointId, false)
  }

  override snapshotState(context: StateSnapshotContext): void {
    this.#stored.set(context.getCheckpointId(), this.#collected)
    this.#collected = []
    this.#state?.update([...this.#stored.values()].flat().concat(this.#compacting.map(({ request }) => request)))
  }

  override notifyCheckpointComplete(checkpointId: number): void {
    for (const [id, requests] of this.#stored) {
      if (id > checkpointId) continue
      this.#stored.delete(id)
      for (const request of requests) this.#submit(request)
    }
  }

  override async finish(): Promise<void> {
    for (const request of [...[...this.#stored.values()].flat(), ...this.#collected.splice(0)]) this.#submit(request)
    this.#stored.clear()
    await Promise.all(this.#compacting.map(({ done }) => done))
    this.#hasEnded = true
    this.#emit(this.#lastCheckpointId + 1, true)
  }

  override async close(): Promise<void> {
    const service = this.#service
    this.#service = undefined
    service?.close()
    await Promise.all(this.#compacting.map(({ done }) => done))
    // Nobody knows of what was compacted and has not gone out: its request is in the snapshot, or its files are written again.
    for (const { outcome } of this.#compacting.splice(0)) {
      if (outcome !== undefined && 'committables' in outcome) await service?.discard(outcome.committables)
    }
  }

  #submit(request: CompactorRequest): void {
    const service = this.#service
    if (service === undefined) {
      for (const file of request.files) this.#passed.push({ kind: 'pending', bucketId: request.bucketId, file })
      return
    }
    const compaction: Compaction = {
      request,
      outcome: undefined,
      done: service.submit(request).then(
        (committables) => void (compaction.outcome = { committables }),
        (error: unknown) => void (compaction.outcome = { error }),
      ),
    }
    this.#compacting.push(compaction)
  }

  #emit(checkpointId: number, endOfInput: boolean): void {
    const committables = this.#passed
    this.#passed = []
    const unfinished: Compaction[] = []
    for (const compaction of this.#compacting) {
      const { outcome } = compaction
      if (outcome === undefined) unfinished.push(compaction)
      else if ('error' in outcome) throw outcome.error
      else committables.push(...outcome.committables)
    }
    this.#compacting = unfinished
    const context = this.getRuntimeContext()
    const subtaskId = context.getIndexOfThisSubtask()
    const numberOfSubtasks = context.getNumberOfParallelSubtasks()
    const counts = { numberOfCommittables: committables.length, numberOfFailedCommittables: 0 }
    const summary = new CommittableSummary({ subtaskId, numberOfSubtasks, checkpointId, ...counts, endOfInput })
    this.output.collect(new StreamRecord<CommittableMessage<FileSinkCommittable>>(summary))
    for (const committable of committables) {
      const message = new CommittableWithLineage(committable, checkpointId, subtaskId)
      this.output.collect(new StreamRecord<CommittableMessage<FileSinkCommittable>>(message))
    }
  }
}
