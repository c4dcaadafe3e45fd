import type { SerializationSchema } from '../../api/functions/sink/serialization-schema.js'
import { checkedBytes } from './checked-bytes.js'

/**
 * Records that are bytes, as messages. RECORD_NOT_WRITABLE for a record that is no Uint8Array.
 *
 * @example
 * ```ts
 * import { RawSerializationSchema } from 'flink-ts/formats/raw'
 *
 * const message = new RawSerializationSchema().serialize(new Uint8Array([1, 2]))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/table/formats/raw/
 */
export class RawSerializationSchema implements SerializationSchema<Uint8Array> {
  serialize(element: Uint8Array): Uint8Array {
    return checkedBytes('RawSerializationSchema', element)
  }
}
