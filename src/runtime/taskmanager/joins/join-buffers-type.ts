// Duty: how the buffers of a key are written: when all of it is over, then the left and the right records, each with its time.
// Where a record waits beyond a watermark, that stands before it, after a number that no time is.
// Thread: any.
import type { PairTypes } from '../../../api/dag/operators/join-spec.js'
import { describeEnclosing, type EnclosingType } from '../../../api/types/enclosing-type.js'
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { TOUCH, type TouchingSerializer } from '../state/internal-state.js'
import { JoinBuffers } from './join-buffers.js'
import { serializersOfPair } from './pair-serializers.js'
import { NO_RECORDS, TimeBuffer } from './time-buffer.js'

export function joinBuffersType(types: PairTypes): EnclosingType<JoinBuffers> {
  return {
    description: describeEnclosing('JOIN_BUFFERS', types),
    enclosed: types,
    enclosing: ([left, right]) => joinBuffersType([left, right]),
    keyKind: () => 'auto',
    createSerializer: (registered) => {
      const [left, right] = serializersOfPair(types, registered)
      const serializer: TouchingSerializer<JoinBuffers> = {
        serialize: (buffers, output) => {
          if (buffers.waitsBeyond !== undefined) {
            output.writeFloat64(Number.NaN)
            output.writeFloat64(buffers.waitsBeyond)
          }
          output.writeFloat64(buffers.lastCleanup)
          writeRecords(buffers.left, left, output)
          writeRecords(buffers.right, right, output)
        },
        deserialize: (input) => {
          const first = input.readFloat64()
          const waitsBeyond = Number.isNaN(first) ? input.readFloat64() : undefined
          const lastCleanup = waitsBeyond === undefined ? first : input.readFloat64()
          const ofLeft = readRecords(left, input)
          return JoinBuffers.of({ left: ofLeft, right: readRecords(right, input), lastCleanup, waitsBeyond })
        },
        copy: (buffers) => buffers.copy(left.copy.bind(left), right.copy.bind(right)),
        [TOUCH]: (buffers) => buffers.touch(),
      }
      return serializer
    },
  }
}

function writeRecords(buffer: TimeBuffer, serializer: TypeSerializer<unknown>, output: DataOutputView): void {
  output.writeVarInt(buffer.end - buffer.start)
  for (let position = buffer.start; position < buffer.end; position += 1) {
    output.writeFloat64(buffer.timeAt(position))
    serializer.serialize(buffer.valueAt(position), output)
  }
}

function readRecords(serializer: TypeSerializer<unknown>, input: DataInputView): TimeBuffer {
  const count = input.readVarInt()
  if (count === 0) return NO_RECORDS
  const buffer = new TimeBuffer()
  for (let record = 0; record < count; record += 1) {
    const time = input.readFloat64()
    buffer.add(time, serializer.deserialize(input))
  }
  return buffer
}
