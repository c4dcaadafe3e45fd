import type { SerializationSchema } from '../../../api/functions/sink/serialization-schema.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Encoder, EncoderStream } from './encoder.js'

/**
 * Rows as a {@link SerializationSchema} writes them, with a line end after each: JSON lines, CSV. GRAPH_INVALID where it is given no schema.
 *
 * @example
 * ```ts
 * import { FileSink, SerializationSchemaAdapter } from 'flink-ts/connectors/filesystem'
 * import { JsonSerializationSchema } from 'flink-ts/formats/json'
 *
 * const rows = new SerializationSchemaAdapter(new JsonSerializationSchema<{ user: string }>())
 * const sink = FileSink.forRowFormat('/data/users', rows).build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/table/SerializationSchemaAdapter.html
 */
export class SerializationSchemaAdapter<IN> implements Encoder<IN> {
  readonly #serialize: (element: IN) => Uint8Array | string

  constructor(schema: SerializationSchema<IN>) {
    if (!hasMethods(schema, 'serialize')) {
      const reason = `it takes a schema with a method serialize, and was given ${describeValue(schema)}`
      throw new FlinkError('GRAPH_INVALID', { operator: 'SerializationSchemaAdapter', reason })
    }
    this.#serialize = hasTexts(schema)
      ? (element) => schema.serializeToText(element)
      : (element) => schema.serialize(element)
  }

  encode(element: IN, stream: EncoderStream): void {
    const row = this.#serialize(element)
    if (typeof row === 'string') {
      stream.write(`${row}\n`)
      return
    }
    stream.write(row)
    stream.write('\n')
  }
}

/** The schemas of `flink-ts/formats` give texts as well, which are encoded together. Not those of a program that has made its own `serialize` of one. */
function hasTexts<IN>(
  schema: SerializationSchema<IN>,
): schema is SerializationSchema<IN> & { serializeToText(element: IN): string } {
  let at: unknown = schema
  while (at instanceof Object && !Object.hasOwn(at, 'serialize')) at = Object.getPrototypeOf(at)
  return at instanceof Object && Object.hasOwn(at, 'serializeToText') && hasMethods(schema, 'serializeToText')
}
