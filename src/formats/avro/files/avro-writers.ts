import { deflateRaw } from 'node:zlib'
import { promisify } from 'node:util'
import type {
  BulkOutputStream,
  BulkWriter,
  BulkWriterFactory,
} from '../../../connectors/filesystem/sink/bulk-writer.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { SystemRandom } from '../../../core/random/system-random.js'
import { RecordWriter } from '../avro-records.js'
import type { AvroOptions, AvroSchema } from '../avro-schema.js'
import { avroTypeOf } from '../avro-type.js'
import { CODECS, MARKER_BYTES, writtenHeader, type AvroCodec } from './container-header.js'
import { writtenVarint } from './container-varint.js'

const deflated = promisify(deflateRaw)

/** As in Avro's own library. */
const BLOCK_BYTES = 64_000
const PLACE = 'AvroWriters.forGenericRecord'

/**
 * How files of Avro are written.
 *
 * @example
 * ```ts
 * import type { AvroWriting } from 'flink-ts/formats/avro'
 *
 * const packed: AvroWriting = { codec: 'deflate' }
 * ```
 */
export interface AvroWriting extends AvroOptions {
  /** `null`, as it is, where nothing is said. */
  readonly codec?: 'null' | 'deflate'
}

/**
 * Writers of files of Avro, for `FileSink.forBulkFormat`. RECORD_NOT_WRITABLE for a record that is no value of the schema.
 *
 * @example
 * ```ts
 * import { FileSink } from 'flink-ts/connectors/filesystem'
 * import { AvroWriters } from 'flink-ts/formats/avro'
 *
 * const word = { type: 'record', name: 'Word', fields: [{ name: 'text', type: 'string' }] }
 * const sink = FileSink.forBulkFormat('/data/words', AvroWriters.forGenericRecord<{ text: string }>(word)).build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/filesystem/#avro-format
 */
export const AvroWriters = {
  forGenericRecord<T>(schema: AvroSchema, { codec = 'null', ...options }: AvroWriting = {}): BulkWriterFactory<T> {
    if (!CODECS.includes(codec)) {
      const reason = `its codec is ${describeValue(codec)}; known are ${CODECS.join(' and ')}`
      throw new FlinkError('GRAPH_INVALID', { operator: PLACE, reason })
    }
    const type = avroTypeOf(schema, { place: PLACE, options })
    const records = new RecordWriter(type, 'AvroWriters')
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema)
    return { create: (out) => new ContainerWriter<T>(out, { records, text, codec }) }
  },
} as const

interface Container {
  readonly records: RecordWriter
  readonly text: string
  readonly codec: AvroCodec
}

class ContainerWriter<T> implements BulkWriter<T> {
  readonly #out: BulkOutputStream
  readonly #container: Container
  readonly #marker: Buffer
  #block: Uint8Array[] = []
  #blockBytes = 0

  constructor(out: BulkOutputStream, container: Container) {
    this.#out = out
    this.#container = container
    this.#marker = Buffer.from(new SystemRandom().hex(2 * MARKER_BYTES), 'hex')
    out.write(writtenHeader(container.text, container.codec, this.#marker))
  }

  addElement(element: T): void | Promise<void> {
    const record = this.#container.records.write(element)
    this.#block.push(record)
    this.#blockBytes += record.length
    return this.#blockBytes < BLOCK_BYTES ? undefined : this.#endBlock()
  }

  flush(): Promise<void> {
    return this.#endBlock()
  }

  finish(): Promise<void> {
    return this.#endBlock()
  }

  async #endBlock(): Promise<void> {
    const block = this.#block
    if (block.length === 0) return
    this.#block = []
    this.#blockBytes = 0
    const plain = Buffer.concat(block)
    const data = this.#container.codec === 'deflate' ? await deflated(plain) : plain
    this.#out.write(Buffer.concat([writtenVarint(block.length), writtenVarint(data.length), data, this.#marker]))
  }
}
