import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StreamExecutionEnvironment, WatermarkStrategy } from '../../../../src/index.js'
import {
  ConsumerRecord,
  FlinkKafkaConsumer,
  FlinkKafkaConsumer011,
  KafkaDeserializationSchema,
  KafkaRecordDeserializationSchema,
  KafkaSource,
  KafkaTopicPartition,
  OffsetsInitializer,
  Properties,
  TopicPartition,
  type KafkaDeserializer,
} from '../../../../src/connectors/kafka/kafka-entry.js'
import { FlinkError, type ErrorCode } from '../../../../src/index.js'
import { SimpleStringSchema } from '../../../../src/formats/string/string-entry.js'

const SERVERS = { 'bootstrap.servers': 'localhost:9092' }

function refusal(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => FlinkError.is(error, code) && message.test(error.message)
}

class Sizes extends KafkaDeserializationSchema<number> {
  override deserialize(record: ConsumerRecord): number {
    return record.serializedValueSize()
  }
}

describe('FlinkKafkaConsumer', () => {
  it('goes to addSource as in the course notes, under either name, and is parallel', () => {
    const properties = new Properties()
    properties.setProperty('bootstrap.servers', 'localhost:9092')
    properties.setProperty('group.id', 'testConsumer')
    properties.setProperty('auto.offset.reset', 'earliest')
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    for (const Consumer of [FlinkKafkaConsumer, FlinkKafkaConsumer011]) {
      const consumer = new Consumer<string>('nxtest', new SimpleStringSchema(), properties)
      consumer.setCommitOffsetsOnCheckpoints(true)
      env.addSource(consumer).setParallelism(3).print()
      assert.equal(consumer.toSource().getBoundedness(), 'CONTINUOUS_UNBOUNDED')
    }
  })

  it('takes where to begin, watermarks, several topics, patterns and schemas of records', () => {
    const strategy = WatermarkStrategy.forMonotonousTimestamps<number>()
    const consumer = new FlinkKafkaConsumer<number>(['a', 'b'], new Sizes(), SERVERS)
      .setStartFromEarliest()
      .setStartFromLatest()
      .setStartFromGroupOffsets()
      .setStartFromTimestamp(1000)
      .setStartFromSpecificOffsets(new Map([[new KafkaTopicPartition('a', 0), 23]]))
      .assignTimestampsAndWatermarks(strategy)
    assert.equal(consumer.getWatermarkStrategy(), strategy)
    assert.ok(consumer.toSource() instanceof KafkaSource)
    assert.ok(new FlinkKafkaConsumer(/a.*/, new SimpleStringSchema(), SERVERS).toSource() instanceof KafkaSource)
  })

  it('refuses what is no topic, schema or reset', () => {
    const consumer = (topics: never, schema: never): unknown => new FlinkKafkaConsumer(topics, schema, SERVERS)
    assert.throws(
      () => consumer([] as never, new Sizes() as never),
      refusal('GRAPH_INVALID', /as its first argument a topic/),
    )
    assert.throws(
      () => consumer('a' as never, {} as never),
      refusal('GRAPH_INVALID', /as its second argument a schema/),
    )
    const reset = new FlinkKafkaConsumer('a', new Sizes(), { ...SERVERS, 'auto.offset.reset': 'first' })
    assert.throws(() => reset.toSource(), refusal('KAFKA_PROPERTY_INVALID', /earliest, latest or none/))
  })
})

