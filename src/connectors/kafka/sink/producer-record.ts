import { describeValue } from '../../../core/errors/describe-value.js'
import { refuseArgument } from '../kafka-arguments.js'

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | string | null
}

/** In their order; a key may stand there several times. */
export type RecordHeaders = readonly RecordHeader[]

/** What a {@link ProducerRecord} may be made of. */
export interface ProducerRecordFields {
  readonly topic: string
  /** Where it is left out: by the key, or, without one, wherever there is room. */
  readonly partition?: number | null
  /** In ms since the epoch; where it is left out, the time of writing. */
  readonly timestamp?: number | null
  readonly key?: Uint8Array | string | null
  /** Null deletes the key in a compacted topic. */
  readonly value: Uint8Array | string | null
  readonly headers?: RecordHeaders
}

type Bytes = Uint8Array | string | null
type Given =
  | readonly [fields: ProducerRecordFields]
  | readonly [topic: string, value: Bytes]
  | readonly [topic: string, key: Bytes, value: Bytes]
  | readonly [topic: string, partition: number | null, key: Bytes, value: Bytes, headers?: RecordHeaders]
  | readonly [
      topic: string,
      partition: number | null,
      timestamp: number | null,
      key: Bytes,
      value: Bytes,
      headers?: RecordHeaders,
    ]

const NO_HEADERS: RecordHeaders = []

/**
 * A record on its way to Kafka, made as in Java (`new ProducerRecord(topic, key, value)`) or of an object with names. Texts count as their
 * UTF-8 bytes.
 *
 * @example
 * ```ts
 * import { ProducerRecord } from 'flink-ts/connectors/kafka'
 *
 * const record = new ProducerRecord('words', 'to', 'to 1')
 * const same = new ProducerRecord({ topic: 'words', key: 'to', value: 'to 1' })
 * console.log(record.topic === same.topic) // true
 * ```
 * @see https://kafka.apache.org/41/javadoc/org/apache/kafka/clients/producer/ProducerRecord.html
 */
export class ProducerRecord {
  readonly topic: string
  readonly partition: number | null
  readonly timestamp: number | null
  readonly key: Bytes
  readonly value: Bytes
  readonly headers: RecordHeaders

  constructor(...given: Given) {
    const fields = fieldsOf(given)
    if (typeof fields !== 'object' || typeof fields.topic !== 'string' || fields.topic === '') {
      refuseArgument('new ProducerRecord', `the topic has to be a text, but was ${describeValue(fields.topic)}`)
    }
    this.topic = fields.topic
    this.partition = fields.partition ?? null
    this.timestamp = fields.timestamp ?? null
    this.key = fields.key ?? null
    this.value = fields.value
    this.headers = fields.headers ?? NO_HEADERS
  }
}

function fieldsOf(given: Given): ProducerRecordFields {
  if (given.length === 1) return given[0]
  if (given.length === 2) return { topic: given[0], value: given[1] }
  if (given.length === 3) return { topic: given[0], key: given[1], value: given[2] }
  const [topic, partition] = given
  // With five of them the last tells: headers are a list, a value is none.
  if (given.length === 6 || (given.length === 5 && !Array.isArray(given[4]))) {
    const [, , timestamp, key, value, headers] = given as Extract<Given, { readonly length: 5 | 6 }>
    return { topic, partition, timestamp, key, value, ...(headers === undefined ? {} : { headers }) }
  }
  const [, , key, value, headers] = given as readonly [string, number | null, Bytes, Bytes, RecordHeaders?]
  return { topic, partition, key, value, ...(headers === undefined ? {} : { headers }) }
}
