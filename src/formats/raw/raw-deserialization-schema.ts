import type { DeserializationSchema } from '../../api/functions/source/deserialization-schema.js'

/**
 * Messages as they are: the record is the bytes, of its own and no part of a larger buffer.
 *
 * @example
 * ```ts
 * import { RawDeserializationSchema } from 'flink-ts/formats/raw'
 *
 * const bytes = new RawDeserializationSchema()
 * console.log(bytes.deserialize(new Uint8Array([1, 2])).length) // 2
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/table/formats/raw/
 */
export class RawDeserializationSchema implements DeserializationSchema<Uint8Array> {
  deserialize(message: Uint8Array): Uint8Array {
    return Uint8Array.from(message)
  }

  isEndOfStream(): boolean {
    return false
  }
}
