import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KafkaCluster } from '../../../../src/connectors/kafka/client/kafka-cluster.js'
import { kafkaClientSettings } from '../../../../src/connectors/kafka/properties/client-settings.js'
import { propertiesOf } from '../../../../src/connectors/kafka/properties/properties.js'
import {
  EARLIEST_OFFSET,
  kafkaPartitionSplits,
  kafkaSourceEnumStates,
  type KafkaSourceEnumState,
} from '../../../../src/connectors/kafka/source/kafka-partition-split.js'
import {
  KafkaSourceEnumerator,
  type KafkaSourceEnumeratorInput,
} from '../../../../src/connectors/kafka/source/kafka-source-enumerator.js'
import {
  partitionsSubscriber,
  patternSubscriber,
  topicsSubscriber,
} from '../../../../src/connectors/kafka/source/kafka-subscriber.js'
import { OffsetsInitializer } from '../../../../src/connectors/kafka/source/offsets-initializer.js'
import { TopicPartition } from '../../../../src/connectors/kafka/topic-partition.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { FlinkError, type ErrorCode } from '../../../../src/index.js'
import { EnumeratorContext } from './kafka-source-run.js'
import { StubKafka } from './stub-kafka.js'

function refusal(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => FlinkError.is(error, code) && message.test(error.message)
}

function enumeratorOf(
  stub: StubKafka,
  context: EnumeratorContext,
  more: Partial<KafkaSourceEnumeratorInput> = {},
): KafkaSourceEnumerator {
  const settings = kafkaClientSettings(propertiesOf({ 'bootstrap.servers': 'one:1' }), 'c')
  const services = { clock: stub.clock, random: new SeededRandom(1), library: stub.library }
  return new KafkaSourceEnumerator({
    context,
    subscriber: topicsSubscriber(['t']),
    startingOffsets: OffsetsInitializer.earliest(),
    stoppingOffsets: undefined,
    groupId: 'g',
    isReadCommitted: false,
    open: () => KafkaCluster.open(settings, services),
    discoveryIntervalMs: 1000,
    hasEnd: false,
    restored: undefined,
    logger: undefined,
    ...more,
  })
}

function stored(state: KafkaSourceEnumState): KafkaSourceEnumState {
  return kafkaSourceEnumStates.deserialize(1, kafkaSourceEnumStates.serialize(state))
}

/** Where each partition begins, and stops. */
async function assignedFrom(
  stub: StubKafka,
  more: Partial<KafkaSourceEnumeratorInput>,
): Promise<Record<string, unknown>> {
  const context = new EnumeratorContext(1)
  context.register(0)
  const enumerator = enumeratorOf(stub, context, more)
  enumerator.start()
  await stub.driven(context.turn())
  await enumerator.close()
  const starts = context.splits.map((split) => [
    split.splitId(),
    [split.getStartingOffset(), split.getStoppingOffset()],
  ])
  return Object.fromEntries(starts) as Record<string, unknown>
}

