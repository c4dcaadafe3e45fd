// Duty: a batch of records as it lies in a partition: its header, and whether its bytes are as they were written.
//
//   baseOffset 8 | length 4 | leaderEpoch 4 | magic 1 | crc 4 | attributes 2 | lastOffsetDelta 4 | baseTimestamp 8 | maxTimestamp 8
//   producerId 8 | producerEpoch 2 | baseSequence 4 | count 4 | records
//
// Thread: any.
import { ReasonError } from '../../../core/errors/reason-error.js'
import { crc32c } from '../../../core/memory/crc32c.js'
import { WireReader } from './wire-reader.js'

const OFFSET_AND_LENGTH = 12
const LENGTH_AT = 8
const MAGIC_AT = 16
const CRC_AT = 17
const ATTRIBUTES_AT = 21
const HEADER = 61
const MAGIC = 2

const COMPRESSION = 0x07
const LOG_APPEND_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20

export class RecordBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly count: number
  /** Everything after the header, compressed or not. */
  readonly body: Buffer
  readonly #attributes: number
  readonly #bytes: Buffer

  /** `bytes`: all of it and nothing else. */
  constructor(bytes: Buffer) {
    const reader = new WireReader(bytes)
    this.#bytes = bytes
    this.baseOffset = reader.readInt64()
    reader.skip(ATTRIBUTES_AT - LENGTH_AT)
    this.#attributes = reader.readInt16()
    this.lastOffset = this.baseOffset + reader.readInt32()
    this.baseTimestamp = reader.readInt64()
    this.maxTimestamp = reader.readInt64()
    this.producerId = reader.readInt64()
    reader.skip(2 + 4)
    this.count = reader.readInt32()
    this.body = bytes.subarray(HEADER)
  }

  /** 0: none. Else as the protocol numbers them. */
  get compression(): number {
    return this.#attributes & COMPRESSION
  }

  get hasLogAppendTime(): boolean {
    return (this.#attributes & LOG_APPEND_TIME) !== 0
  }

  get isTransactional(): boolean {
    return (this.#attributes & TRANSACTIONAL) !== 0
  }

  /** No records of anybody, but the end of a transaction. */
  get isControl(): boolean {
    return (this.#attributes & CONTROL) !== 0
  }

  /** Of a control batch. */
  get isAbort(): boolean {
    const reader = new WireReader(this.body)
    reader.readVarint()
    reader.skip(1)
    reader.readVarint()
    reader.readVarint()
    const keyLength = reader.readVarint()
    if (keyLength < 4) throw new ReasonError('a control record has no type')
    reader.skip(2)
    return reader.readInt16() === 0
  }

  /** Throws a ReasonError where a bit of it is another one than was written. */
  checkCrc(): void {
    const written = this.#bytes.readUInt32BE(CRC_AT)
    if (crc32c(this.#bytes.subarray(ATTRIBUTES_AT)) === written) return
    throw new ReasonError('the checksum of a batch does not fit its bytes')
  }
}

/** The batches of the bytes; what is left of one at the end, where an answer may be cut off, is left out. */
export function recordBatchesOf(bytes: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = []
  let start = 0
  while (bytes.length - start > MAGIC_AT) {
    const length = bytes.readInt32BE(start + LENGTH_AT)
    const end = start + OFFSET_AND_LENGTH + length
    const magic = bytes.readInt8(start + MAGIC_AT)
    if (magic !== MAGIC) {
      throw new ReasonError(`they have the format ${String(magic)} of brokers before Kafka 0.11, which is not read`)
    }
    if (length < HEADER - OFFSET_AND_LENGTH) throw new ReasonError('a batch is shorter than its header')
    if (end > bytes.length) break
    batches.push(new RecordBatch(bytes.subarray(start, end)))
    start = end
  }
  return batches
}
