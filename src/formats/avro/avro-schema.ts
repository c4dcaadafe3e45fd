/**
 * A schema of Avro: its JSON as a text, or that as a value.
 *
 * @example
 * ```ts
 * import type { AvroSchema } from 'flink-ts/formats/avro'
 *
 * const user: AvroSchema = { type: 'record', name: 'User', fields: [{ name: 'id', type: 'long' }] }
 * const names: AvroSchema = '{"type":"array","items":"string"}'
 * ```
 */
export type AvroSchema = string | Readonly<Record<string, unknown>> | readonly unknown[]

/**
 * How values of a schema look to the program.
 *
 * @example
 * ```ts
 * import type { AvroOptions } from 'flink-ts/formats/avro'
 *
 * const large: AvroOptions = { longs: 'bigint' }
 * ```
 */
export interface AvroOptions {
  /** What a long is: a number where nothing is said, which has no place for one beyond 2^53: that is a bad record. */
  readonly longs?: 'number' | 'bigint'
}
