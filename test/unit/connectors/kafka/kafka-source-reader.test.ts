import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ProtocolError } from '@platformatic/kafka'
import { EARLIEST_OFFSET, KafkaPartitionSplit } from '../../../../src/connectors/kafka/source/kafka-partition-split.js'
import { PARTITIONS_ASSIGNED } from '../../../../src/connectors/kafka/source/partitions-assigned.js'
import { FlinkError, type ErrorCode } from '../../../../src/index.js'
import { markerOf } from './batches-of.js'
import { ReaderRun } from './kafka-source-run.js'
import { StubKafka } from './stub-kafka.js'

function splitOf(
  topic: string,
  partition: number,
  startingOffset: number,
  more: { stoppingOffset?: number; topicId?: string } = {},
): KafkaPartitionSplit {
  return new KafkaPartitionSplit({ topic, partition, startingOffset, ...more })
}

function refusal(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => FlinkError.is(error, code) && message.test(error.message)
}

describe('A Kafka reader', () => {
  it('reads its partitions from all of their brokers, each in its order, and says where it goes on', async () => {
    const stub = new StubKafka()
    const { partitions } = stub.create('t', 2)
    stub.write('t', 0, 'a0', 'a1')
    stub.write('t', 1, 'b0')
    Object.assign(partitions[1] ?? {}, { leader: 2 })
    const run = new ReaderRun(stub, [splitOf('t', 0, EARLIEST_OFFSET), splitOf('t', 1, 0)])
    assert.deepEqual([...(await run.run())].sort(), ['a0', 'a1', 'b0'])
    stub.write('t', 0, 'a2')
    assert.deepEqual(await run.run(), ['a2'])
    assert.deepEqual(run.snapshot(), ['t-0@3', 't-1@1'])
    assert.ok(stub.requests.includes('fetch@1') && stub.requests.includes('fetch@2'))
    await run.close()
  })

  it('follows a leader that moves, and loses and repeats nothing', async () => {
    const stub = new StubKafka()
    const { partitions } = stub.create('t')
    stub.write('t', 0, '0')
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)])
    assert.deepEqual(await run.run(), ['0'])
    Object.assign(partitions[0] ?? {}, { leader: 2 })
    stub.write('t', 0, '1')
    assert.deepEqual(await run.run(2000), ['1'])
    await run.close()
  })

  it('goes on when a broker is back that could not be reached, however long that took, and warned of it', async () => {
    const stub = new StubKafka()
    stub.create('t')
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)])
    await run.run()
    let isDown = true
    stub.fault = () => {
      if (isDown) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'PLT_KFK_NETWORK', canRetry: true })
    }
    stub.write('t', 0, 'later')
    assert.deepEqual(await run.run(600_000), [])
    assert.ok(run.warnings.includes('Kafka cannot be read at the moment, and is tried again'))
    isDown = false
    assert.deepEqual(await run.run(5000), ['later'])
    await run.close()
  })

  it('is idle when the first partitions are assigned and none is its own, as event time would stand still', async () => {
    const stub = new StubKafka()
    stub.create('t', 2)
    stub.write('t', 0, 'a')
    const run = new ReaderRun(stub, [])
    await run.run()
    assert.equal(run.numIdle, 0)
    run.reader.handleSourceEvents({ kind: 'something else' })
    await run.run()
    assert.equal(run.numIdle, 0)
    let isAwake = false
    void run.reader.isAvailable().then(() => (isAwake = true))
    run.reader.handleSourceEvents(PARTITIONS_ASSIGNED)
    await setImmediate()
    assert.ok(isAwake)
    await run.run()
    assert.equal(run.numIdle, 1)
    await run.close()
    const other = new ReaderRun(stub, [splitOf('t', 0, EARLIEST_OFFSET)])
    other.reader.handleSourceEvents(PARTITIONS_ASSIGNED)
    assert.deepEqual(await other.run(), ['a'])
    assert.equal(other.numIdle, 0)
    await other.close()
  })

  it('fails where it may not read', async () => {
    const stub = new StubKafka()
    stub.create('t')
    stub.fault = (request) => {
      if (request.startsWith('fetch')) throw new ProtocolError('TOPIC_AUTHORIZATION_FAILED')
    }
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)])
    await assert.rejects(run.run(), refusal('KAFKA_ACCESS_REFUSED', /the records of t-0.*kafka-acls/))
    await run.close()
  })

  it('is at the end of a partition with its stopping offset, though only the end of a transaction lies before it', async () => {
    const stub = new StubKafka()
    stub.create('t')
    stub.write('t', 0, '0')
    stub.append('t', 0, markerOf(1, 7, 'commit'), 1)
    const run = new ReaderRun(stub, [splitOf('t', 0, 0, { stoppingOffset: 2 })])
    assert.deepEqual(await run.run(), ['0'])
    assert.deepEqual(run.snapshot(), [])
    await run.close()
  })

  it('says that the ends of transactions were read over, so that retention may remove them', async () => {
    const stub = new StubKafka()
    stub.create('t')
    stub.write('t', 0, '0')
    stub.append('t', 0, markerOf(1, 7, 'commit'), 1)
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)])
    await run.run()
    assert.deepEqual(run.snapshot(), ['t-0@2'])
    await run.close()
  })

  it('reads nothing of a partition that is paused, and all of it when it is resumed', async () => {
    const stub = new StubKafka()
    stub.create('t')
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)])
    await run.run()
    run.reader.pauseOrResumeSplits(['t-0'], [])
    stub.write('t', 0, '0', '1')
    assert.deepEqual(await run.run(), [])
    run.reader.pauseOrResumeSplits([], ['t-0'])
    assert.deepEqual(await run.run(), ['0', '1'])
    await run.close()
  })

  it('commits to its group what a completed checkpoint has, and nothing before', async () => {
    const stub = new StubKafka()
    stub.create('t')
    stub.write('t', 0, '0', '1')
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)])
    await run.run()
    run.snapshot(1)
    stub.write('t', 0, '2')
    await run.run()
    assert.equal(stub.committed.size, 0)
    run.reader.notifyCheckpointComplete(1)
    await run.run()
    assert.deepEqual([...stub.committed], [['t-0', 2]])
    assert.equal(run.metrics.values()['KafkaSourceReader.commitsSucceeded'], 1)
    await run.close()
  })

  it('goes on where a commit fails, and counts it', async () => {
    const stub = new StubKafka()
    stub.create('t')
    stub.write('t', 0, '0')
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)])
    await run.run()
    run.snapshot(1)
    stub.fault = (request) => {
      if (request.startsWith('offsetCommit')) throw new ProtocolError('GROUP_AUTHORIZATION_FAILED')
    }
    run.reader.notifyCheckpointComplete(1)
    stub.write('t', 0, '1')
    assert.deepEqual(await run.run(), ['1'])
    assert.equal(run.metrics.values()['KafkaSourceReader.commitsFailed'], 1)
    await run.close()
  })

  it('commits by the clock where enable.auto.commit says so', async () => {
    const stub = new StubKafka()
    stub.create('t')
    stub.write('t', 0, '0', '1')
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)], { properties: { 'enable.auto.commit': true } })
    await run.reader.start()
    await run.run(6000)
    assert.deepEqual([...stub.committed], [['t-0', 2]])
    await run.close()
  })

  it('shows how far it is, and what it has still to read', async () => {
    const stub = new StubKafka()
    stub.create('t')
    stub.write('t', 0, '0', '1')
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)])
    await run.run()
    const values = run.metrics.values()
    assert.equal(values['KafkaSourceReader.topic.t.partition.0.currentOffset'], 1)
    assert.equal(values['pendingRecords'], 0)
    await run.close()
  })
})

