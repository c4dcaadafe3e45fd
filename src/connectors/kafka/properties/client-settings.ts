import type { BrokerAddress, KafkaClientSettings } from '../client/kafka-client-settings.js'
import type { Properties } from './properties.js'
import { numberProperty, refuseProperty } from './property-values.js'
import { saslSettings } from './sasl-settings.js'
import { tlsSettings } from './tls-settings.js'

const PROTOCOLS: Readonly<Record<string, { readonly tls: boolean; readonly sasl: boolean }>> = {
  PLAINTEXT: { tls: false, sasl: false },
  SSL: { tls: true, sasl: false },
  SASL_PLAINTEXT: { tls: false, sasl: true },
  SASL_SSL: { tls: true, sasl: true },
}
const MAX_PORT = 65_535

/**
 * How a client reaches its cluster. Defaults are those of Kafka's own clients. Files that properties name are read here.
 * KAFKA_PROPERTY_INVALID where one cannot be what it is.
 */
export function kafkaClientSettings(properties: Properties, clientId: string): KafkaClientSettings {
  const protocolName = (properties.getProperty('security.protocol') ?? 'PLAINTEXT').trim().toUpperCase()
  const protocol = PROTOCOLS[protocolName]
  if (protocol === undefined) {
    refuseProperty('security.protocol', protocolName, `it has to be one of ${Object.keys(PROTOCOLS).join(', ')}`)
  }
  return {
    bootstrapServers: bootstrapServers(properties),
    clientId,
    requestTimeoutMs: numberProperty(properties, 'request.timeout.ms', 30_000, 1),
    apiTimeoutMs: numberProperty(properties, 'default.api.timeout.ms', 60_000, 1),
    connectTimeoutMs: numberProperty(properties, 'socket.connection.setup.timeout.ms', 10_000, 1),
    retryBackoffMs: numberProperty(properties, 'retry.backoff.ms', 100, 1),
    retryBackoffMaxMs: numberProperty(properties, 'retry.backoff.max.ms', 1_000, 1),
    metadataMaxAgeMs: numberProperty(properties, 'metadata.max.age.ms', 300_000),
    tls: protocol.tls ? tlsSettings(properties) : undefined,
    sasl: protocol.sasl ? saslSettings(properties) : undefined,
  }
}

/** `host:port`, several with commas. */
function bootstrapServers(properties: Properties): readonly BrokerAddress[] {
  const key = 'bootstrap.servers'
  const text = properties.getProperty(key) ?? ''
  const parts = text.split(',').map((part) => part.trim())
  const named = parts.filter((part) => part !== '')
  if (named.length === 0) refuseProperty(key, text, 'it has to name a broker, as in localhost:9092')
  return named.map((part) => {
    const found = /^(?:[A-Z_]+:\/\/)?(?:\[([^\]]+)\]|([^:\s]+)):(\d+)$/i.exec(part)
    const host = found?.[1] ?? found?.[2]
    const port = Number(found?.[3])
    if (host !== undefined && port > 0 && port <= MAX_PORT) return { host, port }
    return refuseProperty(key, text, `'${part}' is no host with a port, as in localhost:9092`)
  })
}
