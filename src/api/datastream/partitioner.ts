import type { PartitionerSpec } from '../dag/partitioner-spec.js'
import { asFunctionObject } from './function-arguments.js'
import { keySpecOf, type KeyArgument } from './key-extraction.js'

/**
 * A partitioner of one's own, for `partitionCustom`: gives the channel of a key, 0 to numPartitions - 1.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type Partitioner } from 'flink-ts'
 *
 * const byRemainder: Partitioner<number> = { partition: (key, numPartitions) => key % numPartitions }
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromSequence(1, 9).partitionCustom(byRemainder, (value) => value).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#custom-partitioning
 */
export interface Partitioner<K> {
  partition(key: K, numPartitions: number): number
}

export type PartitionerArgument<K> = ((key: K, numPartitions: number) => number) | Partitioner<K>

/** The exchange of `partitionCustom(...)`. */
export function customPartitioner<T, K>(
  partitioner: PartitionerArgument<K>,
  keySelector: KeyArgument<T, K>,
): PartitionerSpec {
  const own = asFunctionObject<Partitioner<unknown>>(partitioner, 'partition', 'partitionCustom')
  const key = keySpecOf([keySelector], 'partitionCustom')
  return { kind: 'custom', key, partition: (value, numPartitions) => own.partition(value, numPartitions) }
}
