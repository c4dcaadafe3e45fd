import type { Collector } from '../../../api/functions/collector.js'
import type { ConsumerRecord } from './consumer-record.js'
import type { KafkaRecordDeserializationSchema } from './kafka-record-deserialization-schema.js'

/** Of one reader, which is at its end with a record of which its schema says so: that and all after it are left out. */
export class EndingDeserializer<T> implements KafkaRecordDeserializationSchema<T>, Collector<T> {
  readonly #schema: KafkaRecordDeserializationSchema<T>
  readonly #isEnd: (record: T) => boolean
  #out: Collector<T> | undefined
  #isOver = false

  constructor(schema: KafkaRecordDeserializationSchema<T>, isEnd: (record: T) => boolean) {
    this.#schema = schema
    this.#isEnd = isEnd
  }

  get isOver(): boolean {
    return this.#isOver
  }

  deserialize(record: ConsumerRecord, out: Collector<T>): void {
    this.#out = out
    this.#schema.deserialize(record, this)
  }

  collect(record: T): void {
    this.#isOver ||= this.#isEnd(record)
    if (!this.#isOver) this.#out?.collect(record)
  }
}
