// Duty: records as the bytes of one batch of Kafka's protocol (format 2), written as they come.
// Invariants: what was sealed is never written again, so a batch may be sent several times; its header alone knows the producer, which
// is known only when it is sent. Its records stay as they are beside those that are compressed: a broker may want smaller batches. Written here and not by the client's encoder, which makes several objects a record.
// Thread: the task worker that owns the writer.
import { WireReader } from '../client/wire-reader.js'
import type { RecordHeaders } from './producer-record.js'

/** From the offset of the batch to the number of its records. */
const HEADER_BYTES = 61
const LENGTH_AT = 8
const MAGIC_AT = 16
const CRC_AT = 17
const ATTRIBUTES_AT = 21
const LAST_OFFSET_DELTA_AT = 23
const FIRST_TIMESTAMP_AT = 27
const MAX_TIMESTAMP_AT = 35
const PRODUCER_ID_AT = 43
const PRODUCER_EPOCH_AT = 51
const FIRST_SEQUENCE_AT = 53
const COUNT_AT = 57

const FORMAT = 2
const TRANSACTIONAL = 1 << 4
/** The longest number in front of a field. */
const MOST_DIGITS = 10
/** Twice as much is still a whole number of a double. */
const GREATEST = 2 ** 52

/** Who sends a batch; its sequence number is that of its first record in the partition. */
export interface BatchOrigin {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly isTransactional: boolean
}

export interface BatchCompression {
  readonly bits: number
  compress(records: Buffer): Buffer
}

/** What a record is in a batch; a text counts as its UTF-8 bytes. */
export interface BatchRecord {
  readonly key: Uint8Array | string | null
  readonly value: Uint8Array | string | null
  readonly headers: RecordHeaders
  readonly timestampMs: number
}

