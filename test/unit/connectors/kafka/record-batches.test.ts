import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as kafka from '@platformatic/kafka'
import { committedBatches } from '../../../../src/connectors/kafka/client/committed-batches.js'
import { decompressed } from '../../../../src/connectors/kafka/client/decompressed.js'
import type { AbortedTransaction } from '../../../../src/connectors/kafka/client/fetch.js'
import { recordBatchesOf } from '../../../../src/connectors/kafka/client/record-batch.js'
import { WireReader } from '../../../../src/connectors/kafka/client/wire-reader.js'
import { ConsumerRecord } from '../../../../src/connectors/kafka/source/consumer-record.js'
import { KafkaRecords, PositionReached } from '../../../../src/connectors/kafka/source/kafka-records.js'
import { FlinkError } from '../../../../src/index.js'
import { batchOf, markerOf } from './batches-of.js'

const COUNT_AT = 57
const LOG = { topic: 't', partition: 0, topicId: 'id' }

interface Read {
  readonly values: readonly string[]
  /** What was said after the last record. */
  readonly reached: number | undefined
}

function read(
  bytes: Buffer,
  aborted: readonly AbortedTransaction[] = [],
  { from = 0, stopping = Number.POSITIVE_INFINITY } = {},
): Read {
  const all = recordBatchesOf(bytes)
  for (const batch of all) batch.checkCrc()
  const nextOffset = (all.at(-1)?.lastOffset ?? -1) + 1
  const partition = {
    log: LOG,
    batches: committedBatches(all, aborted),
    fromOffset: from,
    stoppingOffset: stopping,
    nextOffset,
  }
  const records = new KafkaRecords(kafka, [partition])
  assert.equal(records.nextSplit(), 't-0')
  const values: string[] = []
  let reached: number | undefined
  for (let each = records.nextRecordFromSplit(); each !== undefined; each = records.nextRecordFromSplit()) {
    if (each instanceof PositionReached) reached = each.offset
    else values.push(`${String(each.offset())}:${Buffer.from(each.value() ?? []).toString()}`)
  }
  return { values, reached }
}

describe('Records of a fetch', () => {
  it('come with their offsets, from the first that is wanted on', () => {
    const bytes = Buffer.concat([batchOf(5, ['a', 'b', 'c']), batchOf(8, ['d'])])
    assert.deepEqual(read(bytes), { values: ['5:a', '6:b', '7:c', '8:d'], reached: undefined })
    assert.deepEqual(read(bytes, [], { from: 7 }).values, ['7:c', '8:d'])
  })

  it('end before the stopping offset, which is where the partition was read to', () => {
    const bytes = batchOf(0, ['a', 'b', 'c'])
    assert.deepEqual(read(bytes, [], { stopping: 2 }), { values: ['0:a', '1:b'], reached: undefined })
  })

  it('are left out where an answer cuts their batch off', () => {
    const bytes = Buffer.concat([batchOf(0, ['a']), batchOf(1, ['b'])])
    assert.deepEqual(read(bytes.subarray(0, bytes.length - 1)).values, ['0:a'])
  })

  it('have key, timestamp and headers, also several of one name and some without a value', () => {
    const headers = new Map([[Buffer.from('h'), Buffer.from('1')]])
    const message = {
      key: Buffer.from('k'),
      value: Buffer.from('v'),
      headers,
      topic: 't',
      partition: 0,
      timestamp: 1234n,
    }
    const bytes = Buffer.from(kafka.createRecordsBatch([message] as never).buffer)
    const records = new KafkaRecords(kafka, [
      { log: LOG, batches: recordBatchesOf(bytes), fromOffset: 0, stoppingOffset: 9, nextOffset: 1 },
    ])
    records.nextSplit()
    const record = records.nextRecordFromSplit()
    assert.ok(record instanceof ConsumerRecord)
    assert.equal(Buffer.from(record.key() ?? []).toString(), 'k')
    assert.equal(record.timestamp(), 1234)
    assert.deepEqual(
      record.headers().map(({ key, value }) => [key, Buffer.from(value ?? []).toString()]),
      [['h', '1']],
    )
    assert.equal(record.lastHeader('other'), undefined)
  })

  for (const compression of ['gzip', 'snappy', 'lz4'] as const) {
    it(`are unpacked from ${compression}`, () => {
      const values = Array.from({ length: 50 }, (_, index) => `value ${String(index)}`)
      const bytes = batchOf(0, values, { compression })
      assert.deepEqual(
        read(bytes).values,
        values.map((value, offset) => `${String(offset)}:${value}`),
      )
    })
  }

  it('are unpacked from the blocks in which clients of Java write Snappy', () => {
    const blocks = ['one ', 'two'].map((text) => kafka.compressionsAlgorithms.snappy.compressSync(Buffer.from(text)))
    const header = Buffer.concat([Buffer.from([0x82]), Buffer.from('SNAPPY\0'), Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])])
    const stream = [header, ...blocks.flatMap((block) => [lengthOf(block), block])]
    assert.equal(decompressed(Buffer.concat(stream), 2, kafka).toString(), 'one two')
  })

  it('are refused where a bit is another one than was written', () => {
    const bytes = batchOf(0, ['value'])
    bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1
    assert.throws(() => read(bytes), /the checksum of a batch does not fit its bytes/)
  })

  it('are refused with partition and offset where they end in the middle', () => {
    const bytes = batchOf(3, ['value'])
    bytes.writeInt32BE(2, COUNT_AT)
    const partition = { log: LOG, batches: recordBatchesOf(bytes), fromOffset: 0, stoppingOffset: 9, nextOffset: 4 }
    const records = new KafkaRecords(kafka, [partition])
    records.nextSplit()
    assert.ok(records.nextRecordFromSplit() instanceof ConsumerRecord)
    assert.throws(
      () => records.nextRecordFromSplit(),
      (error) => FlinkError.is(error, 'KAFKA_RECORDS_UNREADABLE') && /t-0 from offset 3/.test(error.message),
    )
  })

  it('of formats before Kafka 0.11 are refused by name', () => {
    const bytes = batchOf(0, ['value'])
    bytes[16] = 1
    assert.throws(() => recordBatchesOf(bytes), /the format 1 of brokers before Kafka 0.11/)
  })
})

