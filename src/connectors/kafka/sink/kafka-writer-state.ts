import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'

/** Who wrote: a sink with another prefix since, or with fewer subtasks, ends what was left open under these names. */
export interface KafkaWriterState {
  readonly transactionalIdPrefix: string
  readonly subtask: number
  readonly parallelism: number
}

const VERSION = 1

export const kafkaWriterStates: SimpleVersionedSerializer<KafkaWriterState> = {
  getVersion: () => VERSION,
  serialize({ transactionalIdPrefix, subtask, parallelism }) {
    const output = new DataOutputView()
    output.writeUtf8(transactionalIdPrefix)
    output.writeVarInt(subtask)
    output.writeVarInt(parallelism)
    return output.toBytes()
  },
  deserialize(version, bytes) {
    if (version !== VERSION) throw new ReasonError(`writers of version ${String(version)} are not known`)
    const input = new DataInputView(bytes)
    return { transactionalIdPrefix: input.readUtf8(), subtask: input.readVarInt(), parallelism: input.readVarInt() }
  },
}
