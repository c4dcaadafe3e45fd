// Duty: one checkpoint between its trigger and its end: who has acknowledged, who is still awaited.
// Invariants: leaves `pending` exactly once, to `completed` or `aborted`; an acknowledgement counts once. Once its
// metadata is being written nothing but that write decides: it may be the newest checkpoint already.
// Thread: main thread.
import type { TimerHandle } from '../../../core/time/clock.js'
import type { CheckpointLocation } from '../../../storage/checkpoint-stream-factory.js'
import type { StreamStateHandle, TaskStateSnapshot } from '../../../storage/state-handles.js'
import type { EntryCounts } from '../../protocol/entry-counts.js'
import type { AcknowledgeCheckpoint } from '../../protocol/worker-to-master.js'
import type { Execution } from '../executiongraph/execution.js'
import type { CheckpointPlan } from './checkpoint-plan.js'

/** What its tasks are told, and its metadata says; with `thenStop` the tasks end after it. */
export interface CheckpointProperties {
  readonly isSavepoint: boolean
  readonly thenStop: 'suspend' | 'drain' | undefined
}

/** What came out of it. */
export interface CheckpointResult {
  readonly checkpointId: number
  /** `file:` URI of the directory, or a note that it lies in memory. */
  readonly externalPath: string
}

export type Acknowledgement = Pick<AcknowledgeCheckpoint, 'snapshot' | 'metrics' | 'hearsOfCompletion'>

export interface PendingCheckpointDescription {
  readonly checkpointId: number
  readonly timestamp: number
  readonly plan: CheckpointPlan
  readonly properties: CheckpointProperties
  readonly location: CheckpointLocation
}

export class PendingCheckpoint {
  readonly checkpointId: number
  readonly timestamp: number
  readonly plan: CheckpointPlan
  readonly properties: CheckpointProperties
  readonly location: CheckpointLocation
  readonly result: Promise<CheckpointResult>
  readonly acknowledged: Map<string, Acknowledgement> = new Map<string, Acknowledgement>()
  /** By operator id; complete before any task is triggered. */
  coordinatorStates: ReadonlyMap<string, StreamStateHandle> = new Map<string, StreamStateHandle>()
  #state: 'pending' | 'finalising' | 'completed' | 'aborted' = 'pending'
  #expiry: TimerHandle | undefined
  #resolve: (result: CheckpointResult) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(description: PendingCheckpointDescription) {
    this.checkpointId = description.checkpointId
    this.timestamp = description.timestamp
    this.plan = description.plan
    this.properties = description.properties
    this.location = description.location
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Periodic checkpoints have nobody who waits for them: their failure is counted by the coordinator instead.
    this.result.catch(() => undefined)
  }

  get isPending(): boolean {
    return this.#state === 'pending'
  }

  awaits(executionId: string): boolean {
    const isPart = this.plan.toAcknowledge.some((execution) => execution.id === executionId)
    return this.isPending && isPart && !this.acknowledged.has(executionId)
  }

  /** False when the acknowledgement is late, foreign or a repetition: its state is not part of this checkpoint. */
  acknowledge(executionId: string, acknowledgement: Acknowledgement): boolean {
    if (!this.awaits(executionId)) return false
    this.acknowledged.set(executionId, acknowledgement)
    return true
  }

  get isFullyAcknowledged(): boolean {
    return this.acknowledged.size === this.plan.toAcknowledge.length
  }

  /** What tasks have written by now. */
  snapshots(): TaskStateSnapshot[] {
    return [...this.acknowledged.values()].map(({ snapshot }) => snapshot)
  }

  /** The tasks in which somebody wants to hear that it is complete. */
  listeners(): Execution[] {
    return this.plan.toAcknowledge.filter(({ id }) => this.acknowledged.get(id)?.hearsOfCompletion !== false)
  }

  /** Of the tasks that counted. */
  entryCounts(): EntryCounts[] {
    return [...this.acknowledged.values()].flatMap(({ metrics: { entryCounts } }) =>
      entryCounts === undefined ? [] : [entryCounts],
    )
  }

  /** Tasks are told when it has completed: it is a checkpoint, or they end with it. */
  get tellsCompletion(): boolean {
    const { isSavepoint, thenStop } = this.properties
    return !isSavepoint || thenStop !== undefined
  }

  /** The timer that aborts it; it is cancelled when the checkpoint is complete or was aborted. */
  expiresWith(timer: TimerHandle): void {
    this.#expiry = timer
  }

  /** All have acknowledged: from here on it cannot be aborted from outside. */
  beginFinalising(): void {
    this.#state = 'finalising'
    this.#expiry?.cancel()
  }

  complete(result: CheckpointResult): void {
    this.#state = 'completed'
    this.#resolve(result)
  }

  abort(error: Error): void {
    this.#state = 'aborted'
    this.#expiry?.cancel()
    this.#reject(error)
  }
}
