// Duty: what is known of one checkpoint or savepoint from its trigger on, for REST and `list`.
// Thread: main thread.

export interface CheckpointRecord {
  readonly checkpointId: number
  readonly triggerTimestamp: number
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'
  readonly isSavepoint: boolean
  /** The job ends with it. */
  readonly isLast: boolean
  externalPath: string | undefined
  endTimestamp: number | undefined
  /** Of the last subtask that acknowledged it. */
  latestAckTimestamp: number | undefined
  readonly numSubtasks: number
  /** With those that had finished before it began. */
  numAcknowledgedSubtasks: number
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
