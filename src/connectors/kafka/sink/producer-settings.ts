/** How a sink sends: made of properties by `producer-properties.ts`. */
export interface ProducerSettings {
  /** Of how many replicas an answer is waited for; -1: of all that are in sync. */
  readonly acks: -1 | 0 | 1
  /** Batches have numbers, by which a broker knows what it has already. */
  readonly isIdempotent: boolean
  /** A batch of this size is sent at once, one that is smaller after `lingerMs`. */
  readonly batchBytes: number
  /** No request is larger, and no record. */
  readonly maxRequestBytes: number
  /** No batch is larger, but for one with a single record. */
  readonly mostBatchBytes: number
  /** More is not taken before some of it is written. */
  readonly bufferBytes: number
  readonly lingerMs: number
  /** A batch that is not written by then, for all tries, fails the job. */
  readonly deliveryTimeoutMs: number
  readonly compression: CompressionType
  /** Undefined: the program has not said. */
  readonly transactionTimeoutMs: number | undefined
  readonly onLostTransaction: 'fail' | 'ignore'
}

export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** Flink's default of transaction.timeout.ms, and what brokers allow that nobody has told otherwise. */
export const DEFAULT_TRANSACTION_TIMEOUT_MS = 3_600_000
export const TRANSACTION_TIMEOUT_OF_BROKERS_MS = 900_000
