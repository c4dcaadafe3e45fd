// Duty: how a sink sends, of the properties that it was given.
// Thread: any.
import { DeliveryGuarantee } from '../../base/delivery-guarantee.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { CompressionType, ProducerSettings } from './producer-settings.js'

/** Larger than Kafka's 16 KB: here a request has the records of one partition once. */
const BATCH_BYTES = 64 * 1024
const REQUEST_BYTES = 1024 * 1024
const BUFFER_BYTES = 32 * 1024 * 1024
const LINGER_MS = 5
const DELIVERY_TIMEOUT_MS = 120_000
const COMPRESSIONS: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const ACKS = { all: -1, '-1': -1, '0': 0, '1': 1 } as const
const MOST = 0x7fffffff

type Properties = Readonly<Record<string, string>>

/** Keys that a sink understands beside those of every client. */
export const PRODUCER_PROPERTIES = [
  'acks',
  'batch.size',
  'buffer.memory',
  'compression.type',
  'delivery.timeout.ms',
  'enable.idempotence',
  'flink.on-lost-transaction',
  'linger.ms',
  'max.request.size',
  'transaction.timeout.ms',
] as const

/** KAFKA_PROPERTY_INVALID where one says what cannot be. */
export function producerSettings(properties: Properties, guarantee: DeliveryGuarantee): ProducerSettings {
  const acks = acksOf(properties, guarantee)
  const maxRequestBytes = wholeNumber(properties, 'max.request.size', REQUEST_BYTES, 1)
  const batchBytes = wholeNumber(properties, 'batch.size', Math.min(BATCH_BYTES, maxRequestBytes), 0)
  return {
    acks,
    isIdempotent: isIdempotent(properties, acks, guarantee),
    batchBytes,
    // Who has said how large a batch is wants none that is larger.
    maxRequestBytes,
    mostBatchBytes: properties['batch.size'] === undefined ? maxRequestBytes : Math.max(batchBytes, 1),
    bufferBytes: wholeNumber(properties, 'buffer.memory', BUFFER_BYTES, 1),
    lingerMs: wholeNumber(properties, 'linger.ms', LINGER_MS, 0),
    deliveryTimeoutMs: wholeNumber(properties, 'delivery.timeout.ms', DELIVERY_TIMEOUT_MS, 1),
    compression: oneOf(properties, 'compression.type', COMPRESSIONS, 'none'),
    transactionTimeoutMs:
      properties['transaction.timeout.ms'] === undefined
        ? undefined
        : wholeNumber(properties, 'transaction.timeout.ms', 0, 1),
    onLostTransaction: oneOf(properties, 'flink.on-lost-transaction', ['fail', 'ignore'], 'fail'),
  }
}

function acksOf(properties: Properties, guarantee: DeliveryGuarantee): -1 | 0 | 1 {
  const value = properties['acks'] ?? 'all'
  const acks = (ACKS as Readonly<Record<string, -1 | 0 | 1>>)[value]
  if (acks === undefined) return refuse('acks', value, 'it is all, 1 or 0')
  if (acks !== -1 && guarantee === DeliveryGuarantee.EXACTLY_ONCE) {
    return refuse('acks', value, 'a transaction waits for all replicas: with EXACTLY_ONCE it is all')
  }
  return acks
}

function isIdempotent(properties: Properties, acks: -1 | 0 | 1, guarantee: DeliveryGuarantee): boolean {
  const value = oneOf(properties, 'enable.idempotence', ['true', 'false'], acks === -1 ? 'true' : 'false')
  if (value === 'false' && guarantee === DeliveryGuarantee.EXACTLY_ONCE) {
    return refuse('enable.idempotence', value, 'transactions need it: with EXACTLY_ONCE it is true')
  }
  if (value === 'true' && acks !== -1) {
    return refuse('enable.idempotence', value, `a batch is known again only where all replicas have it: acks=all, not ${String(acks)}`)
  }
  return value === 'true'
}

function wholeNumber(properties: Properties, key: string, otherwise: number, least: number): number {
  const value = properties[key]
  if (value === undefined) return otherwise
  const number = Number(value)
  if (/^\s*\d+\s*$/.test(value) && number >= least && number <= MOST) return number
  return refuse(key, value, `it is a whole number from ${String(least)} to ${String(MOST)}`)
}

function oneOf<T extends string>(properties: Properties, key: string, choices: readonly T[], otherwise: T): T {
  const value = properties[key]?.trim().toLowerCase()
  if (value === undefined) return otherwise
  return choices.find((each) => each === value) ?? refuse(key, value, `it is one of ${choices.join(', ')}`)
}

function refuse(property: string, value: string, reason: string): never {
  throw new FlinkError('KAFKA_PROPERTY_INVALID', { property, value, reason })
}