describe('An offset that the broker does not have', () => {
  function removed(): StubKafka {
    const stub = new StubKafka()
    stub.create('t')
    stub.write('t', 0, '0', '1')
    stub.write('t', 0, '2', '3')
    stub.remove('t', 0, 2)
    return stub
  }

  it('stops the reader with what there is and what to do', async () => {
    const run = new ReaderRun(removed(), [splitOf('t', 0, 1)])
    const message = /read t-0 from offset 1 on.*has offsets 2 to 4.*--on-missing-offset earliest/
    await assert.rejects(run.run(), refusal('KAFKA_OFFSET_MISSING', message))
    await run.close()
  })

  it('lets it go on with the oldest record, or with what comes from now on, where that is said, and is told in the log', async () => {
    const stub = removed()
    const earliest = new ReaderRun(stub, [splitOf('t', 0, 1)], { policy: 'earliest' })
    assert.deepEqual(await earliest.run(), ['2', '3'])
    assert.deepEqual(earliest.warnings, ['an offset is missing, and reading goes on elsewhere'])
    await earliest.close()
    const latest = new ReaderRun(stub, [splitOf('t', 0, 1)], { policy: 'latest' })
    assert.deepEqual(await latest.run(), [])
    stub.write('t', 0, '4')
    assert.deepEqual(await latest.run(), ['4'])
    await latest.close()
  })

  it('is none of a partition that was to be read from its beginning', async () => {
    const run = new ReaderRun(removed(), [splitOf('t', 0, EARLIEST_OFFSET)])
    assert.deepEqual(await run.run(), ['2', '3'])
    await run.close()
  })

  it('is that of a topic too that was made anew, though the new one has such an offset', async () => {
    const stub = new StubKafka()
    const { topicId } = stub.create('t')
    stub.create('t')
    stub.write('t', 0, 'new 0', 'new 1')
    const stopped = new ReaderRun(stub, [splitOf('t', 0, 1, { topicId })])
    await assert.rejects(stopped.run(), refusal('KAFKA_OFFSET_MISSING', /the topic was deleted and made again since/))
    await stopped.close()
    const goesOn = new ReaderRun(stub, [splitOf('t', 0, 1, { topicId })], { policy: 'earliest' })
    assert.deepEqual(await goesOn.run(), ['new 0', 'new 1'])
    const [split] = goesOn.reader.snapshotState(1)
    assert.notEqual(split?.getTopicId(), topicId)
    await goesOn.close()
  })

  it('is noticed where a topic is made anew while it is read', async () => {
    const stub = new StubKafka()
    stub.create('t')
    stub.write('t', 0, 'old')
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)])
    assert.deepEqual(await run.run(), ['old'])
    stub.create('t')
    stub.write('t', 0, 'new 0', 'new 1')
    await assert.rejects(run.run(5000), refusal('KAFKA_OFFSET_MISSING', /deleted and made again/))
    await run.close()
  })

  it('is no matter of a topic that is gone: that fails once nobody has known it for the time of an operation', async () => {
    const stub = new StubKafka()
    stub.create('t')
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)])
    await run.run()
    stub.topics.delete('t')
    assert.deepEqual(await run.run(30_000), [])
    await assert.rejects(run.run(120_000), refusal('KAFKA_TOPIC_MISSING', /The partition t-0 is not there/))
    await run.close()
  })
})

