/** Batches as they lie in a partition, by the client library's own writer: the other side of what is read. */
import * as kafka from '@platformatic/kafka'
import { crc32c } from '../../../../src/core/memory/crc32c.js'

const ATTRIBUTES_AT = 21
const CRC_AT = 17
const TRANSACTIONAL = 0x10
const CONTROL = 0x20

export interface BatchOptions {
  readonly compression?: 'gzip' | 'snappy' | 'lz4'
  readonly producerId?: number
  readonly isTransactional?: boolean
}

/** Values from this offset on, one record each. */
export function batchOf(offset: number, values: readonly string[], options: BatchOptions = {}): Buffer {
  const messages = values.map((value) => ({
    key: null,
    value: Buffer.from(value),
    topic: 't',
    partition: 0,
    timestamp: 1000n,
  }))
  const { compression, producerId = -1, isTransactional = false } = options
  const writer = kafka.createRecordsBatch(messages as never, {
    producerId: BigInt(producerId),
    ...(compression === undefined ? {} : { compression }),
    ...(isTransactional ? { transactionalId: 'tx' } : {}),
  })
  return placed(writer.buffer, offset)
}

/** The end of a transaction, which takes an offset as well. */
export function markerOf(offset: number, producerId: number, end: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, end === 'commit' ? 1 : 0])
  const message = { key, value: Buffer.from([0, 0, 0, 0, 0, 0]), topic: 't', partition: 0, timestamp: 1000n }
  const bytes = placed(kafka.createRecordsBatch([message] as never, { producerId: BigInt(producerId) }).buffer, offset)
  bytes.writeInt16BE(TRANSACTIONAL | CONTROL, ATTRIBUTES_AT)
  bytes.writeUInt32BE(crc32c(bytes.subarray(ATTRIBUTES_AT)), CRC_AT)
  return bytes
}

function placed(batch: Buffer, offset: number): Buffer {
  const bytes = Buffer.from(batch)
  bytes.writeBigInt64BE(BigInt(offset), 0)
  return bytes
}
