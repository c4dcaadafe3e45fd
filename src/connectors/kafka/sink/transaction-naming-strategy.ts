/**
 * How a sink names its transactions. INCREMENTING: each has a name of its own, `<prefix>-<subtask>-<n>`. POOLING, by which Flink uses names
 * again, is not there: `setTransactionNamingStrategy` says why.
 *
 * @example
 * ```ts
 * import { KafkaSink, TransactionNamingStrategy } from 'flink-ts/connectors/kafka'
 *
 * const builder = KafkaSink.builder<string>().setTransactionNamingStrategy(TransactionNamingStrategy.INCREMENTING)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/#kafka-sink
 */
export const TransactionNamingStrategy = { INCREMENTING: 'INCREMENTING', POOLING: 'POOLING' } as const
export type TransactionNamingStrategy = (typeof TransactionNamingStrategy)[keyof typeof TransactionNamingStrategy]
