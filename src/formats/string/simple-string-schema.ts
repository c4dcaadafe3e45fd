import type { SerializationSchema } from '../../api/functions/sink/serialization-schema.js'
import type { DeserializationSchema } from '../../api/functions/source/deserialization-schema.js'
import { Types } from '../../api/types/types-table.js'
import type { TypeInformation } from '../../api/types/type-information.js'
import { FlinkError } from '../../core/errors/flink-error.js'

type Decoder = InstanceType<typeof TextDecoder>

/**
 * Messages of text, in both directions. `charset`: `UTF-8` where it is left out; in any other that a TextDecoder knows text is read only,
 * since nothing here writes it. GRAPH_INVALID where nobody knows it. Bytes that are no text of the charset become U+FFFD, as in Flink.
 *
 * @example
 * ```ts
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const schema = new SimpleStringSchema()
 * console.log(schema.deserialize(schema.serialize('word'))) // word
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/serialization/SimpleStringSchema.html
 */
export class SimpleStringSchema implements DeserializationSchema<string>, SerializationSchema<string> {
  readonly #decoder: Decoder
  readonly #encoder = new TextEncoder()

  constructor(charset = 'UTF-8') {
    this.#decoder = decoderOf(charset)
  }

  deserialize(message: Uint8Array): string {
    return this.#decoder.decode(message)
  }

  /** GRAPH_INVALID in another charset than UTF-8. */
  serialize(element: string): Uint8Array {
    if (this.#decoder.encoding !== 'utf-8') {
      refuse(`text is written in UTF-8 only, not in ${this.#decoder.encoding}`)
    }
    return this.#encoder.encode(element)
  }

  isEndOfStream(): boolean {
    return false
  }

  getProducedType(): TypeInformation<string> {
    return Types.STRING
  }
}

function decoderOf(charset: string): Decoder {
  try {
    return new TextDecoder(charset, { ignoreBOM: true })
  } catch {
    return refuse(`nobody knows the charset '${charset}'`)
  }
}

function refuse(reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: 'SimpleStringSchema', reason })
}
