import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DeliveryGuarantee } from '../../../../src/connectors/base/delivery-guarantee.js'
import { FlinkKafkaProducer } from '../../../../src/connectors/kafka/legacy/flink-kafka-producer.js'
import { FlinkKafkaProducer011 } from '../../../../src/connectors/kafka/legacy/flink-kafka-producer-011.js'
import { Properties, propertiesOf } from '../../../../src/connectors/kafka/properties/properties.js'
import { kafkaCommittables } from '../../../../src/connectors/kafka/sink/kafka-committable.js'
import { KafkaRecordSerializationSchema } from '../../../../src/connectors/kafka/sink/kafka-record-serialization-schema.js'
import type { KafkaSerializer } from '../../../../src/connectors/kafka/sink/kafka-record-serialization-schema-builder.js'
import { KafkaSink } from '../../../../src/connectors/kafka/sink/kafka-sink.js'
import { sinkProperties } from '../../../../src/connectors/kafka/sink/producer-properties.js'
import { ProducerRecord } from '../../../../src/connectors/kafka/sink/producer-record.js'
import { TransactionNamingStrategy } from '../../../../src/connectors/kafka/sink/transaction-naming-strategy.js'
import { SimpleStringSchema } from '../../../../src/formats/string/simple-string-schema.js'
import { FlinkError, StreamExecutionEnvironment } from '../../../../src/index.js'

const isCode = (code: string) => (error: unknown) => FlinkError.is(error) && error.code === code
const isInvalid = isCode('GRAPH_INVALID')
const { EXACTLY_ONCE, AT_LEAST_ONCE } = DeliveryGuarantee
const SERIALIZER = { serialize: (value: string) => new ProducerRecord('t', value) }

function settingsOf(properties: Readonly<Record<string, string>>, guarantee: DeliveryGuarantee = EXACTLY_ONCE) {
  return sinkProperties(propertiesOf({ 'bootstrap.servers': 'one:1', ...properties }), guarantee)
}

describe('The builder of a KafkaSink', () => {
  it('wants brokers, a serializer, and with EXACTLY_ONCE a prefix', () => {
    const builder = () => KafkaSink.builder<string>()
    assert.throws(() => builder().setBootstrapServers('one:1').build(), isInvalid)
    assert.throws(() => builder().setRecordSerializer(SERIALIZER).build(), isInvalid)
    const whole = builder().setBootstrapServers('one:1').setRecordSerializer(SERIALIZER)
    assert.ok(whole.build() instanceof KafkaSink)
    assert.throws(() => whole.setDeliveryGuarantee(EXACTLY_ONCE).build(), isInvalid)
    assert.ok(whole.setTransactionalIdPrefix('p').build() instanceof KafkaSink)
  })

  it('refuses what is none', () => {
    const builder = KafkaSink.builder<string>()
    assert.throws(() => builder.setDeliveryGuarantee('once' as never), isInvalid)
    assert.throws(() => builder.setRecordSerializer({} as never), isInvalid)
    assert.throws(() => builder.setTransactionalIdPrefix(''), isInvalid)
    assert.throws(() => builder.setTransactionalIdPrefix('x'.repeat(64_001)), isInvalid)
    assert.throws(() => builder.setBootstrapServers(7 as never), isInvalid)
  })

  it('names transactions one way, and says why it has no pool of names', () => {
    const builder = KafkaSink.builder<string>()
    assert.equal(builder.setTransactionNamingStrategy(TransactionNamingStrategy.INCREMENTING), builder)
    const pooled = (): unknown => builder.setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
    assert.throws(
      pooled,
      (error) => isInvalid(error) && /POOLING.*transactional\.id\.expiration\.ms/.test(String(error)),
    )
    assert.throws(() => builder.setTransactionNamingStrategy('any' as never), isInvalid)
  })

  it('reads properties by their names in Kafka, and names those without effect', () => {
    const { producer, ineffective } = settingsOf({
      'compression.type': 'LZ4',
      'batch.size': '1000',
      'linger.ms': '7',
      'max.in.flight.requests.per.connection': '1',
      'key.serializer': 'any',
    })
    assert.deepEqual([producer.compression, producer.batchBytes, producer.lingerMs], ['lz4', 1000, 7])
    assert.equal(producer.mostBatchBytes, 1000)
    assert.deepEqual(ineffective, ['max.in.flight.requests.per.connection'])
    assert.deepEqual([producer.acks, producer.isIdempotent, producer.transactionTimeoutMs], [-1, true, undefined])
    const weak = settingsOf({ acks: '1' }, AT_LEAST_ONCE).producer
    assert.deepEqual([weak.acks, weak.isIdempotent], [1, false])
  })

  for (const [name, value, guarantee] of [
    ['acks', '1', EXACTLY_ONCE],
    ['acks', '2', AT_LEAST_ONCE],
    ['enable.idempotence', 'false', EXACTLY_ONCE],
    ['transactional.id', 'mine', EXACTLY_ONCE],
    ['compression.type', 'zip', AT_LEAST_ONCE],
    ['linger.ms', 'soon', AT_LEAST_ONCE],
    ['flink.on-lost-transaction', 'perhaps', EXACTLY_ONCE],
  ] as const) {
    it(`refuses ${name}=${value} with ${guarantee}`, () => {
      assert.throws(() => settingsOf({ [name]: value }, guarantee), isCode('KAFKA_PROPERTY_INVALID'))
    })
  }

  it('refuses numbers for batches where nobody waits for all replicas', () => {
    assert.throws(
      () => settingsOf({ acks: '1', 'enable.idempotence': 'true' }, AT_LEAST_ONCE),
      isCode('KAFKA_PROPERTY_INVALID'),
    )
  })
})

