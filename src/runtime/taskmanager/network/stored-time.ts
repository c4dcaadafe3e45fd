// Duty: how a watermark, or the status of the watermarks of a channel, lies among stored records.
// Invariants: NaN in place of a timestamp, which no record has, then what it is, then of a watermark its timestamp.
// Thread: the worker whose end of a channel it is.
import { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { WatermarkStatus } from './stream-element.js'

/** What an element of a channel says of time: the timestamp of a watermark, or a status. */
export type StoredTime = number | WatermarkStatus

const WATERMARK = 0
const IDLE = 1
const ACTIVE = 2

export function writeStoredTime(time: StoredTime, output: DataOutputView): void {
  output.writeFloat64(Number.NaN)
  if (typeof time === 'number') {
    output.writeInt32(WATERMARK)
    output.writeFloat64(time)
  } else {
    output.writeInt32(time === 'idle' ? IDLE : ACTIVE)
  }
}

/** Undefined where the element is a record. */
export function storedTimeOf(element: Uint8Array): StoredTime | undefined {
  const input = new DataInputView(element)
  if (!Number.isNaN(input.readFloat64())) return undefined
  const kind = input.readInt32()
  switch (kind) {
    case WATERMARK:
      return input.readFloat64()
    case IDLE:
      return 'idle'
    case ACTIVE:
      return 'active'
    default:
      throw new FlinkError('ASSERTION_FAILED', { what: `what is stored among records is of kind ${String(kind)}` })
  }
}
