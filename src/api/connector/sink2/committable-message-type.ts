import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { NO_REGISTERED_TYPES } from '../../../core/types/registered-types.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { KeyKind } from '../../../core/keygroups/canonical-key.js'
import type { TypeInformation } from '../../types/type-information.js'
import type { SimpleVersionedSerializer } from '../source/simple-versioned-serializer.js'
import { SimpleVersionedSerialization } from '../source/simple-versioned-serialization.js'
import { CommittableSummary, CommittableWithLineage, type CommittableMessage } from './committable-message.js'
import { storedInSink } from './stored-in-sink.js'

const SUMMARY = 0
const LAST_SUMMARY = 1
const COMMITTABLE = 2

/** The bytes of committables between the operators of a sink. */
export class CommittableMessageType<CommT> implements TypeInformation<CommittableMessage<CommT>> {
  readonly description = 'COMMITTABLE'
  readonly #sinkName: string
  readonly #serializer: SimpleVersionedSerializer<CommT> | undefined

  constructor(sinkName: string, serializer: SimpleVersionedSerializer<CommT> | undefined) {
    this.#sinkName = sinkName
    this.#serializer = serializer
  }

  keyKind(): KeyKind {
    return 'auto'
  }

  createSerializer(registered: RegisteredTypes = NO_REGISTERED_TYPES): TypeSerializer<CommittableMessage<CommT>> {
    const committables = new SimpleVersionedSerialization(
      this.#serializer,
      storedInSink<CommT>(this.#sinkName, 'a committable', 'getCommittableSerializer()'),
      registered,
    )
    return {
      serialize(message, output) {
        if (message instanceof CommittableSummary) {
          output.writeInt8(message.isEndOfInput() ? LAST_SUMMARY : SUMMARY)
          output.writeVarInt(message.getSubtaskId())
          output.writeVarInt(message.getNumberOfSubtasks())
          output.writeVarInt(message.getCheckpointId())
          output.writeVarInt(message.getNumberOfCommittables())
          output.writeVarInt(message.getNumberOfFailedCommittables())
          return
        }
        output.writeInt8(COMMITTABLE)
        output.writeVarInt(message.getCheckpointId())
        output.writeVarInt(message.getSubtaskId())
        const bytes = committables.write(message.getCommittable())
        output.writeVarInt(bytes.length)
        output.writeBytes(bytes)
      },
      deserialize(input) {
        const kind = input.readInt8()
        if (kind === COMMITTABLE) {
          const [checkpointId, subtaskId] = [input.readVarInt(), input.readVarInt()]
          const committable = committables.read(input.readBytes(input.readVarInt()))
          return new CommittableWithLineage(committable, checkpointId, subtaskId)
        }
        return new CommittableSummary({
          subtaskId: input.readVarInt(),
          numberOfSubtasks: input.readVarInt(),
          checkpointId: input.readVarInt(),
          numberOfCommittables: input.readVarInt(),
          numberOfFailedCommittables: input.readVarInt(),
          endOfInput: kind === LAST_SUMMARY,
        })
      },
      // A writer may go on with the object that it gave, such as an array.
      copy: (message) =>
        message instanceof CommittableSummary
          ? message
          : message.map((each) => committables.read(committables.write(each))),
    }
  }
}
