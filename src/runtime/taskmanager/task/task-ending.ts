// Duty: why a task comes to its end, and what it waits for before it ends: the snapshot to stop with, or, where the data
// has ended by itself and checkpoints are on, one that begins here after that end (FLIP-147), so that what functions commit
// with checkpoints is committed to the last record.
// Invariants: until it is known what becomes of the snapshot to stop with, the data does not end here, and the task does not.
// For a suspending stop operators are not finished and time does not jump to its end, because the job goes on later; for a
// draining one, and for data that ended by itself, both happen.
// Thread: the task's worker.

export type StopMode = 'suspend' | 'drain'

/**
 * What it means for the task that a checkpoint was aborted. `lost`: its data was ended for that one, and cannot go on.
 */
export type AfterAbort = 'no-stop' | 'goes-on' | 'lost'

interface Stop {
  readonly checkpointId: number
  readonly mode: StopMode
  readonly isComplete: boolean
}

export class TaskEnding {
  readonly #awaitsFinalCheckpoint: boolean
  #stop: Stop | undefined
  #data: 'flows' | 'is read' | 'has ended' = 'flows'
  /** The data was ended before its own end, for the snapshot to stop with. */
  #isDrained = false
  /** The first checkpoint that was taken after the end of the data: it and all later ones have everything in. */
  #finalCheckpointMinId: number | undefined
  #isFinalCheckpointComplete = false

  constructor(awaitsFinalCheckpoint: boolean) {
    this.#awaitsFinalCheckpoint = awaitsFinalCheckpoint
  }

  stopWith(checkpointId: number, mode: StopMode): void {
    if (!this.isStoppingWith(checkpointId)) this.#stop = { checkpointId, mode, isComplete: false }
  }

  isStoppingWith(checkpointId: number): boolean {
    return this.#stop?.checkpointId === checkpointId
  }

  /** The input has given all its records. */
  dataRead(): void {
    if (this.#data === 'flows') this.#data = 'is read'
  }

  /** Operators may be finished now. */
  get mayEndData(): boolean {
    return this.#data === 'is read' && !this.#isUndecided
  }

  /** True as well without a stop: the data ended by itself. */
  get finishesOperators(): boolean {
    return this.#stop?.mode !== 'suspend'
  }

  /** Operators are finished, and nothing follows what they emitted. */
  dataEnded(): void {
    this.#isDrained = this.#data === 'flows'
    this.#data = 'has ended'
  }

  checkpointTaken(checkpointId: number): void {
    if (this.#data === 'has ended') this.#finalCheckpointMinId ??= checkpointId
  }

  /** True where the end of the task waits for this checkpoint. */
  awaits(checkpointId: number): boolean {
    return this.#isFinal(checkpointId) || this.isStoppingWith(checkpointId)
  }

  #isFinal(checkpointId: number): boolean {
    return this.#finalCheckpointMinId !== undefined && checkpointId >= this.#finalCheckpointMinId
  }

  /** True when this was the snapshot to stop with. */
  checkpointCompleted(checkpointId: number): boolean {
    if (this.#isFinal(checkpointId)) this.#isFinalCheckpointComplete = true
    if (this.#stop?.checkpointId !== checkpointId) return false
    this.#stop = { ...this.#stop, isComplete: true }
    return true
  }

  checkpointAborted(checkpointId: number): AfterAbort {
    if (!this.isStoppingWith(checkpointId)) return 'no-stop'
    this.#stop = undefined
    return this.#isDrained ? 'lost' : 'goes-on'
  }

  /** A checkpoint is missing that nobody has asked for yet. */
  get needsFinalCheckpoint(): boolean {
    return this.#awaitsFinalCheckpoint && this.#stop === undefined && !this.#isFinalCheckpointComplete
  }

  /** All that was to be committed is, as far as this task knows. */
  get mayEnd(): boolean {
    if (this.#stop !== undefined) return this.#stop.isComplete
    return !this.#awaitsFinalCheckpoint || this.#isFinalCheckpointComplete
  }

  get #isUndecided(): boolean {
    return this.#stop !== undefined && !this.#stop.isComplete
  }
}