describe('The builder of a serializer', () => {
  it("makes Kafka's serializers by class, and tells each its configuration and whether it is of keys", () => {
    class Told implements KafkaSerializer<string> {
      #told = ''
      configure(configs: Readonly<Record<string, string>>, isKey: boolean): void {
        this.#told = `${configs['mark'] ?? ''}${String(isKey)}`
      }
      serialize(topic: string, data: string): string {
        return `${topic} ${data} ${this.#told}`
      }
    }
    const schema = KafkaRecordSerializationSchema.builder<string>()
      .setTopic('t')
      .setKafkaKeySerializer(Told)
      .setKafkaValueSerializer(Told, { mark: '!' })
      .build()
    const { key, value } = schema.serialize('a', {} as never, null) ?? {}
    assert.deepEqual([key, value], ['t a true', 't a !false'])
    const builder = () => KafkaRecordSerializationSchema.builder<string>()
    assert.throws(() => builder().setKafkaValueSerializer(new Told(), { mark: '!' }), isInvalid)
    const forgotten = (): unknown => builder().setKafkaValueSerializer(SimpleStringSchema)
    assert.throws(forgotten, (error) => isInvalid(error) && /is a new missing/.test(String(error)))
  })

  it('takes one topic and one serializer of each kind', () => {
    const builder = () => KafkaRecordSerializationSchema.builder<string>()
    const value = (element: string): string => element
    assert.throws(() => builder().setTopic('t').build(), isInvalid)
    assert.throws(() => builder().setValueSerializationSchema(value).build(), isInvalid)
    assert.throws(
      () =>
        builder()
          .setTopic('t')
          .setTopicSelector(() => 't'),
      isInvalid,
    )
    assert.throws(
      () => builder().setValueSerializationSchema(value).setKafkaValueSerializer({ serialize: value }),
      isInvalid,
    )
    assert.throws(
      () => builder().setKeySerializationSchema(value).setKafkaKeySerializer({ serialize: value }),
      isInvalid,
    )
    assert.throws(() => builder().setPartitioner({} as never), isInvalid)
    assert.throws(() => builder().setHeaderProvider(7 as never), isInvalid)
  })
})

describe('A committable of Kafka', () => {
  it('comes back as it was stored, and is told from what others store', () => {
    const committable = { transactionalId: 'job-0-7', producerId: 2n ** 60n, epoch: 3 }
    const bytes = kafkaCommittables.serialize(committable)
    assert.deepEqual(kafkaCommittables.deserialize(1, bytes), committable)
    assert.throws(() => kafkaCommittables.deserialize(2, bytes))
    assert.throws(() => kafkaCommittables.deserialize(1, new Uint8Array([0, 1, 2])))
  })
})

