/** Records that a Kafka sink cannot write, under each policy. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DeliveryGuarantee } from '../../../../src/connectors/base/delivery-guarantee.js'
import { KafkaRecordSerializationSchema } from '../../../../src/connectors/kafka/sink/kafka-record-serialization-schema.js'
import { FlinkError, type DeadLetter } from '../../../../src/index.js'
import { chainRun } from '../../runtime/taskmanager/task/chain-run.js'
import { KafkaSinkRun } from './kafka-sink-run.js'
import { StubProducers } from './stub-producers.js'

const WORDS = ['a', 'bad', 'b', 'x'.repeat(2000), 'no text', 'c']
const PROPERTIES = { 'max.request.size': 1000 }

const serializer = KafkaRecordSerializationSchema.builder<string>()
  .setTopic('t')
  .setValueSerializationSchema((word) => {
    if (word === 'bad') throw new RangeError('it is bad')
    return word === 'no text' ? (5 as never) : word
  })
  .build()

function sinkOver(stub: StubProducers): KafkaSinkRun['sink'] {
  stub.create('t', 1)
  return new KafkaSinkRun(stub, { guarantee: DeliveryGuarantee.AT_LEAST_ONCE, serializer, properties: PROPERTIES }).sink
}

describe('A KafkaSink with a record that it cannot write', () => {
  it('fails where nothing is said, and with onError fail', async () => {
    for (const isSaid of [false, true]) {
      const failing = chainRun(WORDS, (words) => {
        const written = words.sinkTo(sinkOver(new StubProducers()))
        if (isSaid) written.onError('fail')
      })
      await assert.rejects(failing, /it is bad/)
    }
  })

  it('leaves it out and counts it with onError skip: what its serializer throws or gives, and what is too large', async () => {
    const stub = new StubProducers()
    const { metrics } = await chainRun(WORDS, (words) => words.sinkTo(sinkOver(stub)).onError('skip'))
    assert.deepEqual(stub.visible('t'), ['a', 'b', 'c'])
    assert.equal(metrics['numRecordsSkipped'], 3)
  })

  it('makes a dead letter of it', async () => {
    const stub = new StubProducers()
    const letters: DeadLetter[] = []
    await chainRun(WORDS, (words) =>
      words.sinkTo(sinkOver(stub)).onError('dead-letter', (letter: DeadLetter) => void letters.push(letter)),
    )
    assert.deepEqual(stub.visible('t'), ['a', 'b', 'c'])
    assert.deepEqual(
      letters.map(({ record }) => record),
      ['bad', WORDS[3], 'no text'],
    )
    const [thrown = '', large = '', none = ''] = letters.map(({ error }) => error)
    assert.match(thrown, /RangeError: it is bad/)
    assert.match(large, /a record for t: it has 2\.1 KB, and max\.request\.size is 1000 B/)
    assert.match(none, /a record for .*t.*its serializer gave 5 as its value/)
  })

  it('fails under any policy where the brokers refuse: what else was lost with it nobody knows', async () => {
    const stub = new StubProducers()
    stub.refuses = () => 10
    const failing = chainRun(WORDS, (words) => words.sinkTo(sinkOver(stub)).onError('skip'))
    await assert.rejects(failing, (error) => FlinkError.is(error, 'KAFKA_RECORD_REFUSED'))
  })
})
