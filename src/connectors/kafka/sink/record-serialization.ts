import type { ProducerRecord } from './producer-record.js'

/**
 * What the sink knows where it serializes.
 *
 * @example
 * ```ts
 * import type { KafkaSinkContext } from 'flink-ts/connectors/kafka'
 *
 * const lastPartition = (context: KafkaSinkContext, topic: string): number => context.getPartitionsForTopic(topic).length - 1
 * ```
 */
export interface KafkaSinkContext {
  getParallelInstanceId(): number
  getNumberOfParallelInstances(): number
  /** From 0 on. For the first record of a topic it is asked for, which ends the call: `serialize` is called for that record again. */
  getPartitionsForTopic(topic: string): readonly number[]
}

/** What a {@link KafkaRecordSerializationSchema} is; in a file of its own, as its builder gives one. */
export interface RecordSerialization<T> {
  /** In each subtask, before the first record. */
  open?(context: KafkaSinkContext): void | Promise<void>
  /** `timestamp`: of the record of the stream, in ms since the epoch; null where it has none. */
  serialize(element: T, context: KafkaSinkContext, timestamp: number | null): ProducerRecord | null
}
