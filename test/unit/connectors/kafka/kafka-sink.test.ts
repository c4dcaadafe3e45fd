import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DeliveryGuarantee } from '../../../../src/connectors/base/delivery-guarantee.js'
import { KafkaRecordSerializationSchema } from '../../../../src/connectors/kafka/sink/kafka-record-serialization-schema.js'
import { FlinkError } from '../../../../src/index.js'
import { KafkaSinkRun, type SinkRunOptions } from './kafka-sink-run.js'
import { StubProducers } from './stub-producers.js'

function brokersWith(partitions = 2): StubProducers {
  const stub = new StubProducers()
  stub.create('t', partitions)
  return stub
}

function started(stub: StubProducers, options?: SinkRunOptions): Promise<KafkaSinkRun> {
  return new KafkaSinkRun(stub, options).start()
}

const TOO_LARGE = 10
/** Kafka's number of the error. */
const INVALID_RECORD = 87
const isCode = (code: string) => (error: unknown) => FlinkError.is(error) && error.code === code

describe('A KafkaSink with EXACTLY_ONCE', () => {
  it('shows records when their checkpoint is complete, and not before', async () => {
    const stub = brokersWith()
    const run = await started(stub)
    await run.writeAll('a', 'b')
    await run.checkpoint(1)
    assert.deepEqual(
      stub.written.flatMap(({ values }) => values),
      ['a', 'b'],
    )
    assert.deepEqual(stub.visible('t'), [])
    await run.complete(1)
    assert.deepEqual(stub.visible('t'), ['a', 'b'])
    await run.close()
  })

  it('names a transaction by the checkpoint before it, so that no name comes twice', async () => {
    const stub = brokersWith()
    const run = await started(stub)
    for (const checkpointId of [1, 2, 5]) {
      await run.writeAll('x')
      await run.checkpoint(checkpointId)
    }
    await run.writeAll('x')
    await run.checkpoint(6)
    const used = stub.written.map(({ transactionalId }) => transactionalId)
    assert.deepEqual(used, ['job-0-1', 'job-0-2', 'job-0-3', 'job-0-6'])
    await run.close()
  })

  it('opens no transaction where nothing was written', async () => {
    const stub = brokersWith()
    const run = await started(stub)
    const { committables } = await run.checkpoint(1)
    await run.checkpoint(2)
    assert.deepEqual(committables, [])
    assert.equal(stub.transactions.size, 0)
    await run.close()
  })

  it('commits what a restored snapshot has, whoever made it, also where it was committed before', async () => {
    const stub = brokersWith()
    const run = await started(stub)
    await run.writeAll('a')
    const snapshot = await run.checkpoint(1)
    await run.complete(1)
    await run.writeAll('of no checkpoint')
    // Killed. The next one begins its writers before it commits.
    const next = await new KafkaSinkRun(stub, { parallelism: 2 }).start(snapshot)
    assert.deepEqual(stub.visible('t'), ['a'])
    await next.writeAll('b')
    await next.finish(2)
    assert.deepEqual(stub.visible('t'), ['a', 'b'])
    assert.deepEqual(stub.open(), [])
    await next.close()
  })

  it('commits after a crash between a checkpoint and its commit, by the request for it alone', async () => {
    const stub = brokersWith()
    const run = await started(stub)
    await run.writeAll('a')
    const snapshot = await run.checkpoint(3)
    // It is asked for in advance.
    await run.until(() => stub.transactions.size === 2)
    stub.requests.length = 0
    const next = await new KafkaSinkRun(stub).start(snapshot)
    assert.deepEqual(stub.visible('t'), ['a'])
    assert.ok(!stub.requests.some((request) => request.startsWith('initProducerId')), stub.requests.join())
    await next.close()
  })

  it('aborts at its start what earlier attempts left open, also of subtasks that are no more', async () => {
    const stub = brokersWith()
    const run = await started(stub, { parallelism: 4 })
    for (const subtask of [0, 1, 2, 3]) await run.write(`prepared ${String(subtask)}`, subtask)
    const snapshot = await run.checkpoint(1)
    for (const subtask of [0, 1, 2, 3]) await run.write('left open', subtask)
    await run.checkpoint(2)
    for (const subtask of [0, 1, 2, 3]) await run.write('left open', subtask)
    await run.until(() => stub.open().length === 12)
    const next = await new KafkaSinkRun(stub, { parallelism: 2 }).start(snapshot)
    assert.deepEqual(stub.open(), [])
    assert.deepEqual([...stub.visible('t')].sort(), ['prepared 0', 'prepared 1', 'prepared 2', 'prepared 3'])
    assert.deepEqual(next.infos.length, 2)
    await next.close()
  })

  it('aborts all of its prefix on a fresh start, and nothing of another one', async () => {
    const stub = brokersWith()
    const other = await started(stub, { prefix: 'job-1' })
    await other.writeAll('of another job')
    await other.until(() => stub.open().length === 1)
    const run = await started(stub)
    await run.writeAll('a')
    await run.until(() => stub.open().length === 2)
    await started(stub)
    assert.deepEqual(stub.open(), ['job-1-0-1'])
  })

  it('aborts what it left open under the prefix that it had before', async () => {
    const stub = brokersWith()
    const run = await started(stub, { prefix: 'old' })
    await run.writeAll('a')
    const snapshot = await run.checkpoint(1)
    await run.writeAll('left open')
    await run.until(() => stub.open().length === 2)
    await new KafkaSinkRun(stub, { prefix: 'new' }).start(snapshot)
    assert.deepEqual(stub.open(), [])
    assert.deepEqual(stub.visible('t'), ['a'])
  })

  it('tries one name after the other where brokers do not list transactions', async () => {
    const stub = brokersWith()
    stub.listsTransactions = false
    const run = await started(stub, { parallelism: 3 })
    for (const subtask of [0, 1, 2]) await run.write('prepared', subtask)
    const snapshot = await run.checkpoint(1)
    // A checkpoint that fails elsewhere leaves a number out.
    await run.checkpoint(2)
    for (const subtask of [0, 1, 2]) await run.write('left open', subtask)
    await run.until(() => stub.open().length === 6)
    const next = await new KafkaSinkRun(stub, { parallelism: 2 }).start(snapshot)
    assert.deepEqual(stub.open(), [])
    assert.deepEqual(stub.visible('t').length, 3)
    await next.close()
  })

  it('fails where Kafka has aborted a transaction of the restored snapshot, and goes on where it is told to', async () => {
    const stub = brokersWith()
    const run = await started(stub)
    await run.writeAll('a')
    const snapshot = await run.checkpoint(1)
    const transaction = stub.transactions.get('job-0-1')
    assert.ok(transaction)
    // As after transaction.timeout.ms.
    transaction.epoch += 1
    transaction.state = 'CompleteAbort'
    await assert.rejects(new KafkaSinkRun(stub).start(snapshot), isCode('KAFKA_TRANSACTION_LOST'))
    const properties = { 'flink.on-lost-transaction': 'ignore' }
    const next = await new KafkaSinkRun(stub, { properties }).start(snapshot)
    assert.equal(next.lost.length, 1)
    await next.close()
  })

  it('fails where Kafka has forgotten a transaction of the restored snapshot, and goes on where it is told to', async () => {
    const stub = brokersWith()
    const run = await started(stub)
    await run.writeAll('a')
    const snapshot = await run.checkpoint(1)
    await run.complete(1)
    await run.close()
    // As after transactional.id.expiration.ms.
    stub.transactions.clear()
    await assert.rejects(new KafkaSinkRun(stub).start(snapshot), isCode('KAFKA_TRANSACTION_FORGOTTEN'))
    // Somebody else has the name now.
    stub.transactions.set('job-0-1', { producerId: 1, epoch: 0, state: 'Empty', partitions: new Set() })
    await assert.rejects(new KafkaSinkRun(stub).start(snapshot), isCode('KAFKA_TRANSACTION_FORGOTTEN'))
    const properties = { 'flink.on-lost-transaction': 'ignore' }
    const next = await new KafkaSinkRun(stub, { properties }).start(snapshot)
    assert.equal(next.lost.length, 1)
    assert.deepEqual(stub.visible('t'), ['a'])
    await next.close()
  })

  it('fails where another sink of its prefix has begun', async () => {
    const stub = brokersWith()
    const run = await started(stub)
    await run.writeAll('a')
    await run.until(() => stub.open().length === 1)
    await started(stub)
    await run.writeAll('b')
    await assert.rejects(run.checkpoint(1), isCode('KAFKA_TRANSACTION_FENCED'))
  })

  it('aborts its transaction when it is closed, and leaves what is prepared', async () => {
    const stub = brokersWith()
    const run = await started(stub)
    await run.writeAll('a')
    await run.checkpoint(1)
    await run.writeAll('b')
    await run.until(() => stub.open().length === 2)
    await run.close()
    assert.deepEqual(stub.stateOf('job-0-2'), 'CompleteAbort')
    assert.deepEqual(stub.stateOf('job-0-1'), 'Ongoing')
  })

  it('commits later what no coordinator commits now', async () => {
    const stub = brokersWith()
    const run = await started(stub, { properties: { 'default.api.timeout.ms': 50 } })
    await run.writeAll('a')
    await run.checkpoint(1)
    stub.fault = (request) => {
      if (request.startsWith('endTxn'))
        throw Object.assign(new Error('away'), { code: 'PLT_KFK_NETWORK', canRetry: true })
    }
    await run.complete(1)
    assert.deepEqual(run.retried, ['job-0-1'])
    stub.fault = () => undefined
    await run.complete(1)
    assert.deepEqual(stub.visible('t'), ['a'])
    await run.close()
  })

  it('takes the longest timeout that brokers allow where the program says none, and fails where it says a longer one', async () => {
    const stub = brokersWith()
    stub.mostTimeoutMs = 900_000
    const run = await started(stub)
    await run.writeAll('a')
    await run.finish(1)
    assert.deepEqual(stub.visible('t'), ['a'])
    assert.equal(run.infos.length, 1)
    const longer = await started(stub, { prefix: 'longer', properties: { 'transaction.timeout.ms': 1_000_000 } })
    await longer.writeAll('a')
    await assert.rejects(longer.checkpoint(1), isCode('KAFKA_TRANSACTION_TIMEOUT_REFUSED'))
  })

  it('warns where checkpoints may take longer than a transaction', async () => {
    const stub = brokersWith()
    const checkpoints = (interval: string): SinkRunOptions => ({
      configuration: { 'execution.checkpointing.interval': interval, 'execution.checkpointing.timeout': '10 min' },
      properties: { 'transaction.timeout.ms': 900_000 },
    })
    assert.deepEqual((await started(stub, checkpoints('5 min'))).warnings, [])
    assert.equal((await started(stub, checkpoints('6 min'))).warnings.length, 1)
  })

  it('warns of it too where it takes the shorter timeout of the brokers', async () => {
    const stub = brokersWith()
    stub.mostTimeoutMs = 900_000
    const configuration = { 'execution.checkpointing.interval': '6 min', 'execution.checkpointing.timeout': '10 min' }
    const run = await started(stub, { configuration })
    assert.deepEqual(run.warnings, [])
    await run.writeAll('a')
    await run.finish(1)
    assert.equal(run.warnings.length, 1)
  })

  it('has names of its own for each writer where it was given no prefix, and a restored one goes on with them', async () => {
    const stub = brokersWith()
    const run = await started(stub, { parallelism: 2, prefix: undefined })
    await run.write('a', 0)
    await run.write('b', 1)
    const snapshot = await run.checkpoint(1)
    await run.write('left open', 0)
    await run.write('left open', 1)
    await run.until(() => stub.open().length === 4)
    const next = await new KafkaSinkRun(stub, { parallelism: 1, prefix: undefined }).start(snapshot)
    assert.deepEqual(stub.open(), [])
    assert.deepEqual([...stub.visible('t')].sort(), ['a', 'b'])
    await next.close()
  })
})