describe('KafkaSource.builder()', () => {
  const whole = (): ReturnType<typeof KafkaSource.builder<string>> =>
    KafkaSource.builder<string>()
      .setBootstrapServers('localhost:9092')
      .setTopics('a', 'b')
      .setValueOnlyDeserializer(new SimpleStringSchema())

  it('has an end only where it is told one that makes it bounded', () => {
    assert.equal(whole().build().getBoundedness(), 'CONTINUOUS_UNBOUNDED')
    assert.equal(whole().setUnbounded(OffsetsInitializer.latest()).build().getBoundedness(), 'CONTINUOUS_UNBOUNDED')
    assert.equal(whole().setBounded(OffsetsInitializer.latest()).build().getBoundedness(), 'BOUNDED')
    assert.equal(whole().build().getProducedType(), new SimpleStringSchema().getProducedType())
  })

  it("makes Kafka's deserializers by class, and leaves out records without a value", () => {
    class Told implements KafkaDeserializer<string> {
      #told = ''
      configure(configs: Readonly<Record<string, string>>, isKey: boolean): void {
        this.#told = `${configs['mark'] ?? ''}${String(isKey)}`
      }
      deserialize(topic: string, data: Uint8Array): string {
        return `${topic} ${Buffer.from(data).toString()} ${this.#told}`
      }
    }
    const schema = KafkaRecordDeserializationSchema.valueOnly(Told, { mark: '!' })
    const given: string[] = []
    const out = { collect: (text: string) => void given.push(text), close: () => undefined }
    const log = { topic: 't', partition: 0, topicId: 'id' }
    for (const value of [Buffer.from('a'), null]) {
      const parts = { offset: 0, timestamp: 0, hasLogAppendTime: false, key: null, value, headers: Buffer.from([0]) }
      schema.deserialize(new ConsumerRecord(log, parts), out)
    }
    assert.deepEqual(given, ['t a !false'])
    assert.ok(whole().setDeserializer(KafkaRecordDeserializationSchema.valueOnly(Told)).build() instanceof KafkaSource)
    const forgotten = (): unknown => whole().setValueOnlyDeserializer(SimpleStringSchema as never)
    assert.throws(forgotten, refusal('GRAPH_INVALID', /is a new missing/))
  })

  it('takes all that Flink knows', () => {
    const source = KafkaSource.builder<string>()
      .setBootstrapServers('localhost:9092')
      .setGroupId('g')
      .setClientIdPrefix('c')
      .setRackIdSupplier(() => 'rack')
      .setStartingOffsets(OffsetsInitializer.committedOffsets('LATEST'))
      .setProperty('isolation.level', 'read_committed')
      .setProperties({ 'fetch.max.bytes': 1000 })
      .setKafkaSubscriber({ getSubscribedTopicPartitions: () => Promise.resolve([new TopicPartition('a', 0)]) })
      .setDeserializer({ deserialize: (record, out) => out.collect(record.topic()) })
      .build()
    assert.ok(source instanceof KafkaSource)
  })

  it('says what is missing, or said twice', () => {
    const empty = KafkaSource.builder<string>().setBootstrapServers('localhost:9092')
    assert.throws(() => empty.build(), refusal('GRAPH_INVALID', /nothing is said about what to read/))
    assert.throws(() => empty.setTopics('a').build(), refusal('GRAPH_INVALID', /a deserializer is required/))
    assert.throws(() => whole().setTopicPattern('b'), refusal('GRAPH_INVALID', /because topics is already set/))
    const nowhere = KafkaSource.builder<string>().setTopics('a').setValueOnlyDeserializer(new SimpleStringSchema())
    assert.throws(() => nowhere.build(), refusal('KAFKA_PROPERTY_INVALID', /bootstrap\.servers/))
  })

  it('says in plain JavaScript what an argument should have been', () => {
    const builder = KafkaSource.builder<string>()
    const wrong = 1 as never
    assert.throws(() => builder.setTopics(wrong), refusal('GRAPH_INVALID', /a topic is a text/))
    assert.throws(() => builder.setTopicPattern(wrong), refusal('GRAPH_INVALID', /it takes a pattern/))
    assert.throws(() => builder.setPartitions([wrong]), refusal('GRAPH_INVALID', /it takes TopicPartitions/))
    assert.throws(() => builder.setStartingOffsets(wrong), refusal('GRAPH_INVALID', /it takes an OffsetsInitializer/))
    assert.throws(() => builder.setDeserializer(wrong), refusal('GRAPH_INVALID', /a schema with a method deserialize/))
    assert.throws(() => new TopicPartition('a', -1), refusal('GRAPH_INVALID', /a whole number from 0 on/))
  })
})
