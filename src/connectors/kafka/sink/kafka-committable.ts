import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'

/**
 * A transaction of a {@link KafkaSink} that is written and not committed: all that a broker has to be told to commit it, from anywhere.
 *
 * @example
 * ```ts
 * import type { KafkaCommittable } from 'flink-ts/connectors/kafka'
 *
 * const text = ({ transactionalId, producerId, epoch }: KafkaCommittable): string =>
 *   `${transactionalId} of producer ${String(producerId)}, epoch ${String(epoch)}`
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/kafka/sink/KafkaSink.html
 */
export interface KafkaCommittable {
  readonly transactionalId: string
  readonly producerId: bigint
  readonly epoch: number
}

const VERSION = 1
/** Tells it from what other sinks keep under the same name, for whoever reads a snapshot without its program. */
const KIND = 0x4b

export const kafkaCommittables: SimpleVersionedSerializer<KafkaCommittable> = {
  getVersion: () => VERSION,
  serialize({ transactionalId, producerId, epoch }) {
    const output = new DataOutputView()
    output.writeInt8(KIND)
    output.writeUtf8(transactionalId)
    output.writeBigInt64(producerId)
    output.writeVarInt(epoch)
    return output.toBytes()
  },
  deserialize(version, bytes) {
    if (version !== VERSION) throw new ReasonError(`transactions of version ${String(version)} are not known`)
    const input = new DataInputView(bytes)
    if (input.readInt8() !== KIND) throw new ReasonError('it is no transaction of a KafkaSink')
    const [transactionalId, producerId] = [input.readUtf8(), input.readBigInt64()]
    return { transactionalId, producerId, epoch: input.readVarInt() }
  },
}