describe('A Kafka enumerator', () => {
  it('gives each partition to one reader, by its number, when the reader has registered', async () => {
    const stub = new StubKafka()
    stub.create('t', 4)
    const context = new EnumeratorContext(2)
    const enumerator = enumeratorOf(stub, context)
    enumerator.start()
    await context.turn()
    assert.deepEqual(context.assigned, [])
    context.register(0, 1)
    enumerator.addReader(0)
    enumerator.addReader(1)
    const [first, second] = [0, 1].map((reader) =>
      context.assigned.filter((each) => each.startsWith(`${String(reader)}:`)),
    )
    assert.equal(first?.length, 2)
    assert.equal(second?.length, 2)
    assert.equal(context.withoutMore.size, 0)
    await enumerator.close()
  })

  it('tells each reader once when the first partitions are assigned, and not while they are looked for', async () => {
    const stub = new StubKafka()
    stub.create('t', 1)
    const context = new EnumeratorContext(3)
    context.register(0, 1)
    const restored = { knownPartitions: ['t-0'], pendingSplits: [], isInitialDiscoveryFinished: true }
    const enumerator = enumeratorOf(stub, context, { restored })
    enumerator.start()
    enumerator.addReader(0)
    assert.deepEqual(context.events, [])
    await context.turn()
    await context.turn()
    assert.deepEqual(context.events, ['0: partitions-assigned', '1: partitions-assigned'])
    context.register(2)
    enumerator.addReader(2)
    assert.deepEqual(context.events.slice(2), ['2: partitions-assigned'])
    await enumerator.close()
  })

  it('finds partitions that come later, once each, and reads them from their beginning', async () => {
    const stub = new StubKafka()
    const topic = stub.create('t', 1)
    stub.write('t', 0, 'before')
    const context = new EnumeratorContext(1)
    context.register(0)
    const enumerator = enumeratorOf(stub, context, { startingOffsets: OffsetsInitializer.latest() })
    enumerator.start()
    await context.turn()
    topic.partitions.push({ leader: 1, first: 0, end: 0, batches: [] })
    stub.write('t', 1, 'in the new one')
    await context.turn()
    await context.turn()
    assert.deepEqual(
      context.splits.map((split) => [split.splitId(), split.getStartingOffset()]),
      [
        ['t-0', 1],
        ['t-1', EARLIEST_OFFSET],
      ],
    )
    await enumerator.close()
  })

  it('assigns nothing again after a restore, and goes on with what was not assigned', async () => {
    const stub = new StubKafka()
    stub.create('t', 2)
    const context = new EnumeratorContext(2)
    context.register(0)
    const enumerator = enumeratorOf(stub, context)
    enumerator.start()
    await context.turn()
    assert.equal(context.splits.length, 1)
    const restored = stored(enumerator.snapshotState())
    await enumerator.close()
    const later = new EnumeratorContext(1)
    later.register(0)
    const goesOn = enumeratorOf(stub, later, { restored })
    goesOn.start()
    goesOn.addReader(0)
    await later.turn()
    const all = [...context.splits, ...later.splits].map((split) => split.splitId())
    assert.deepEqual(all.sort(), ['t-0', 't-1'])
    await goesOn.close()
  })

  it('has found nothing for a checkpoint that comes while it looks', async () => {
    const stub = new StubKafka()
    stub.create('t', 1)
    const context = new EnumeratorContext(1)
    const enumerator = enumeratorOf(stub, context)
    enumerator.start()
    assert.deepEqual(enumerator.snapshotState(), {
      knownPartitions: [],
      pendingSplits: [],
      isInitialDiscoveryFinished: false,
    })
    await enumerator.close()
  })

  it('takes splits back that a reader has lost', async () => {
    const stub = new StubKafka()
    stub.create('t', 1)
    const context = new EnumeratorContext(1)
    context.register(0)
    const enumerator = enumeratorOf(stub, context)
    enumerator.start()
    await context.turn()
    context.readers.clear()
    enumerator.addSplitsBack([...context.splits], 0)
    context.register(0)
    enumerator.addReader(0)
    assert.deepEqual(context.assigned, ['0: t-0', '0: t-0'])
    await enumerator.close()
  })

  it('says at the end of a bounded source that nothing follows, also to readers without a partition', async () => {
    const stub = new StubKafka()
    stub.create('t', 1)
    const context = new EnumeratorContext(2)
    context.register(0, 1)
    const bounded = { stoppingOffsets: OffsetsInitializer.latest(), hasEnd: true, discoveryIntervalMs: -1 }
    const enumerator = enumeratorOf(stub, context, bounded)
    enumerator.start()
    await context.turn()
    assert.deepEqual([...context.withoutMore], [0, 1])
    await enumerator.close()
  })

  it('fails where a topic is not there, and goes on where a later discovery finds no broker', async () => {
    const stub = new StubKafka()
    const context = new EnumeratorContext(1)
    const enumerator = enumeratorOf(stub, context)
    enumerator.start()
    await assert.rejects(
      stub.driven(context.turn()),
      refusal('KAFKA_TOPIC_MISSING', /The topic t is not there at one:1/),
    )
    stub.create('t')
    await context.turn()
    stub.fault = () => {
      throw new FlinkError('KAFKA_REQUEST_FAILED', { operation: 'x', broker: 'y', reason: 'z', advice: '' })
    }
    await context.turn()
    await enumerator.close()
  })
})

describe('What a Kafka source reads', () => {
  it('is all topics whose whole name matches a pattern, or certain partitions', async () => {
    const stub = new StubKafka()
    for (const topic of ['orders-a', 'orders-b', 'old-orders-a']) stub.create(topic, 2)
    const matching = await assignedFrom(stub, { subscriber: patternSubscriber(/orders-./) })
    assert.deepEqual(Object.keys(matching).sort(), ['orders-a-0', 'orders-a-1', 'orders-b-0', 'orders-b-1'])
    const chosen = partitionsSubscriber([new TopicPartition('orders-b', 1)])
    assert.deepEqual(Object.keys(await assignedFrom(stub, { subscriber: chosen })), ['orders-b-1'])
    const missing = partitionsSubscriber([new TopicPartition('orders-b', 2)])
    const found = assignedFrom(stub, { subscriber: missing })
    await assert.rejects(found, refusal('KAFKA_TOPIC_MISSING', /The partition orders-b-2/))
  })
})

