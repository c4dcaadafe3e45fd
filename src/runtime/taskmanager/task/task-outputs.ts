// Duty: all channels that leave a task, as one.
// Invariants: nothing is written after the end of the partition: who has read it never looks at the channel again.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { CapturedChannel } from '../network/in-flight-records.js'
import type { RecordWriter } from '../network/record-writer.js'
import type { CheckpointBarrier } from '../network/stream-element.js'

export class TaskOutputs {
  readonly #writers: readonly RecordWriter[]
  /** Those on which records go round in a loop. */
  readonly #loopWriters: readonly RecordWriter[]
  #hasEnded = false

  constructor(writers: readonly RecordWriter[], loopWriters: readonly RecordWriter[] = []) {
    this.#writers = writers
    this.#loopWriters = loopWriters
  }

  isAvailable(): boolean {
    for (const writer of this.#writers) if (!writer.isAvailable()) return false
    return true
  }

  hasPending(): boolean {
    return this.#writers.some((writer) => writer.hasPending())
  }

  /** Longest time in ms that records may wait unflushed; below 0: as long as the task is busy. */
  get bufferTimeoutMs(): number {
    const timeouts = this.#writers.map((writer) => writer.bufferTimeoutMs).filter((timeout) => timeout >= 0)
    return timeouts.length === 0 ? -1 : Math.min(...timeouts)
  }

  /** True when nothing is left to be sent. */
  flush(): boolean {
    let isEmpty = true
    for (const writer of this.#writers) if (!writer.flush()) isEmpty = false
    return isEmpty
  }

  broadcastBarrier(barrier: CheckpointBarrier): void {
    this.#checkOpen()
    for (const writer of this.#writers) writer.broadcastBarrier(barrier)
    this.flush()
  }

  /** In front of all that was written, on edges on which it may be; gives back what is in flight there on this side. */
  announceBarrier(barrier: CheckpointBarrier): CapturedChannel[] {
    this.#checkOpen()
    const captured = this.#writers.flatMap((writer) => writer.announceBarrier(barrier))
    this.flush()
    return captured
  }

  /** As `RecordWriter` has it, of all of them. */
  overtakeLate(barrier: CheckpointBarrier): CapturedChannel[] {
    return this.#writers.flatMap((writer) => writer.overtakeLate(barrier))
  }

  /** Nothing of this checkpoint waits here any more, where its barrier may overtake. */
  areBarriersOut(checkpointId: number): boolean {
    return this.#writers.every((writer) => writer.areBarriersOut(checkpointId))
  }

  /** Nobody waits for a barrier any more where the partition has ended. */
  broadcastCancelBarrier(checkpointId: number): void {
    if (this.#hasEnded) return
    for (const writer of this.#writers) writer.broadcastCancelBarrier(checkpointId)
    this.flush()
  }

  /** Grows with each record that leaves the task. */
  get numRecordsOut(): number {
    let records = 0
    for (const writer of this.#writers) records += writer.numRecordsOut
    return records
  }

  broadcastIterationMarker(quietRounds: number): void {
    for (const writer of this.#loopWriters) writer.broadcastIterationMarker(quietRounds)
  }

  broadcastEndOfData(): void {
    for (const writer of this.#writers) writer.broadcastEndOfData()
  }

  broadcastEndOfPartition(): void {
    this.#hasEnded = true
    for (const writer of this.#writers) writer.broadcastEndOfPartition()
  }

  close(): void {
    for (const writer of this.#writers) writer.close()
  }

  #checkOpen(): void {
    if (!this.#hasEnded) return
    throw new FlinkError('ASSERTION_FAILED', { what: 'a barrier came after the end of a partition' })
  }
}
