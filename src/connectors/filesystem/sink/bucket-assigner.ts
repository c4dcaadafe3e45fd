import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'

/**
 * What a {@link BucketAssigner} knows of the record at hand.
 *
 * @example
 * ```ts
 * import type { BucketAssignerContext } from 'flink-ts/connectors/filesystem'
 *
 * const dayOf = (context: BucketAssignerContext): string =>
 *   new Date(context.timestamp() ?? context.currentProcessingTime()).toISOString().slice(0, 10)
 * ```
 */
export interface BucketAssignerContext {
  /** Ms since the epoch. */
  currentProcessingTime(): number
  /** Ms since the epoch; -Infinity before the first one. */
  currentWatermark(): number
  /** Of the record, in ms since the epoch; null where it has none. */
  timestamp(): number | null
}

/**
 * Which bucket, a directory below the base path, a record is written to.
 *
 * @example
 * ```ts
 * import type { BucketAssigner } from 'flink-ts/connectors/filesystem'
 *
 * const byCountry: BucketAssigner<{ country: string }> = { getBucketId: ({ country }) => `country=${country}` }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/filesystem/#bucket-assignment
 */
export interface BucketAssigner<IN, BucketID = string> {
  /** As text a path below the base path: '' is the base path itself, `a/b` a directory in another. */
  getBucketId(element: IN, context: BucketAssignerContext): BucketID
  /** For ids that are no texts. */
  getSerializer?(): SimpleVersionedSerializer<BucketID>
}
