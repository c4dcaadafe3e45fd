import type { DeliveryGuarantee } from '../../base/delivery-guarantee.js'
import type { KafkaLibrary } from '../client/kafka-library.js'
import type { SinkProperties } from './producer-properties.js'
import type { RecordSerialization } from './record-serialization.js'

/** What a KafkaSink is built of. */
export interface KafkaSinkParts<IN> extends SinkProperties {
  readonly serializer: RecordSerialization<IN>
  readonly guarantee: DeliveryGuarantee
  /** Undefined: with EXACTLY_ONCE each writer makes one for itself. */
  readonly transactionalIdPrefix: string | undefined
  /** For tests. */
  readonly library?: KafkaLibrary
}