/** Without its class. */
const fieldsOf = (record: ProducerRecord): object => Object.fromEntries(Object.entries(record))

describe('A ProducerRecord', () => {
  it('is made as in Java, or of an object with names', () => {
    const headers = [{ key: 'h', value: 'v' }]
    const all = { topic: 't', partition: 1, timestamp: 2, key: 'k', value: 'v', headers }
    const none = { partition: null, timestamp: null, key: null, headers: [] }
    assert.deepEqual(fieldsOf(new ProducerRecord(all)), all)
    assert.deepEqual(fieldsOf(new ProducerRecord('t', 'v')), { ...none, topic: 't', value: 'v' })
    assert.deepEqual(fieldsOf(new ProducerRecord('t', 'k', 'v')), { ...none, topic: 't', key: 'k', value: 'v' })
    assert.deepEqual(fieldsOf(new ProducerRecord('t', 1, 'k', 'v')), {
      ...none,
      topic: 't',
      partition: 1,
      key: 'k',
      value: 'v',
    })
    assert.deepEqual(fieldsOf(new ProducerRecord('t', 1, 'k', 'v', headers)), { ...all, timestamp: null })
    assert.deepEqual(fieldsOf(new ProducerRecord('t', 1, 2, 'k', 'v')), { ...all, headers: [] })
    assert.deepEqual(fieldsOf(new ProducerRecord('t', 1, 2, 'k', 'v', headers)), all)
    assert.throws(() => new ProducerRecord('', 'v'), isInvalid)
  })
})

describe('A FlinkKafkaProducer', () => {
  const properties = new Properties()
  properties.setProperty('bootstrap.servers', 'one:1')
  const { Semantic } = FlinkKafkaProducer

  it('is made by the constructors that it has in Java', () => {
    const schema = new SimpleStringSchema()
    const keyed = { serializeKey: (e: string) => e, serializeValue: (e: string) => e, getTargetTopic: () => null }
    for (const producer of [
      new FlinkKafkaProducer<string>('one:1', 't', schema),
      new FlinkKafkaProducer<string>('t', schema, properties),
      new FlinkKafkaProducer<string>('t', schema, properties, null),
      new FlinkKafkaProducer<string>('t', schema, { 'bootstrap.servers': 'one:1' }, null, Semantic.EXACTLY_ONCE, 5),
      new FlinkKafkaProducer<string>('t', keyed, properties, Semantic.EXACTLY_ONCE),
      new FlinkKafkaProducer<string>('t', SERIALIZER, properties, Semantic.AT_LEAST_ONCE, 3),
      new FlinkKafkaProducer011<string>('t', schema, properties, { partition: () => 0 }, Semantic.NONE),
    ]) {
      assert.ok(producer.toSink() instanceof KafkaSink)
    }
  })

  it('refuses what is none', () => {
    const schema = new SimpleStringSchema()
    assert.throws(() => new FlinkKafkaProducer<string>('', schema, properties), isInvalid)
    assert.throws(() => new FlinkKafkaProducer<string>('t', {} as never, properties), isInvalid)
    assert.throws(() => new FlinkKafkaProducer<string>('t', schema, {}), isInvalid)
    assert.throws(() => Reflect.construct(FlinkKafkaProducer, ['t', schema, properties, 'TWICE']), isInvalid)
    assert.throws(() => Reflect.construct(FlinkKafkaProducer, ['t', schema, properties, {}]), isInvalid)
    assert.throws(() => {
      new FlinkKafkaProducer<string>('t', schema, properties).setLogFailuresOnly(true)
    }, isInvalid)
  })

  it('is asked by addSink for the sink with writers that stands for it', () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    const producer = new FlinkKafkaProducer<string>('t', new SimpleStringSchema(), properties)
    let asked = 0
    const counted = { toSink: () => ((asked += 1), producer.toSink()) }
    env.fromElements('a').addSink(counted).name('to Kafka').uid('kafka')
    assert.equal(asked, 1)
  })
})
