import type { RecordHeaders } from './producer-record.js'

/**
 * Says to which partition of its topic a record goes. Where one is taken, a function with the arguments of `partition` serves as well.
 *
 * @example
 * ```ts
 * import type { KafkaPartitioner } from 'flink-ts/connectors/kafka'
 *
 * const byLength: KafkaPartitioner<string> = {
 *   partition: (record, _key, _value, _topic, partitions) => partitions[record.length % partitions.length] ?? 0,
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/kafka/sink/KafkaPartitioner.html
 */
export interface KafkaPartitioner<T> {
  /** In each subtask, before the first record. */
  open?(parallelInstanceId: number, parallelInstances: number): void
  partition(
    record: T,
    key: Uint8Array | string | null,
    value: Uint8Array | string | null,
    targetTopic: string,
    partitions: readonly number[],
  ): number
}

/**
 * The partitioner that FlinkKafkaProducer has where it is given none: all records of a subtask go to one partition, so a topic with more
 * partitions than the sink has subtasks is not filled evenly.
 *
 * @example
 * ```ts
 * import { FlinkFixedPartitioner, KafkaRecordSerializationSchema } from 'flink-ts/connectors/kafka'
 *
 * const builder = KafkaRecordSerializationSchema.builder<string>().setPartitioner(new FlinkFixedPartitioner())
 * ```
 */
export class FlinkFixedPartitioner<T> implements KafkaPartitioner<T> {
  #parallelInstanceId = 0

  open(parallelInstanceId: number): void {
    this.#parallelInstanceId = parallelInstanceId
  }

  partition(...[, , , , partitions]: Parameters<KafkaPartitioner<T>['partition']>): number {
    return partitions[this.#parallelInstanceId % partitions.length] ?? 0
  }
}

/**
 * Gives the headers of a record. Where one is taken, a function serves as well.
 *
 * @example
 * ```ts
 * import type { HeaderProvider } from 'flink-ts/connectors/kafka'
 *
 * const source: HeaderProvider<string> = { getHeaders: () => [{ key: 'source', value: 'flink-ts' }] }
 * ```
 */
export interface HeaderProvider<T> {
  getHeaders(input: T): RecordHeaders
}

/**
 * Says to which topic a record goes.
 *
 * @example
 * ```ts
 * import type { TopicSelector } from 'flink-ts/connectors/kafka'
 *
 * const byKind: TopicSelector<{ kind: string }> = ({ kind }) => `events-${kind}`
 * ```
 */
export type TopicSelector<T> = (element: T) => string
