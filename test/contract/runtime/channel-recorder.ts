import type { GateHandler } from '../../../src/runtime/taskmanager/network/input-gate.js'
import {
  NO_TIMESTAMP,
  type CheckpointBarrier,
  type WatermarkStatus,
} from '../../../src/runtime/taskmanager/network/stream-element.js'

/** Writes down what a channel delivers, as `name` or `[name, ...]`; stops after `stopAfter` elements when asked to. */
export class ChannelRecorder implements GateHandler {
  readonly announced: number[] = []
  readonly elements: unknown[] = []
  stopAfter = Number.POSITIVE_INFINITY
  lastTimestamp: number = NO_TIMESTAMP

  get values(): unknown[] {
    return this.elements
      .filter((element) => Array.isArray(element) && element[0] === 'record')
      .map((element) => {
        const [, value] = element as readonly unknown[]
        return value
      })
  }

  onRecord(value: unknown, timestamp: number, keyHash: number): void {
    this.lastTimestamp = timestamp
    this.elements.push(['record', value, timestamp, keyHash])
  }

  onComingKeys(keyHashes: readonly number[], start: number, end: number): void {
    this.announced.push(...keyHashes.slice(start, end))
  }

  onWatermark(timestamp: number, channelIndex: number): void {
    this.elements.push(['watermark', timestamp, channelIndex])
  }

  onWatermarkStatus(status: WatermarkStatus, channelIndex: number): void {
    this.elements.push(['status', status, channelIndex])
  }

  onBarrier(barrier: CheckpointBarrier, channelIndex: number): void {
    this.elements.push(['barrier', barrier, channelIndex])
  }

  onCancelBarrier(checkpointId: number, channelIndex: number): void {
    this.elements.push(['cancel', checkpointId, channelIndex])
  }

  onIterationMarker(quietRounds: number, channelIndex: number): void {
    this.elements.push(['iteration marker', quietRounds, channelIndex])
  }

  onEndOfData(channelIndex: number): void {
    this.elements.push(['end of data', channelIndex])
  }

  onEndOfPartition(channelIndex: number): void {
    this.elements.push(['end of partition', channelIndex])
  }

  mayContinue(): boolean {
    return this.elements.length < this.stopAfter
  }
}
