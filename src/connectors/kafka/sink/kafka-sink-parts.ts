import type { DeliveryGuarantee } from '../../base/delivery-guarantee.js'
import type { KafkaClientSettings } from '../client/kafka-client-settings.js'
import type { ProducerSettings } from './producer-settings.js'
import type { RecordSerialization } from './record-serialization.js'

/** What a KafkaSink is built of. */
export interface KafkaSinkParts<IN> {
  readonly client: KafkaClientSettings
  readonly producer: ProducerSettings
  readonly serializer: RecordSerialization<IN>
  readonly guarantee: DeliveryGuarantee
  readonly transactionalIdPrefix: string | undefined
}
