// Duty: one task's part in a checkpoint: pre-barrier hooks, barrier out, synchronous part, asynchronous part, answer.
//
//   announced -> perform: prepare* -> barrier out -> snapshotState* -> (input goes on) -> complete* -> acknowledge
//                    \________________ error or abort: cancel what was begun, decline ______________/
//
// Invariants: state and barrier are taken with no record in between; a checkpoint is answered at most once; what was
// aborted leaves no file behind. An error of the pre-barrier hooks fails the task, any other only the checkpoint.
// Thread: the task's worker.
import { serializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Clock } from '../../../core/time/clock.js'
import type { CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import {
  streamHandlesOfSubtask,
  type OperatorSubtaskState,
  type StreamStateHandle,
  type TaskStateSnapshot,
} from '../../../storage/state-handles.js'
import type { AnnounceCheckpoint } from '../../protocol/master-to-worker.js'
import type { CheckpointMetrics, WorkerToMaster } from '../../protocol/worker-to-master.js'
import type { CheckpointBarrier } from '../network/stream-element.js'
import type { OperatorSnapshotFuture, SnapshotRequest } from '../operators/stream-operator.js'
import type { CheckpointAnnouncements } from './checkpoint-announcements.js'
import type { OperatorChain } from './operator-chain.js'

export interface SubtaskCheckpointServices {
  readonly executionId: string
  readonly announcements: CheckpointAnnouncements
  readonly clock: Clock
  readonly send: (message: WorkerToMaster) => void
  readonly streamsFor: (announcement: AnnounceCheckpoint) => CheckpointStreamFactory
}

interface RunningSnapshot {
  readonly futures: Map<string, OperatorSnapshotFuture>
  canceled: boolean
}

export class SubtaskCheckpointCoordinator {
  readonly #chain: OperatorChain
  readonly #services: SubtaskCheckpointServices
  readonly #running = new Map<number, RunningSnapshot>()
  readonly #aborted = new Set<number>()
  /** What was written for earlier checkpoints: incremental ones name it again. */
  readonly #acknowledged = new WeakSet<StreamStateHandle>()

  constructor(chain: OperatorChain, services: SubtaskCheckpointServices) {
    this.#chain = chain
    this.#services = services
  }

  /**
   * Resolves when the synchronous part is done, or the checkpoint was given up; the task takes no input until then. Rejects
   * when the task must fail.
   */
  async perform(barrier: CheckpointBarrier, alignmentMs: number): Promise<void> {
    const { checkpointId } = barrier
    const isAborted = this.#aborted.has(checkpointId)
    for (const id of this.#aborted) if (id <= checkpointId) this.#aborted.delete(id)
    if (isAborted) {
      this.#chain.broadcastCancelBarrier(checkpointId)
      return
    }
    const startedAt = this.#services.clock.monotonicMs()
    const snapshot: RunningSnapshot = { futures: new Map(), canceled: false }
    this.#running.set(checkpointId, snapshot)
    // It emits records: an error here is one of a record that is lost, so it is the task's and not the checkpoint's.
    for (const operator of this.#chain.operators) await operator.prepareSnapshotPreBarrier(checkpointId)
    if (snapshot.canceled) {
      this.#chain.broadcastCancelBarrier(checkpointId)
      return
    }
    try {
      this.#chain.broadcastBarrier(barrier)
      const announcement = await this.#services.announcements.get(checkpointId)
      const request = this.#requestOf(barrier, announcement)
      for (const operator of this.#chain.operators) {
        if (snapshot.canceled) break
        snapshot.futures.set(operator.operatorId, await operator.snapshotState(request))
      }
    } catch (error) {
      await this.#giveUp(checkpointId, snapshot, error)
      return
    }
    // Aborted meanwhile: what the operators gave since then is given back, too.
    if (snapshot.canceled) {
      await cancelAll(snapshot)
      return
    }
    const synchronousMs = this.#services.clock.monotonicMs() - startedAt
    void this.#completeLater(checkpointId, snapshot, { alignmentMs, synchronousMs })
  }

  /** True when the coordinator gave it up before it began here. */
  isAborted(checkpointId: number): boolean {
    return this.#aborted.has(checkpointId)
  }

  /** The task will not take part: tells the coordinator and those behind. */
  decline(checkpointId: number, reason: string): void {
    this.#chain.broadcastCancelBarrier(checkpointId)
    this.#sendDecline(checkpointId, new FlinkError('CHECKPOINT_DECLINED', { checkpointId, reason }))
  }

  /** The coordinator gave the checkpoint up. */
  async abort(checkpointId: number): Promise<void> {
    const snapshot = this.#running.get(checkpointId)
    if (snapshot === undefined) {
      this.#aborted.add(checkpointId)
      return
    }
    this.#running.delete(checkpointId)
    await cancelAll(snapshot)
  }

  /** The task ends: nothing is answered any more. */
  async close(): Promise<void> {
    for (const [checkpointId] of [...this.#running]) await this.abort(checkpointId)
  }

  #requestOf(barrier: CheckpointBarrier, announcement: AnnounceCheckpoint): SnapshotRequest {
    const { isSavepoint, location, checkpointId } = announcement
    const incremental = location.kind === 'file' ? location.incremental : undefined
    const increment = incremental && { checkpointId, baseCheckpointId: incremental.baseCheckpointId }
    return { ...barrier, isSavepoint, increment, streams: this.#services.streamsFor(announcement) }
  }

  /** Never rejects: errors decline the checkpoint. */
  async #completeLater(
    checkpointId: number,
    snapshot: RunningSnapshot,
    times: { readonly alignmentMs: number; readonly synchronousMs: number },
  ): Promise<void> {
    const startedAt = this.#services.clock.monotonicMs()
    try {
      const operators: Record<string, OperatorSubtaskState> = {}
      for (const [operatorId, future] of snapshot.futures) {
        const state = await future.complete()
        if (state !== undefined) operators[operatorId] = state
      }
      if (snapshot.canceled) return
      this.#running.delete(checkpointId)
      const asynchronousMs = this.#services.clock.monotonicMs() - startedAt
      const metrics = { ...times, asynchronousMs, ...this.#sizesOf({ operators }) }
      const { executionId, send } = this.#services
      send({ type: 'acknowledge-checkpoint', executionId, checkpointId, snapshot: { operators }, metrics })
    } catch (error) {
      await this.#giveUp(checkpointId, snapshot, error)
    }
  }

  #sizesOf(snapshot: TaskStateSnapshot): Pick<CheckpointMetrics, 'sizeBytes' | 'checkpointedSizeBytes'> {
    const handles = handlesOf(snapshot)
    const checkpointedSizeBytes = sizeOf(handles.filter((handle) => !this.#acknowledged.has(handle)))
    for (const handle of handles) this.#acknowledged.add(handle)
    return { sizeBytes: sizeOf(handles), checkpointedSizeBytes }
  }

  async #giveUp(checkpointId: number, snapshot: RunningSnapshot, error: unknown): Promise<void> {
    if (snapshot.canceled) return
    this.#running.delete(checkpointId)
    await cancelAll(snapshot)
    this.#sendDecline(checkpointId, error)
  }

  #sendDecline(checkpointId: number, error: unknown): void {
    const { executionId, send } = this.#services
    send({ type: 'decline-checkpoint', executionId, checkpointId, error: serializeError(error) })
  }
}

async function cancelAll(snapshot: RunningSnapshot): Promise<void> {
  snapshot.canceled = true
  await Promise.allSettled([...snapshot.futures.values()].map((future) => future.cancel()))
}

function handlesOf(snapshot: TaskStateSnapshot): StreamStateHandle[] {
  return Object.values(snapshot.operators).flatMap(streamHandlesOfSubtask)
}

function sizeOf(handles: readonly StreamStateHandle[]): number {
  return handles.reduce((sum, each) => sum + (each.kind === 'inline' ? each.bytes.length : each.lengthBytes), 0)
}