describe('A KafkaSink without transactions', () => {
  it('has a checkpoint wait until all is written with AT_LEAST_ONCE, and not with NONE', async () => {
    const stub = brokersWith()
    const waiting = await started(stub, { guarantee: DeliveryGuarantee.AT_LEAST_ONCE })
    await waiting.writeAll('a', 'b')
    await waiting.checkpoint(1)
    assert.deepEqual(stub.visible('t'), ['a', 'b'])
    const hasty = await started(stub, { guarantee: DeliveryGuarantee.NONE })
    await hasty.writeAll('c')
    await hasty.checkpoint(1)
    assert.deepEqual(stub.visible('t'), ['a', 'b'])
    await hasty.finish(2)
    assert.deepEqual(stub.visible('t'), ['a', 'b', 'c'])
    await Promise.all([waiting.close(), hasty.close()])
  })

  it('writes a batch once whose answer got lost', async () => {
    const stub = brokersWith(1)
    let lost = 0
    stub.loses = () => (lost += 1) === 1
    const run = await started(stub, { guarantee: DeliveryGuarantee.AT_LEAST_ONCE })
    await run.writeAll('a')
    await run.checkpoint(1)
    await run.writeAll('b')
    await run.checkpoint(2)
    assert.deepEqual(stub.visible('t'), ['a', 'b'])
    await run.close()
  })

  it('writes it again without numbers, where it was told to send none', async () => {
    const stub = brokersWith(1)
    let lost = 0
    stub.loses = () => (lost += 1) === 1
    const properties = { acks: '1' }
    const run = await started(stub, { guarantee: DeliveryGuarantee.AT_LEAST_ONCE, properties })
    await run.writeAll('a')
    await run.checkpoint(1)
    assert.deepEqual(stub.visible('t'), ['a', 'a'])
    await run.close()
  })
})