export class GrowingBatch {
  #bytes: Buffer
  #end = HEADER_BYTES
  #count = 0
  #firstTimestampMs = 0
  #maxTimestampMs = 0
  #sealed: Buffer | undefined

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(HEADER_BYTES + Math.max(expectedBytes, 256))
  }

  get count(): number {
    return this.#count
  }

  get sizeBytes(): number {
    return this.#sealed?.length ?? this.#end
  }

  /** Of its records, before they are compressed. */
  get recordBytes(): number {
    return this.#end - HEADER_BYTES
  }

  append({ key, value, headers, timestampMs }: BatchRecord): void {
    const keyBytes = byteLength(key)
    const valueBytes = byteLength(value)
    const fieldBytes = Math.max(keyBytes, 0) + Math.max(valueBytes, 0) + headersLength(headers)
    this.#begin(timestampMs, digitsOf(keyBytes) + digitsOf(valueBytes) + fieldBytes)
    this.#field(key, keyBytes)
    this.#field(value, valueBytes)
    this.#headers(headers)
  }

  /** Its records in two batches, half of them each, in their order. It has several. */
  halves(): readonly [GrowingBatch, GrowingBatch] {
    const half = (this.#end - HEADER_BYTES) / 2
    const halves = [new GrowingBatch(half), new GrowingBatch(half)] as const
    const reader = new WireReader(this.#bytes, HEADER_BYTES, this.#end)
    for (let index = 0; index < this.#count; index += 1) {
      const length = reader.readVarint()
      const end = reader.position + length
      reader.skip(1)
      const timestampMs = this.#firstTimestampMs + reader.readVarint()
      reader.readVarint()
      halves[index < this.#count / 2 ? 0 : 1].#appendFields(timestampMs, reader.readBytes(end - reader.position))
    }
    return halves
  }

  /** The batch as it is sent. Its records are compressed once, at the first call. */
  seal(origin: BatchOrigin, firstSequence: number, options: SealOptions): Buffer {
    const { compression, checksum } = options
    const bytes = (this.#sealed ??= this.#sealedBy(compression))
    const attributes = (compression?.bits ?? 0) | (origin.isTransactional ? TRANSACTIONAL : 0)
    bytes.writeInt16BE(attributes, ATTRIBUTES_AT)
    bytes.writeBigInt64BE(origin.producerId, PRODUCER_ID_AT)
    bytes.writeInt16BE(origin.producerEpoch, PRODUCER_EPOCH_AT)
    bytes.writeInt32BE(firstSequence, FIRST_SEQUENCE_AT)
    bytes.writeUInt32BE(checksum(bytes.subarray(ATTRIBUTES_AT)), CRC_AT)
    return bytes
  }

  #appendFields(timestampMs: number, fields: Buffer): void {
    this.#begin(timestampMs, fields.length)
    this.#bytes.set(fields, this.#end)
    this.#end += fields.length
  }

  /** A record up to its key. `fieldsLength`: of all that follows. */
  #begin(timestampMs: number, fieldsLength: number): void {
    if (this.#count === 0) {
      this.#firstTimestampMs = timestampMs
      this.#maxTimestampMs = timestampMs
    } else if (timestampMs > this.#maxTimestampMs) this.#maxTimestampMs = timestampMs
    const timestampDelta = timestampMs - this.#firstTimestampMs
    const length = 1 + digitsOf(timestampDelta) + digitsOf(this.#count) + fieldsLength
    this.#reserve(length + MOST_DIGITS)
    this.#number(length)
    this.#bytes[this.#end++] = 0
    this.#number(timestampDelta)
    this.#number(this.#count)
    this.#count += 1
  }

  #sealedBy(compression: BatchCompression | undefined): Buffer {
    const plain = this.#bytes.subarray(0, this.#end)
    const bytes =
      compression === undefined
        ? plain
        : Buffer.concat([plain.subarray(0, HEADER_BYTES), compression.compress(plain.subarray(HEADER_BYTES))])
    bytes.fill(0, 0, LENGTH_AT)
    bytes.writeInt32BE(bytes.length - LENGTH_AT - 4, LENGTH_AT)
    bytes.writeInt32BE(-1, LENGTH_AT + 4)
    bytes.writeInt8(FORMAT, MAGIC_AT)
    bytes.writeInt32BE(this.#count - 1, LAST_OFFSET_DELTA_AT)
    bytes.writeBigInt64BE(BigInt(this.#firstTimestampMs), FIRST_TIMESTAMP_AT)
    bytes.writeBigInt64BE(BigInt(this.#maxTimestampMs), MAX_TIMESTAMP_AT)
    bytes.writeInt32BE(this.#count, COUNT_AT)
    return bytes
  }

  #reserve(moreBytes: number): void {
    const needed = this.#end + moreBytes
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#end)
    this.#bytes = grown
  }

  #headers(headers: RecordHeaders): void {
    this.#number(headers.length)
    for (const { key, value } of headers) {
      this.#field(key, byteLength(key))
      this.#field(value, byteLength(value))
    }
  }

  #field(field: Uint8Array | string | null, fieldBytes: number): void {
    this.#number(fieldBytes)
    if (field === null) return
    if (typeof field === 'string') this.#bytes.write(field, this.#end)
    else this.#bytes.set(field, this.#end)
    this.#end += fieldBytes
  }

  /** A zigzag number with 7 bits a byte. */
  #number(value: number): void {
    if (value > GREATEST || value < -GREATEST) {
      this.#largeNumber(BigInt(value))
      return
    }
    const bytes = this.#bytes
    let rest = value < 0 ? -value * 2 - 1 : value * 2
    // Beyond 31 bits, where bits are those of a double.
    while (rest > 0x7fffffff) {
      bytes[this.#end++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest > 0x7f) {
      bytes[this.#end++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[this.#end++] = rest
  }

  #largeNumber(value: bigint): void {
    let rest = value < 0n ? -value * 2n - 1n : value * 2n
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#end++] = Number(rest & 0x7fn) | 0x80
    this.#bytes[this.#end++] = Number(rest)
  }
}

export interface SealOptions {
  readonly compression: BatchCompression | undefined
  /** CRC-32C. */
  readonly checksum: (bytes: Buffer) => number
}

/** How much a record takes of a batch at most. */
export function largestRecordBytes(record: Pick<BatchRecord, 'key' | 'value' | 'headers'>): number {
  const fields = Math.max(byteLength(record.key), 0) + Math.max(byteLength(record.value), 0)
  return HEADER_BYTES + 6 * MOST_DIGITS + fields + headersLength(record.headers)
}

function byteLength(field: Uint8Array | string | null): number {
  if (field === null) return -1
  return typeof field === 'string' ? Buffer.byteLength(field) : field.length
}

function headersLength(headers: RecordHeaders): number {
  if (headers.length === 0) return 1
  let length = digitsOf(headers.length)
  for (const { key, value } of headers) {
    const [keyBytes, valueBytes] = [byteLength(key), byteLength(value)]
    length += digitsOf(keyBytes) + keyBytes + digitsOf(valueBytes) + Math.max(valueBytes, 0)
  }
  return length
}

function digitsOf(value: number): number {
  let rest = value < 0 ? -value * 2 - 1 : value * 2
  let digits = 1
  while (rest > 0x7f) {
    rest = Math.floor(rest / 128)
    digits += 1
  }
  return digits
}