describe('A record that its deserializer cannot read', () => {
  const deserializer = {
    deserialize: (record: { value(): Uint8Array | null }, out: { collect(text: string): void }): void => {
      const value = Buffer.from(record.value() ?? []).toString()
      out.collect(`${value} first`)
      if (value === 'bad') throw new TypeError('no number')
      out.collect(`${value} second`)
    },
  }

  it('fails the reader with its place', async () => {
    const stub = new StubKafka()
    stub.create('t')
    stub.write('t', 0, 'good', 'bad')
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)], { deserializer })
    const message = /The record at offset 1 of t-0 cannot be read by its deserializer: no number/
    await assert.rejects(run.run(), refusal('KAFKA_RECORD_INVALID', message))
    await run.close()
  })

  it('is given to the policy of the source as a whole, and nothing that was made of it is emitted', async () => {
    const stub = new StubKafka()
    stub.create('t')
    stub.write('t', 0, 'good', 'bad', 'better')
    const failed: unknown[] = []
    const onFailed = (error: unknown, { origin }: { origin?: unknown }): void => {
      failed.push([String(error), origin])
    }
    const run = new ReaderRun(stub, [splitOf('t', 0, 0)], { deserializer, onFailed })
    assert.deepEqual(await run.run(), ['good first', 'good second', 'better first', 'better second'])
    assert.deepEqual(failed, [
      ['TypeError: no number', { topic: 't', partition: 0, offset: 1, key: null, headers: [] }],
    ])
    assert.deepEqual(run.snapshot(), ['t-0@3'])
    await run.close()
  })
})