describe('Records of a KafkaSink', () => {
  const options = { guarantee: DeliveryGuarantee.AT_LEAST_ONCE } as const

  it('follow a leader that moves, in their order', async () => {
    const stub = brokersWith(1)
    const run = await started(stub, options)
    await run.writeAll('a')
    await run.checkpoint(1)
    stub.partition('t', 0).leader = 2
    await run.writeAll('b')
    await run.until(() => stub.requests.includes('produce@1'))
    await run.writeAll('c')
    await run.checkpoint(2)
    assert.deepEqual(stub.visible('t'), ['a', 'b', 'c'])
    assert.deepEqual(stub.written.map(({ nodeId }) => nodeId)[0], 1)
    assert.ok(stub.written.slice(1).every(({ nodeId }) => nodeId === 2))
    await run.close()
  })

  it('are given to brokers again while these may take them, and then fail the job', async () => {
    const stub = brokersWith(1)
    stub.refuses = () => 19
    const properties = { 'delivery.timeout.ms': 20 }
    const run = await started(stub, { ...options, properties })
    await run.writeAll('a')
    await assert.rejects(run.checkpoint(1), isCode('KAFKA_WRITE_FAILED'))
    await assert.rejects(async () => run.write('b'), isCode('KAFKA_WRITE_FAILED'))
  })

  it('fail the job also where none comes after them', async () => {
    const stub = brokersWith(1)
    stub.refuses = () => 10
    const run = await started(stub, options)
    await run.writeAll('a')
    await run.until(() => run.failures.length > 0)
    assert.ok(isCode('KAFKA_RECORD_REFUSED')(run.failures[0]))
  })

  it('are refused with what the broker says of them', async () => {
    const stub = brokersWith(1)
    stub.refuses = () => INVALID_RECORD
    stub.refusalWords = 'Compacted topic cannot accept message without key in topic partition t-0.'
    const run = await started(stub, options)
    await run.writeAll('a')
    await assert.rejects(run.checkpoint(1), (error: unknown) => {
      assert.ok(FlinkError.is(error, 'KAFKA_RECORD_REFUSED'), String(error))
      assert.match(error.message, /answers INVALID_RECORD \(Compacted topic .* t-0\) for a batch of 1 records/)
      return true
    })
  })

  it('wait where more than buffer.memory is not written', async () => {
    const stub = brokersWith(1)
    const run = await started(stub, { ...options, properties: { 'buffer.memory': 1000, 'linger.ms': 60_000 } })
    await run.write('x')
    const waits = Array.from({ length: 20 }, () => run.write('y'.repeat(90))).filter((each) => each !== undefined)
    assert.ok(waits.length > 0)
    await Promise.all(waits)
    assert.ok(stub.written.length > 0)
    await run.close()
  })

  it('go in smaller batches where the topic does not take one, once each and in their order', async () => {
    for (const properties of [{}, { 'compression.type': 'gzip' }]) {
      const stub = brokersWith(1)
      stub.refuses = ({ values }) => (values.length > 3 ? TOO_LARGE : undefined)
      const run = await started(stub, { properties: { 'linger.ms': 60_000, ...properties } })
      const values = Array.from({ length: 50 }, (_, index) => `v${String(index)}`)
      await run.writeAll(...values)
      await run.checkpoint(1)
      await run.writeAll('after')
      await run.finish(2)
      assert.deepEqual(stub.visible('t'), [...values, 'after'])
      assert.ok(stub.written.every(({ values: written }) => written.length <= 3))
      await run.close()
    }
  })

  it('are refused with their size and the limit where one alone is larger than the topic takes', async () => {
    const stub = brokersWith(1)
    stub.refuses = ({ values }) => (values.some(({ length }) => length > 5000) ? TOO_LARGE : undefined)
    stub.mostMessageBytes = 4096
    const run = await started(stub, options)
    await run.writeAll('a', 'x'.repeat(6000), 'b')
    const isSaid = (error: unknown): boolean =>
      FlinkError.is(error, 'KAFKA_RECORD_REFUSED') &&
      /for t .*5\.9 KB.*max\.message\.bytes of the topic is 4\.0 KB/.test(error.message)
    await assert.rejects(run.checkpoint(1), isSaid)
    assert.deepEqual(stub.visible('t'), ['a'])
    stub.mostMessageBytes = undefined
    const other = await started(stub, options)
    await other.writeAll('x'.repeat(6000))
    await assert.rejects(other.checkpoint(1), /max\.message\.bytes of the topic is less/)
  })

  it('are refused where they are larger than a request may be, and where their partition is not there', async () => {
    const stub = brokersWith(2)
    const run = await started(stub, { ...options, properties: { 'max.request.size': 1000 } })
    await run.write('fits')
    await assert.rejects(async () => run.write('x'.repeat(1000)), isCode('RECORD_NOT_WRITABLE'))
    const serializer = {
      serialize: (value: string) => ({ topic: 't', partition: 2, key: null, value, timestamp: null, headers: [] }),
    }
    const wrong = await started(stub, { ...options, serializer })
    await assert.rejects(async () => wrong.write('a'), isCode('RECORD_NOT_WRITABLE'))
    stub.create('t', 3)
    await wrong.write('a')
    await wrong.checkpoint(1)
    assert.equal(stub.written.at(-1)?.partition, 2)
  })

  it('are refused where the serializer gives what is no record', async () => {
    const serializer = { serialize: (value: string) => ({ topic: 't', value: Number(value) }) as never }
    const run = await started(brokersWith(), { ...options, serializer })
    await assert.rejects(async () => run.write('1'), isCode('RECORD_NOT_WRITABLE'))
  })

  it('fail the job where their topic is not there and no broker makes it', async () => {
    const run = await started(new StubProducers(), options)
    await assert.rejects(async () => run.write('a'), isCode('KAFKA_SINK_TOPIC_MISSING'))
  })

  it('have key, headers and timestamp as the serializer gives them, and are left out where it gives null', async () => {
    const stub = brokersWith(2)
    const serializer = KafkaRecordSerializationSchema.builder<string>()
      .setTopicSelector(() => 't')
      .setKeySerializationSchema((value) => `key of ${value}`)
      .setValueSerializationSchema((value) => Buffer.from(value))
      .setPartitioner((_value, _key, _bytes, _topic, partitions) => partitions.at(-1) ?? 0)
      .setHeaderProvider(() => [{ key: 'h', value: '1' }])
      .build()
    const run = await started(stub, { ...options, serializer })
    await run.writeAll('a')
    await run.checkpoint(1)
    const [batch] = stub.written
    const [record] = batch?.messages ?? []
    assert.equal(batch?.partition, 1)
    assert.deepEqual(Buffer.from(record?.key ?? []).toString(), 'key of a')
    assert.deepEqual(
      record?.headers.map(([key, value]) => [String(key), String(value)]),
      [['h', '1']],
    )
    const nothing = await started(stub, { ...options, serializer: { serialize: () => null } })
    await nothing.writeAll('b')
    await nothing.finish(1)
    assert.deepEqual(stub.visible('t'), ['a'])
    await Promise.all([run.close(), nothing.close()])
  })
})
