// Duty: gives what the channels deliver to the head operator, the watermark valve and the barrier handler.
// Invariants: one a task with channels; a drain stops as soon as the task may take no more input.
// Thread: the task's worker.
import type { ChannelHandler } from '../network/channel.js'
import type { InputGate } from '../network/input-gate.js'
import type { CheckpointBarrier, WatermarkStatus } from '../network/stream-element.js'
import type { Input } from '../operators/stream-operator.js'
import type { CheckpointBarrierHandler } from './checkpoint-barrier-handler.js'
import { StatusWatermarkValve } from './status-watermark-valve.js'

export interface GateHandlerInput {
  readonly gate: InputGate
  readonly head: Input
  readonly barriers: CheckpointBarrierHandler
  readonly mayContinue: () => boolean
}

export class GateHandler implements ChannelHandler {
  readonly #gate: InputGate
  readonly #head: Input
  readonly #barriers: CheckpointBarrierHandler
  readonly #valve: StatusWatermarkValve
  readonly mayContinue: () => boolean
  numRecordsIn = 0
  currentInputWatermark: number = Number.NEGATIVE_INFINITY

  constructor(input: GateHandlerInput) {
    this.#gate = input.gate
    this.#head = input.head
    this.#barriers = input.barriers
    this.mayContinue = input.mayContinue
    this.#valve = new StatusWatermarkValve(input.gate.channels.length, {
      onWatermark: (timestamp) => {
        this.currentInputWatermark = timestamp
        input.head.processWatermark(timestamp)
      },
      onWatermarkStatus: (status) => {
        input.head.processWatermarkStatus(status)
      },
    })
  }

  onRecord(value: unknown, timestamp: number, keyHash: number): void {
    this.numRecordsIn += 1
    this.#head.processElement(value, timestamp, keyHash)
  }

  onComingKeys(keyHashes: readonly number[], start: number, end: number): void {
    this.#head.prepareKeys(keyHashes, start, end)
  }

  onWatermark(timestamp: number, channelIndex: number): void {
    this.#valve.onWatermark(timestamp, channelIndex)
  }

  onWatermarkStatus(status: WatermarkStatus, channelIndex: number): void {
    this.#valve.onStatus(status, channelIndex)
  }

  onBarrier(barrier: CheckpointBarrier, channelIndex: number): void {
    this.#barriers.onBarrier(barrier, channelIndex)
  }

  onCancelBarrier(checkpointId: number): void {
    this.#barriers.onCancelBarrier(checkpointId)
  }

  onEndOfData(): void {
    // Its last watermark has said what the end means for time.
  }

  onEndOfPartition(channelIndex: number): void {
    this.#gate.endChannel(channelIndex)
    this.#barriers.onChannelEnded(channelIndex)
  }
}