describe('read_committed', () => {
  const transactional = { producerId: 7, isTransactional: true }

  it('leaves out two aborted transactions of one producer in one answer, and keeps what it committed between them', () => {
    const bytes = Buffer.concat([
      batchOf(0, ['aborted'], transactional),
      markerOf(1, 7, 'abort'),
      batchOf(2, ['kept'], transactional),
      markerOf(3, 7, 'commit'),
      batchOf(4, ['aborted too'], transactional),
      markerOf(5, 7, 'abort'),
      batchOf(6, ['plain']),
    ])
    const aborted = [
      { producerId: 7, firstOffset: 4 },
      { producerId: 7, firstOffset: 0 },
    ]
    assert.deepEqual(read(bytes, aborted), { values: ['2:kept', '6:plain'], reached: undefined })
  })

  it('leaves out an aborted transaction whose end lies beyond the answer, and says that it was read over', () => {
    const bytes = Buffer.concat([batchOf(0, ['kept']), batchOf(1, ['aborted', 'aborted'], transactional)])
    assert.deepEqual(read(bytes, [{ producerId: 7, firstOffset: 1 }]), { values: ['0:kept'], reached: 3 })
  })

  it('leaves out the rest of an aborted transaction that began before the answer', () => {
    const bytes = Buffer.concat([
      batchOf(8, ['aborted'], transactional),
      markerOf(9, 7, 'abort'),
      batchOf(10, ['kept']),
    ])
    assert.deepEqual(read(bytes, [{ producerId: 7, firstOffset: 2 }], { from: 8 }).values, ['10:kept'])
  })

  it('keeps what others write between the records of an aborted transaction', () => {
    const bytes = Buffer.concat([
      batchOf(0, ['aborted'], transactional),
      batchOf(1, ['kept'], { producerId: 8, isTransactional: true }),
      batchOf(2, ['plain'], { producerId: 7 }),
      markerOf(3, 8, 'commit'),
      markerOf(4, 7, 'abort'),
    ])
    assert.deepEqual(read(bytes, [{ producerId: 7, firstOffset: 0 }]), { values: ['1:kept', '2:plain'], reached: 5 })
  })
})

describe('Numbers of the protocol', () => {
  it('of variable length are read back, up to those that a number holds', () => {
    for (const value of [
      0,
      -1,
      1,
      63,
      -64,
      64,
      300,
      -301,
      2 ** 31 - 1,
      -(2 ** 31),
      2 ** 40 + 3,
      -(2 ** 40) - 1,
      2 ** 51 + 1,
    ]) {
      assert.equal(new WireReader(varintOf(BigInt(value))).readVarint(), value)
    }
    const large = kafka.Writer.create()
      .appendInt64(-5n)
      .appendInt64(BigInt(2 ** 50 + 1)).buffer
    const reader = new WireReader(large)
    assert.deepEqual([reader.readInt64(), reader.readInt64()], [-5, 2 ** 50 + 1])
  })

  it('are refused where the bytes end before them', () => {
    assert.throws(() => new WireReader(Buffer.from([0x80])).readVarint(), /it ends in the middle of a value/)
    assert.throws(() => new WireReader(Buffer.alloc(3)).readInt32(), /it ends in the middle of a value/)
  })
})

/** The client library's own writer is wrong from 2^31 on. */
function varintOf(value: bigint): Buffer {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(left)])
}

function lengthOf(block: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(block.length)
  return length
}
