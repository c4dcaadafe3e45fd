// Duty: what REST and `list` tell about checkpoints: counts and a short history.
// Invariants: bounded history, newest last; counts never shrink.
// Thread: main thread.
import type { PendingCheckpoint } from './pending-checkpoint.js'

export interface CheckpointRecord {
  readonly checkpointId: number
  readonly triggerTimestamp: number
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'
  readonly isSavepoint: boolean
  /** The job ends with it. */
  readonly isLast: boolean
  externalPath: string | undefined
  endTimestamp: number | undefined
  /** Of all state that it names, and of what was written for it. */
  sizeBytes: number
  checkpointedSizeBytes: number
  /** Of records in flight that are part of it. */
  persistedSizeBytes: number
  /** Barriers overtook records, at one task at least. */
  isUnaligned: boolean
  synchronousMs: number
  alignmentMs: number
  failureMessage: string | undefined
}

export class CheckpointStatistics {
  readonly #historySize: number
  readonly #now: () => number
  readonly #records: CheckpointRecord[] = []
  /** The newest checkpoint or savepoint that completed, also when the history has forgotten it. */
  lastCompleted: CheckpointRecord | undefined
  /** Epoch ms; undefined when nothing was restored. */
  lastRestoreTimestamp: number | undefined
  readonly counts = { completed: 0, failed: 0, restored: 0, total: 0 }

  constructor(historySize: number, now: () => number) {
    this.#historySize = historySize
    this.#now = now
  }

  history(): readonly CheckpointRecord[] {
    return this.#records
  }

  restored(): void {
    this.counts.restored += 1
    this.lastRestoreTimestamp = this.#now()
  }

  triggered(pending: PendingCheckpoint): void {
    this.counts.total += 1
    this.#records.push({
      checkpointId: pending.checkpointId,
      triggerTimestamp: pending.timestamp,
      status: 'IN_PROGRESS',
      isSavepoint: pending.properties.isSavepoint,
      isLast: pending.properties.thenStop !== undefined,
      externalPath: undefined,
      endTimestamp: undefined,
      sizeBytes: 0,
      checkpointedSizeBytes: 0,
      persistedSizeBytes: 0,
      isUnaligned: false,
      synchronousMs: 0,
      alignmentMs: 0,
      failureMessage: undefined,
    })
    if (this.#records.length > this.#historySize) this.#records.shift()
  }

  completed(pending: PendingCheckpoint, externalPath: string): void {
    this.counts.completed += 1
    this.#update(pending, (record) => {
      record.status = 'COMPLETED'
      record.externalPath = externalPath
      for (const { metrics } of pending.acknowledged.values()) {
        record.sizeBytes += metrics.sizeBytes
        record.checkpointedSizeBytes += metrics.checkpointedSizeBytes
        record.persistedSizeBytes += metrics.persistedSizeBytes ?? 0
        record.isUnaligned ||= metrics.unaligned === true
        record.synchronousMs = Math.max(record.synchronousMs, metrics.synchronousMs)
        record.alignmentMs = Math.max(record.alignmentMs, metrics.alignmentMs)
      }
      this.lastCompleted = record
    })
  }

  failed(pending: PendingCheckpoint, error: Error): void {
    this.counts.failed += 1
    this.#update(pending, (record) => {
      record.status = 'FAILED'
      record.failureMessage = error.message
    })
  }

  /** Not even its directory could be made: it counts, but has no record. */
  failedToBegin(): void {
    this.counts.total += 1
    this.counts.failed += 1
  }

  #update(pending: PendingCheckpoint, change: (record: CheckpointRecord) => void): void {
    const record = this.#records.find((candidate) => candidate.checkpointId === pending.checkpointId)
    if (record === undefined) return
    record.endTimestamp = this.#now()
    change(record)
  }
}
