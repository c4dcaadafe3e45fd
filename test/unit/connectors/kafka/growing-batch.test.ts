import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as kafka from '@platformatic/kafka'
import fc from 'fast-check'
import {
  GrowingBatch,
  largestRecordBytes,
  type BatchRecord,
} from '../../../../src/connectors/kafka/sink/growing-batch.js'
import { murmur2, partitionOfKey } from '../../../../src/connectors/kafka/sink/murmur2.js'
import { sealOptions } from '../../../../src/connectors/kafka/sink/seal-options.js'
import { RecordBatch } from '../../../../src/connectors/kafka/client/record-batch.js'

const ORIGIN = { producerId: 7n, producerEpoch: 3, isTransactional: true }

const field = fc.option(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string()), { nil: null })
const record = fc.record({
  key: field,
  value: field,
  headers: fc.array(fc.record({ key: fc.string(), value: field }), { maxLength: 3 }),
  timestampMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
})

function copyOf(records: readonly BatchRecord[]): GrowingBatch {
  const batch = new GrowingBatch(10)
  for (const each of records) batch.append(each)
  return batch
}

function bytesOf(given: Uint8Array | string | null): string | null {
  return given === null ? null : Buffer.from(given as Uint8Array).toString('hex')
}

describe('A batch of records', () => {
  it('is read by the client as it was written, compressed and not', () => {
    const compression = fc.constantFrom('none', 'gzip', 'snappy', 'lz4')
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), compression, (records, codec) => {
        const batch = new GrowingBatch(64)
        for (const each of records) batch.append(each)
        const bytes = batch.seal(ORIGIN, 42, sealOptions(kafka, codec))
        new RecordBatch(bytes).checkCrc()
        const read = kafka.readRecordsBatch(kafka.Reader.from(Buffer.from(bytes)))
        assert.deepEqual([read.producerId, read.producerEpoch, read.firstSequence], [7n, 3, 42])
        assert.equal(read.attributes & 16, 16)
        assert.deepEqual(
          read.records.map(({ key, value, headers, timestampDelta, offsetDelta }) => ({
            key: bytesOf(key as never),
            value: bytesOf(value as never),
            headers: headers.map(([name, said]) => [bytesOf(name as never), bytesOf(said as never)]),
            timestampMs: Number(read.firstTimestamp + timestampDelta),
            offsetDelta,
          })),
          records.map(({ key, value, headers, timestampMs }, offsetDelta) => ({
            key: bytesOf(key),
            value: bytesOf(value),
            headers: headers.map((each) => [bytesOf(each.key), bytesOf(each.value)]),
            ...{ timestampMs, offsetDelta },
          })),
        )
        assert.equal(Number(read.maxTimestamp), Math.max(...records.map(({ timestampMs }) => timestampMs)))
      }),
    )
  })

  it('gives its records in halves, in their order, also after it was sealed', () => {
    const read = (batch: GrowingBatch): unknown[] => {
      const bytes = Buffer.from(batch.seal(ORIGIN, 1, sealOptions(kafka, 'none')))
      new RecordBatch(bytes).checkCrc()
      const { records, firstTimestamp } = kafka.readRecordsBatch(kafka.Reader.from(bytes))
      return records.map(({ key, value, headers, timestampDelta }) => ({
        ...{ key: bytesOf(key as never), value: bytesOf(value as never) },
        headers: headers.map(([name, said]) => [bytesOf(name as never), bytesOf(said as never)]),
        timestampMs: Number(firstTimestamp + timestampDelta),
      }))
    }
    const timed = fc
      .tuple(record, fc.integer({ min: 0, max: 2 ** 44 }))
      .map(([each, timestampMs]) => ({ ...each, timestampMs }))
    const codec = fc.constantFrom(undefined, 'none' as const, 'gzip' as const)
    fc.assert(
      fc.property(fc.array(timed, { minLength: 2, maxLength: 20 }), codec, (records, sealedBy) => {
        const batch = copyOf(records)
        const all = read(copyOf(records))
        if (sealedBy !== undefined) batch.seal(ORIGIN, 0, sealOptions(kafka, sealedBy))
        const [first, second] = batch.halves()
        assert.equal(first.count, Math.ceil(records.length / 2))
        assert.deepEqual([...read(first), ...read(second)], all)
      }),
    )
  })

  it('is the same when it is sealed again, but for who sends it', () => {
    const batch = new GrowingBatch(10)
    batch.append({ key: null, value: 'a', headers: [], timestampMs: 1 })
    const options = sealOptions(kafka, 'gzip')
    const first = Buffer.from(batch.seal(ORIGIN, 0, options))
    assert.deepEqual(Buffer.from(batch.seal(ORIGIN, 0, options)), first)
    const other = batch.seal({ ...ORIGIN, producerEpoch: 4 }, 0, options)
    new RecordBatch(other).checkCrc()
    assert.notDeepEqual(Buffer.from(other), first)
  })

  it('is never larger than was said of its record', () => {
    fc.assert(
      fc.property(record, (each) => {
        const batch = new GrowingBatch(10)
        batch.append(each)
        assert.ok(batch.sizeBytes <= largestRecordBytes(each))
        assert.equal(batch.sizeBytes, batch.recordBytes + new GrowingBatch(10).sizeBytes)
      }),
    )
  })
})

describe('The partition of a key', () => {
  it("is that of Kafka's own clients", () => {
    const known: readonly (readonly [string, number])[] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ]
    for (const [key, hash] of known) assert.equal(murmur2(Buffer.from(key)), hash, key)
    fc.assert(fc.property(fc.uint8Array(), (key) => murmur2(key) === kafka.murmur2(Buffer.from(key))))
    assert.equal(partitionOfKey(Buffer.from('21'), 10), (-973932308 & 0x7fffffff) % 10)
  })
})
