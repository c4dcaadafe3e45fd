/**
 * How Avro writes a value: BINARY, which is small and fast, or JSON, which people read.
 *
 * @example
 * ```ts
 * import { AvroEncoding, AvroSerializationSchema } from 'flink-ts/formats/avro'
 *
 * const readable = AvroSerializationSchema.forGeneric<string>('string', AvroEncoding.JSON)
 * ```
 * @see https://avro.apache.org/docs/1.11.1/specification/#encodings
 */
export const AvroEncoding = { BINARY: 'BINARY', JSON: 'JSON' } as const
export type AvroEncoding = (typeof AvroEncoding)[keyof typeof AvroEncoding]
