import type { TypeInformation } from '../../../api/types/type-information.js'
import type { ConsumerRecord } from './consumer-record.js'

/**
 * One record of the job for a record of Kafka, with all that Kafka knows of it: the schema of the earlier consumers. A class, as nothing
 * else tells it from a schema of values.
 *
 * @example
 * ```ts
 * import { KafkaDeserializationSchema, type ConsumerRecord } from 'flink-ts/connectors/kafka'
 *
 * class Sizes extends KafkaDeserializationSchema<number> {
 *   override deserialize(record: ConsumerRecord): number {
 *     return record.serializedValueSize()
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.13/docs/connectors/datastream/kafka/#the-deserializationschema
 */
export abstract class KafkaDeserializationSchema<T> {
  /** Makes the type one that has to be extended. */
  protected readonly isOfRecords = true

  /** Undefined: the record is left out. */
  abstract deserialize(record: ConsumerRecord): T | undefined

  /** True: the subtask reads nothing more, and leaves this record out. Only the earlier consumers ask; a KafkaSource has stopping offsets. */
  isEndOfStream(_nextElement: T): boolean {
    return false
  }

  getProducedType(): TypeInformation<T> | undefined {
    return undefined
  }
}
