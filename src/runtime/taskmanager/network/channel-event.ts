// Duty: elements of a channel that are no records, as bytes: to be put after the records of the same channel.
// Thread: made on the producing task's worker, delivered on the consuming task's.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import type { ChannelHandler } from './channel.js'
import type { CheckpointBarriers } from './checkpoint-barriers.js'
import { SLOT_KIND } from './slot-kind.js'
import type { StoredTime } from './stored-time.js'
import type { WatermarkStatus } from './stream-element.js'

/** What a slot of a ring holds, or what waits for one: a part of a channel's elements that stay together. */
export interface Segment {
  readonly kind: number
  readonly flag: number
  readonly bytes: Uint8Array
}

const NO_BYTES = new Uint8Array(0)

export function watermarkEvent(timestamp: number): Segment {
  return { kind: SLOT_KIND.watermark, flag: 0, bytes: bytesOf(timestamp) }
}

export function watermarkStatusEvent(status: WatermarkStatus): Segment {
  return { kind: SLOT_KIND.watermarkStatus, flag: status === 'idle' ? 1 : 0, bytes: NO_BYTES }
}

/** `bytes` as CheckpointBarriers makes them. */
export function barrierEvent(bytes: Uint8Array): Segment {
  return { kind: SLOT_KIND.barrier, flag: 0, bytes }
}

export function cancelBarrierEvent(checkpointId: number): Segment {
  return { kind: SLOT_KIND.cancelBarrier, flag: 0, bytes: bytesOf(checkpointId) }
}

export function iterationMarkerEvent(quietRounds: number): Segment {
  return { kind: SLOT_KIND.iterationMarker, flag: 0, bytes: bytesOf(quietRounds) }
}

export const END_OF_DATA: Segment = { kind: SLOT_KIND.endOfData, flag: 0, bytes: NO_BYTES }
export const END_OF_PARTITION: Segment = { kind: SLOT_KIND.endOfPartition, flag: 0, bytes: NO_BYTES }

/** Undefined where it says nothing of time. */
export function timeOf({ kind, flag, bytes }: Segment): StoredTime | undefined {
  if (kind === SLOT_KIND.watermark) return new DataInputView(bytes).readFloat64()
  if (kind === SLOT_KIND.watermarkStatus) return flag === 1 ? 'idle' : 'active'
  return undefined
}

/** Where an event goes to, and who knows the barriers. */
export interface EventReceiver {
  readonly handler: ChannelHandler
  readonly channelIndex: number
  readonly barriers: CheckpointBarriers
}

/** The bytes of a barrier may be kept. */
export function deliverEvent({ kind, flag, bytes }: Segment, receiver: EventReceiver): void {
  const { handler, channelIndex, barriers } = receiver
  const input = new DataInputView(bytes)
  switch (kind) {
    case SLOT_KIND.watermark:
      handler.onWatermark(input.readFloat64(), channelIndex)
      break
    case SLOT_KIND.watermarkStatus:
      handler.onWatermarkStatus(flag === 1 ? 'idle' : 'active', channelIndex)
      break
    case SLOT_KIND.barrier:
      handler.onBarrier(barriers.decode(bytes), channelIndex)
      break
    case SLOT_KIND.cancelBarrier:
      handler.onCancelBarrier(input.readFloat64(), channelIndex)
      break
    case SLOT_KIND.endOfData:
      handler.onEndOfData(channelIndex)
      break
    case SLOT_KIND.endOfPartition:
      handler.onEndOfPartition(channelIndex)
      break
    case SLOT_KIND.iterationMarker:
      handler.onIterationMarker(input.readFloat64(), channelIndex)
      break
    default:
      throw new FlinkError('ASSERTION_FAILED', { what: `a slot is of kind ${String(kind)}` })
  }
}

function bytesOf(...numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * numbers.length))
  for (const [index, number] of numbers.entries()) view.setFloat64(8 * index, number)
  return new Uint8Array(view.buffer)
}
