// Duty: the newest checkpoint of each kind, and how large all completed ones were and how long they took, for REST.
// Invariants: kept also when the history has forgotten them. Bounded: of the newest so many that completed; Flink has as many for its
// quantiles.
// Thread: main thread.
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { CheckpointRecord } from './checkpoint-record.js'

const MAX_SAMPLES = 10_000

/** What the job went on from, and when. */
export interface RestoredRecord {
  readonly checkpointId: number
  readonly restoreTimestamp: number
  readonly isSavepoint: boolean
  readonly externalPath: string
}

/** Of a checkpoint or savepoint that completed. */
export interface CheckpointSample {
  readonly sizeBytes: number
  readonly checkpointedSizeBytes: number
  readonly persistedSizeBytes: number
  readonly durationMs: number
}

export interface LatestRecords {
  readonly completed: CheckpointRecord | undefined
  readonly savepoint: CheckpointRecord | undefined
  readonly failed: CheckpointRecord | undefined
  readonly restored: RestoredRecord | undefined
}

export class LatestCheckpoints {
  readonly #samples: CheckpointSample[] = []
  #completed: CheckpointRecord | undefined
  #savepoint: CheckpointRecord | undefined
  #failed: CheckpointRecord | undefined
  #restored: RestoredRecord | undefined

  records(): LatestRecords {
    return {
      completed: this.#completed,
      savepoint: this.#savepoint,
      failed: this.#failed,
      restored: this.#restored,
    }
  }

  samples(): readonly CheckpointSample[] {
    return this.#samples.slice()
  }

  completed(record: CheckpointRecord): void {
    if (record.isSavepoint) this.#savepoint = record
    else this.#completed = record
    const { sizeBytes, checkpointedSizeBytes, persistedSizeBytes, triggerTimestamp, endTimestamp } = record
    const durationMs = (endTimestamp ?? triggerTimestamp) - triggerTimestamp
    this.#samples.push({ sizeBytes, checkpointedSizeBytes, persistedSizeBytes, durationMs })
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift()
  }

  failed(record: CheckpointRecord): void {
    this.#failed = record
  }

  restored({ metadata, externalPath }: CompletedCheckpoint, restoreTimestamp: number): void {
    const { checkpointId, isSavepoint } = metadata
    this.#restored = { checkpointId, restoreTimestamp, isSavepoint, externalPath }
  }
}
