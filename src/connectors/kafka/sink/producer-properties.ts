// Duty: how a sink reaches its cluster and sends, of the properties that it was given.
// Thread: any.
import { DeliveryGuarantee } from '../../base/delivery-guarantee.js'
import type { KafkaClientSettings } from '../client/kafka-client-settings.js'
import { kafkaClientSettings } from '../properties/client-settings.js'
import { withoutEffect } from '../properties/known-properties.js'
import type { Properties } from '../properties/properties.js'
import { booleanProperty, choiceProperty, numberProperty, refuseProperty } from '../properties/property-values.js'
import type { CompressionType, ProducerSettings } from './producer-settings.js'

/** Larger than Kafka's 16 KB: here a request has the records of one partition once. */
const BATCH_BYTES = 64 * 1024
const REQUEST_BYTES = 1024 * 1024
const BUFFER_BYTES = 32 * 1024 * 1024
const LINGER_MS = 5
const DELIVERY_TIMEOUT_MS = 120_000
const COMPRESSIONS: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const ACKS = { all: -1, '-1': -1, '0': 0, '1': 1 } as const
const ON_LOST_TRANSACTION = ['fail', 'ignore'] as const

/** What a sink does something by, beside those of every client. */
const EFFECTIVE = [
  ...['acks', 'batch.size', 'buffer.memory', 'compression.type', 'delivery.timeout.ms', 'enable.idempotence'],
  ...['flink.on-lost-transaction', 'linger.ms', 'max.request.size', 'transaction.timeout.ms'],
]
/** Set by the builder; who sets it as a property would believe that it has an effect. */
const TRANSACTIONAL_ID = 'transactional.id'

export interface SinkProperties {
  readonly client: KafkaClientSettings
  readonly producer: ProducerSettings
  /** Those that change nothing, in the order in which they were set. */
  readonly ineffective: readonly string[]
}

/** KAFKA_PROPERTY_INVALID where one says what cannot be. */
export function sinkProperties(properties: Properties, guarantee: DeliveryGuarantee): SinkProperties {
  const transactionalId = properties.getProperty(TRANSACTIONAL_ID)
  if (transactionalId !== undefined) {
    const reason = 'a sink makes the names of its transactions itself: setTransactionalIdPrefix(...)'
    refuseProperty(TRANSACTIONAL_ID, transactionalId, reason)
  }
  return {
    client: kafkaClientSettings(properties, properties.getProperty('client.id') ?? 'flink-ts'),
    producer: producerSettings(properties, guarantee),
    ineffective: withoutEffect(properties, EFFECTIVE),
  }
}

function producerSettings(properties: Properties, guarantee: DeliveryGuarantee): ProducerSettings {
  const acks = acksOf(properties, guarantee)
  const maxRequestBytes = numberProperty(properties, 'max.request.size', REQUEST_BYTES, 1)
  const batchBytes = numberProperty(properties, 'batch.size', Math.min(BATCH_BYTES, maxRequestBytes))
  return {
    ...{ acks, batchBytes, maxRequestBytes },
    isIdempotent: isIdempotent(properties, acks, guarantee),
    // Who has said how large a batch is wants none that is larger.
    mostBatchBytes: properties.containsKey('batch.size')
      ? Math.min(Math.max(batchBytes, 1), maxRequestBytes)
      : maxRequestBytes,
    bufferBytes: numberProperty(properties, 'buffer.memory', BUFFER_BYTES, 1),
    lingerMs: numberProperty(properties, 'linger.ms', LINGER_MS),
    deliveryTimeoutMs: numberProperty(properties, 'delivery.timeout.ms', DELIVERY_TIMEOUT_MS, 1),
    compression: choiceProperty(properties, 'compression.type', COMPRESSIONS, 'none'),
    transactionTimeoutMs: properties.containsKey('transaction.timeout.ms')
      ? numberProperty(properties, 'transaction.timeout.ms', 0, 1)
      : undefined,
    onLostTransaction: choiceProperty(properties, 'flink.on-lost-transaction', ON_LOST_TRANSACTION, 'fail'),
  }
}

function acksOf(properties: Properties, guarantee: DeliveryGuarantee): -1 | 0 | 1 {
  const value = properties.getProperty('acks', 'all').trim()
  const acks = (ACKS as Readonly<Record<string, -1 | 0 | 1>>)[value]
  if (acks === undefined) return refuseProperty('acks', value, 'it has to be all, 1 or 0')
  if (acks !== -1 && guarantee === DeliveryGuarantee.EXACTLY_ONCE) {
    return refuseProperty('acks', value, 'a transaction waits for all replicas: with EXACTLY_ONCE it is all')
  }
  return acks
}

function isIdempotent(properties: Properties, acks: -1 | 0 | 1, guarantee: DeliveryGuarantee): boolean {
  const key = 'enable.idempotence'
  const value = booleanProperty(properties, key, acks === -1)
  if (!value && guarantee === DeliveryGuarantee.EXACTLY_ONCE) {
    return refuseProperty(key, 'false', 'transactions need it: with EXACTLY_ONCE it is true')
  }
  if (value && acks !== -1) {
    const reason = 'a batch is known again only where all replicas have it: it needs acks=all'
    return refuseProperty(key, 'true', reason)
  }
  return value
}
