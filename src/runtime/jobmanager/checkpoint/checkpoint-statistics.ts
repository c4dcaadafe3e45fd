// Duty: what REST and `list` tell about checkpoints: counts, a short history, and of that what each subtask said.
// Invariants: bounded history, newest last; what is in progress stays in it. Counts never shrink.
// Thread: main thread.
import type { CheckpointMetrics } from '../../protocol/worker-to-master.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { CheckpointRecord } from './checkpoint-record.js'
import { LatestCheckpoints } from './latest-checkpoints.js'
import type { PendingCheckpoint } from './pending-checkpoint.js'
import { AcknowledgedSubtasks, type TaskStateStatistics } from './task-state-statistics.js'

export interface CheckpointDetails {
  readonly record: CheckpointRecord
  readonly tasks: readonly TaskStateStatistics[]
}

export class CheckpointStatistics {
  readonly #historySize: number
  readonly #now: () => number
  readonly #records: CheckpointRecord[] = []
  /** Of those in the history. */
  readonly #subtasks = new Map<number, AcknowledgedSubtasks>()
  /** The newest checkpoint or savepoint that completed, also when the history has forgotten it. */
  lastCompleted: CheckpointRecord | undefined
  readonly latest: LatestCheckpoints = new LatestCheckpoints()
  readonly counts = { completed: 0, failed: 0, restored: 0, total: 0 }

  constructor(historySize: number, now: () => number) {
    this.#historySize = historySize
    this.#now = now
  }

  history(): readonly CheckpointRecord[] {
    return this.#records
  }

  /** A copy; undefined where the history has forgotten the checkpoint, or never had it. */
  details(checkpointId: number): CheckpointDetails | undefined {
    const record = this.#find(checkpointId)
    const subtasks = this.#subtasks.get(checkpointId)
    return record === undefined || subtasks === undefined ? undefined : { record: { ...record }, tasks: subtasks.all() }
  }

  /** Tasks begin with its state, at the start of the job or after a failure. */
  restored(checkpoint: CompletedCheckpoint): void {
    this.counts.restored += 1
    this.latest.restored(checkpoint, this.#now())
  }

  triggered(pending: PendingCheckpoint): void {
    this.counts.total += 1
    const { toAcknowledge, finished } = pending.plan
    this.#subtasks.set(pending.checkpointId, new AcknowledgedSubtasks(pending.plan, pending.timestamp))
    this.#records.push({
      checkpointId: pending.checkpointId,
      triggerTimestamp: pending.timestamp,
      status: 'IN_PROGRESS',
      isSavepoint: pending.properties.isSavepoint,
      isLast: pending.properties.thenStop !== undefined,
      externalPath: undefined,
      endTimestamp: undefined,
      latestAckTimestamp: finished.length === 0 ? undefined : pending.timestamp,
      numSubtasks: toAcknowledge.length + finished.length,
      numAcknowledgedSubtasks: finished.length,
      sizeBytes: 0,
      checkpointedSizeBytes: 0,
      persistedSizeBytes: 0,
      isUnaligned: false,
      synchronousMs: 0,
      alignmentMs: 0,
      failureMessage: undefined,
    })
    this.#forgetOldest()
  }

  acknowledged(pending: PendingCheckpoint, executionId: string, metrics: CheckpointMetrics): void {
    const record = this.#find(pending.checkpointId)
    const execution = pending.plan.toAcknowledge.find(({ id }) => id === executionId)
    if (record === undefined || execution === undefined) return
    const now = this.#now()
    this.#subtasks.get(pending.checkpointId)?.acknowledged(execution, metrics, now)
    record.latestAckTimestamp = now
    record.numAcknowledgedSubtasks += 1
    record.sizeBytes += metrics.sizeBytes
    record.checkpointedSizeBytes += metrics.checkpointedSizeBytes
    record.persistedSizeBytes += metrics.persistedSizeBytes ?? 0
    record.isUnaligned ||= metrics.unaligned === true
    record.synchronousMs = Math.max(record.synchronousMs, metrics.synchronousMs)
    record.alignmentMs = Math.max(record.alignmentMs, metrics.alignmentMs)
  }

  completed(pending: PendingCheckpoint, externalPath: string): void {
    this.counts.completed += 1
    this.#update(pending, (record) => {
      record.status = 'COMPLETED'
      record.externalPath = externalPath
      this.lastCompleted = record
      this.latest.completed(record)
    })
  }

  failed(pending: PendingCheckpoint, error: Error): void {
    this.counts.failed += 1
    this.#update(pending, (record) => {
      record.status = 'FAILED'
      record.failureMessage = error.message
      this.latest.failed(record)
    })
  }

  /** Not even its directory could be made: it counts, but has no record. */
  failedToBegin(): void {
    this.counts.total += 1
    this.counts.failed += 1
  }

  /** A savepoint may take longer than many checkpoints. */
  #forgetOldest(): void {
    while (this.#records.length > this.#historySize) {
      const oldest = this.#records.findIndex(({ status }) => status !== 'IN_PROGRESS')
      if (oldest === -1) return
      for (const { checkpointId } of this.#records.splice(oldest, 1)) this.#subtasks.delete(checkpointId)
    }
  }

  #update(pending: PendingCheckpoint, change: (record: CheckpointRecord) => void): void {
    const record = this.#find(pending.checkpointId)
    if (record === undefined) return
    record.endTimestamp = this.#now()
    change(record)
  }

  #find(checkpointId: number): CheckpointRecord | undefined {
    return this.#records.find((candidate) => candidate.checkpointId === checkpointId)
  }
}