describe('Offsets to begin and to stop at', () => {
  function filled(): StubKafka {
    const stub = new StubKafka()
    stub.create('t', 2)
    stub.write('t', 0, '0', '1', '2', '3')
    stub.write('t', 1, '0', '1')
    stub.remove('t', 0, 0)
    stub.committed.set('t-0', 3)
    return stub
  }

  it('are the oldest, the end, those of the group, of a time, or certain ones', async () => {
    const stub = filled()
    const from = async (startingOffsets: OffsetsInitializer): Promise<unknown[]> =>
      Object.values(await assignedFrom(stub, { startingOffsets })).map((each) => (each as number[])[0])
    assert.deepEqual(await from(OffsetsInitializer.earliest()), [EARLIEST_OFFSET, EARLIEST_OFFSET])
    assert.deepEqual(await from(OffsetsInitializer.latest()), [4, 2])
    assert.deepEqual(await from(OffsetsInitializer.committedOffsets('EARLIEST')), [3, EARLIEST_OFFSET])
    assert.deepEqual(await from(OffsetsInitializer.committedOffsets('LATEST')), [3, 2])
    assert.deepEqual(await from(OffsetsInitializer.timestamp(1000)), [0, 0])
    assert.deepEqual(await from(OffsetsInitializer.timestamp(1001)), [4, 2])
    const specific = new Map([[new TopicPartition('t', 1), 1]])
    assert.deepEqual(await from(OffsetsInitializer.offsets(specific)), [3, 1])
  })

  it('are refused where the group has committed none and nothing else is said', async () => {
    const found = assignedFrom(filled(), { startingOffsets: OffsetsInitializer.committedOffsets() })
    await assert.rejects(found, refusal('KAFKA_COMMITTED_OFFSET_MISSING', /The group g has committed no offset of t-1/))
  })

  it('follow the reset strategy where the broker does not have them', async () => {
    const stub = filled()
    stub.committed.set('t-0', 99)
    const startingOffsets = OffsetsInitializer.committedOffsets('LATEST')
    assert.deepEqual(Object.values(await assignedFrom(stub, { startingOffsets })), [
      [4, undefined],
      [2, undefined],
    ])
    const specific = OffsetsInitializer.offsets(new Map([[new TopicPartition('t', 0), 77]]), 'NONE')
    stub.committed.set('t-1', 1)
    const found = assignedFrom(stub, { startingOffsets: specific })
    await assert.rejects(found, refusal('KAFKA_OFFSET_MISSING', /t-0 from offset 77/))
  })

  it('are found for the end as for the beginning, and are numbers then', async () => {
    const to = async (stoppingOffsets: OffsetsInitializer): Promise<unknown[]> =>
      Object.values(await assignedFrom(filled(), { stoppingOffsets })).map((each) => (each as number[])[1])
    assert.deepEqual(await to(OffsetsInitializer.latest()), [4, 2])
    assert.deepEqual(await to(OffsetsInitializer.earliest()), [0, 0])
    assert.deepEqual(await to(OffsetsInitializer.committedOffsets('LATEST')), [3, 2])
  })
})

describe('A Kafka split', () => {
  it('is read from a snapshot as it was stored, and not where a newer flink-ts stored it', async () => {
    const stub = new StubKafka()
    stub.create('t')
    const context = new EnumeratorContext(1)
    context.register(0)
    const enumerator = enumeratorOf(stub, context, { stoppingOffsets: OffsetsInitializer.latest() })
    enumerator.start()
    await context.turn()
    await enumerator.close()
    const [split] = context.splits
    assert.ok(split !== undefined)
    const bytes = kafkaPartitionSplits.serialize(split)
    const read = kafkaPartitionSplits.deserialize(1, bytes)
    assert.deepEqual(
      [read.splitId(), read.getStartingOffset(), read.getStoppingOffset(), read.getTopicId()],
      ['t-0', EARLIEST_OFFSET, 0, split.getTopicId()],
    )
    assert.throws(() => kafkaPartitionSplits.deserialize(2, bytes), /version 2 of it is of a newer flink-ts/)
  })
})
