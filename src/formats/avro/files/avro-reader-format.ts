import type { Type } from 'avsc'
import { inflateRaw } from 'node:zlib'
import { promisify } from 'node:util'
import type {
  RecordBatch,
  StreamFormat,
  StreamFormatInput,
  StreamFormatReader,
} from '../../../connectors/filesystem/stream-format.js'
import { withStream } from '../../../connectors/filesystem/line-format.js'
import { UnreadableRecord } from '../../../connectors/filesystem/unreadable-record.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { AvroOptions, AvroSchema } from '../avro-schema.js'
import { avroTypeOf } from '../avro-type.js'
import { ContainerBlocks } from './container-blocks.js'
import { CODECS, readHeader, type ContainerHeader } from './container-header.js'

const inflated = promisify(inflateRaw)
const HEADER_BYTES = 16 * 1024
/** A schema that is larger than this is none that anybody has written. */
const LONGEST_HEADER_BYTES = 64 * 1024 * 1024
const PLACE = 'AvroReaderFormat'

/**
 * Files of Avro (object container files): each has the schema by which it was written, and its records become values of the reader's
 * schema, where there is one. Large files are read in parts. Their blocks may be packed by `deflate`.
 *
 * FILE_RECORD_INVALID for what is no file of Avro, or none that can be read as the reader's schema; of a record that is none, the rest of its
 * block is one bad record. GRAPH_INVALID where the schema is none.
 *
 * @example
 * ```ts
 * import { FileSource } from 'flink-ts/connectors/filesystem'
 * import { AvroReaderFormat } from 'flink-ts/formats/avro'
 *
 * const word = { type: 'record', name: 'Word', fields: [{ name: 'text', type: 'string' }] }
 * const words = AvroReaderFormat.forSchema<{ text: string }>(word)
 * const source = FileSource.forRecordStreamFormat(words, '/data/words').build()
 * ```
 * @see https://avro.apache.org/docs/1.11.1/specification/#object-container-files
 */
export class AvroReaderFormat<T> implements StreamFormat<T> {
  readonly #reader: Type | undefined
  readonly #options: AvroOptions

  private constructor(schema: AvroSchema | undefined, options: AvroOptions) {
    this.#reader = schema === undefined ? undefined : avroTypeOf(schema, { place: `${PLACE}.forSchema`, options })
    this.#options = options
  }

  static forSchema<T>(schema: AvroSchema, options: AvroOptions = {}): AvroReaderFormat<T> {
    return new AvroReaderFormat<T>(schema, options)
  }

  /** Records as they were written. */
  static withoutSchema<T = unknown>(options: AvroOptions = {}): AvroReaderFormat<T> {
    return new AvroReaderFormat<T>(undefined, options)
  }

  isSplittable(): boolean {
    return true
  }

  createReader(input: StreamFormatInput): Promise<StreamFormatReader<T>> {
    return this.#open(input, false)
  }

  restoreReader(input: StreamFormatInput): Promise<StreamFormatReader<T>> {
    return this.#open(input, true)
  }

  async #open(input: StreamFormatInput, isRestored: boolean): Promise<StreamFormatReader<T>> {
    try {
      const header = await headerOf(input)
      if (!CODECS.some((codec) => codec === header.codec)) {
        throw new ReasonError(`its blocks are packed by ${header.codec}; known are ${CODECS.join(' and ')}`)
      }
      const writer = avroTypeOf(header.schema, { place: PLACE, options: this.#options })
      const resolver = this.#reader?.createResolver(writer)
      const blocks = new ContainerBlocks(input, header, isRestored)
      return new AvroFileReader<T>({ path: input.path, type: this.#reader ?? writer, resolver, header, blocks })
    } catch (error) {
      throw invalid(error, input.path, 0)
    }
  }
}

interface OpenFile {
  readonly path: string
  readonly type: Type
  readonly resolver: ReturnType<Type['createResolver']> | undefined
  readonly header: ContainerHeader
  readonly blocks: ContainerBlocks
}

class AvroFileReader<T> implements StreamFormatReader<T> {
  readonly #file: OpenFile
  #batch: RecordBatch<T> | undefined
  #next = 0

  constructor(file: OpenFile) {
    this.#file = file
  }

  async read(): Promise<T | undefined> {
    while (this.#batch === undefined || this.#next >= this.#batch.records.length) {
      this.#batch = await this.readBatch()
      if (this.#batch === undefined) return undefined
      this.#next = 0
    }
    this.#next += 1
    const record = this.#batch.records[this.#next - 1]
    if (record instanceof UnreadableRecord) throw record.error
    return record
  }

  async readBatch(): Promise<RecordBatch<T> | undefined> {
    const { path, header, blocks } = this.#file
    const offset = blocks.position
    try {
      const block = await blocks.next()
      if (block === undefined) return undefined
      const data = header.codec === 'deflate' ? await inflated(block.data) : block.data
      return this.#records(data, { count: block.count, offset: block.offset })
    } catch (error) {
      throw invalid(error, path, offset)
    }
  }

  close(): void {
    // The stream is closed by whoever opened it.
  }

  #records(data: Buffer, { count, offset }: { count: number; offset: number }): RecordBatch<T> {
    const { path, type, resolver } = this.#file
    const records: T[] = []
    let at = 0
    try {
      while (records.length < count) {
        const decoded = type.decode(data, at, resolver)
        if (decoded.offset < 0) throw new ReasonError('its block ends within a record')
        records.push(decoded.value as T)
        at = decoded.offset
      }
      return { records, offset, recordsAfterOffset: 0 }
    } catch (error) {
      const record = Uint8Array.from(data.subarray(at))
      records.push(new UnreadableRecord(invalid(error, path, offset), { record, origin: { path, offset } }) as T)
      return { records, hasUnreadable: true, offset, recordsAfterOffset: 0 }
    }
  }
}

async function headerOf({ reopen }: StreamFormatInput): Promise<ContainerHeader> {
  return withStream(reopen, async (stream) => {
    let bytes: Buffer = Buffer.alloc(0)
    for (;;) {
      const more = await stream.read(bytes.length, HEADER_BYTES)
      bytes = Buffer.concat([bytes, more])
      const header = readHeader(bytes)
      if (header !== undefined) return header
      if (more.length === 0) throw new ReasonError('it ends within its header')
      if (bytes.length > LONGEST_HEADER_BYTES) throw new ReasonError('its header has no end')
    }
  })
}

function invalid(error: unknown, path: string, offset: number): unknown {
  if (FlinkError.is(error) && error.code !== 'GRAPH_INVALID') return error
  const advice = 'Look whether it is a whole file of Avro, and whether its schema fits.'
  const [position, record] = [`byte ${String(offset)}`, 'a block of Avro']
  return new FlinkError(
    'FILE_RECORD_INVALID',
    { path, position, reason: messageOf(error), record, advice },
    { cause: error },
  )
}
