// Duty: one input of a task: gives what its channels deliver to the head's input, the input's watermark valve and the
// barrier handler that all inputs share.
// Invariants: one an input of the head. A drain stops as soon as the task may take no more input.
// Thread: the task's worker.
import type { ChannelTime, InputTime } from '../../protocol/time-report.js'
import type { GateHandler, InputGate } from '../network/input-gate.js'
import { NO_TIMESTAMP, type CheckpointBarrier, type WatermarkStatus } from '../network/stream-element.js'
import type { Input } from '../operators/stream-operator.js'
import type { IterationMarkers } from '../iteration/iteration-markers.js'
import type { CheckpointBarrierHandler } from './checkpoint-barrier-handler.js'
import type { PendingTime } from '../eventtime/pending-time.js'
import { StatusWatermarkValve } from './status-watermark-valve.js'

/** How many of the channels that hold time back are named. */
const MAX_NAMED_CHANNELS = 5

export interface InputHandlerInput {
  readonly gate: InputGate
  /** The input's number: those channels of the gate are its own that carry it. */
  readonly number: number
  readonly input: Input
  readonly barriers: CheckpointBarrierHandler
  readonly markers: IterationMarkers
  readonly time: PendingTime
  readonly mayContinue: () => boolean
}

export class InputHandler implements GateHandler {
  readonly #gate: InputGate
  readonly #input: Input
  readonly #barriers: CheckpointBarrierHandler
  readonly #markers: IterationMarkers
  readonly #valve: StatusWatermarkValve
  /** By index in the gate: the channel's index in the valve. */
  readonly #valveChannels: readonly number[]
  readonly mayContinue: () => boolean
  numRecordsIn = 0
  lastTimestamp: number = NO_TIMESTAMP
  currentInputWatermark: number = Number.NEGATIVE_INFINITY

  constructor({ gate, number, input, barriers, markers, time, mayContinue }: InputHandlerInput) {
    this.#gate = gate
    this.#input = input
    this.#barriers = barriers
    this.#markers = markers
    this.mayContinue = mayContinue
    let channels = 0
    this.#valveChannels = gate.channels.map((channel) => (channel.input === number ? channels++ : -1))
    this.#valve = new StatusWatermarkValve(channels, {
      onWatermark: (timestamp) => {
        this.currentInputWatermark = timestamp
        if (time.isPending || !input.processWatermark(timestamp)) time.give(() => input.processWatermark(timestamp))
      },
      onWatermarkStatus: (status) => {
        if (time.isPending || !input.processWatermarkStatus(status))
          time.give(() => input.processWatermarkStatus(status))
      },
    })
  }

  /** `channels`: where those of the gate come from. */
  timeReport(channels: readonly ChannelTime[]): InputTime {
    const own = channels.filter((_, index) => this.#valveChannels[index] !== -1)
    const holders = this.#valve.holders()
    return {
      watermark: this.currentInputWatermark,
      isIdle: holders.length === 0,
      holders: holders.slice(0, MAX_NAMED_CHANNELS).flatMap((channel) => own[channel] ?? []),
    }
  }

  onRecord(value: unknown, timestamp: number, keyHash: number): void {
    this.numRecordsIn += 1
    this.lastTimestamp = timestamp
    this.#input.processElement(value, timestamp, keyHash)
  }

  onComingKeys(keyHashes: readonly number[], start: number, end: number): void {
    this.#input.prepareKeys(keyHashes, start, end)
  }

  onWatermark(timestamp: number, channelIndex: number): void {
    this.#valve.onWatermark(timestamp, this.#valveChannels[channelIndex] ?? -1)
  }

  onWatermarkStatus(status: WatermarkStatus, channelIndex: number): void {
    this.#valve.onStatus(status, this.#valveChannels[channelIndex] ?? -1)
  }

  onBarrier(barrier: CheckpointBarrier, channelIndex: number): void {
    this.#barriers.onBarrier(barrier, channelIndex)
  }

  onCancelBarrier(checkpointId: number): void {
    this.#barriers.onCancelBarrier(checkpointId)
  }

  onIterationMarker(quietRounds: number, channelIndex: number): void {
    this.#markers.onMarker(quietRounds, channelIndex)
  }

  /** Its last watermark has said what the end means for time. */
  onEndOfData(channelIndex: number): void {
    this.#gate.endData(channelIndex)
    this.#markers.onEndOfData(channelIndex)
  }

  onEndOfPartition(channelIndex: number): void {
    this.#gate.endChannel(channelIndex)
    this.#barriers.onChannelEnded(channelIndex)
  }
}
