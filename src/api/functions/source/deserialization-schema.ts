import type { TypeInformation } from '../../types/type-information.js'

/**
 * How the bytes of a message become a record: what sources of messages take.
 *
 * @example
 * ```ts
 * import type { DeserializationSchema } from 'flink-ts'
 *
 * const counts: DeserializationSchema<number> = {
 *   deserialize: (message) => new DataView(message.buffer, message.byteOffset).getInt32(0),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/serialization/DeserializationSchema.html
 */
export interface DeserializationSchema<T> {
  /** Undefined: the message is left out. */
  deserialize(message: Uint8Array): T | undefined
  /** True for the record after which nothing more is read; without it a source has no end of its own. */
  isEndOfStream?(nextElement: T): boolean
  getProducedType?(): TypeInformation<T> | undefined
}
