// Duty: stands in front of the handler of a channel while what the channel delivers is recorded for a checkpoint.
// Invariants: a record is recorded before it is processed, as its function may change it, and what is said of time before it
// has an effect; everything else goes by. Takes no
// batches: records have to come one by one.
// Thread: the consuming task's worker.
import type { GateHandler } from './input-gate.js'
import type { StoredTime } from './stored-time.js'
import type { CheckpointBarrier, WatermarkStatus } from './stream-element.js'

/** Who records. */
export interface RecordTap {
  record(value: unknown, timestamp: number, keyHash: number): void
  time(time: StoredTime): void
}

export class RecordingHandler implements GateHandler {
  readonly #handler: GateHandler
  readonly #tap: RecordTap

  constructor(handler: GateHandler, tap: RecordTap) {
    this.#handler = handler
    this.#tap = tap
  }

  get lastTimestamp(): number {
    return this.#handler.lastTimestamp
  }

  onRecord(value: unknown, timestamp: number, keyHash: number): void {
    this.#tap.record(value, timestamp, keyHash)
    this.#handler.onRecord(value, timestamp, keyHash)
  }

  onComingKeys(keyHashes: readonly number[], start: number, end: number): void {
    this.#handler.onComingKeys(keyHashes, start, end)
  }

  onWatermark(timestamp: number, channelIndex: number): void {
    this.#tap.time(timestamp)
    this.#handler.onWatermark(timestamp, channelIndex)
  }

  onWatermarkStatus(status: WatermarkStatus, channelIndex: number): void {
    this.#tap.time(status)
    this.#handler.onWatermarkStatus(status, channelIndex)
  }

  onBarrier(barrier: CheckpointBarrier, channelIndex: number): void {
    this.#handler.onBarrier(barrier, channelIndex)
  }

  onCancelBarrier(checkpointId: number, channelIndex: number): void {
    this.#handler.onCancelBarrier(checkpointId, channelIndex)
  }

  onIterationMarker(quietRounds: number, channelIndex: number): void {
    this.#handler.onIterationMarker(quietRounds, channelIndex)
  }

  onEndOfData(channelIndex: number): void {
    this.#handler.onEndOfData(channelIndex)
  }

  onEndOfPartition(channelIndex: number): void {
    this.#handler.onEndOfPartition(channelIndex)
  }

  mayContinue(): boolean {
    return this.#handler.mayContinue()
  }
}
