import type { KafkaClientSettings } from '../client/kafka-client-settings.js'

export function provisionalClientSettings(properties: Readonly<Record<string, string>>): KafkaClientSettings {
  const bootstrapServers = (properties['bootstrap.servers'] ?? '').split(',').map((each) => {
    const [host = '', port = '9092'] = each.trim().split(':')
    return { host, port: Number(port) }
  })
  return {
    bootstrapServers,
    clientId: properties['client.id'] ?? 'flink-ts',
    requestTimeoutMs: Number(properties['request.timeout.ms'] ?? 30_000),
    apiTimeoutMs: 60_000,
    connectTimeoutMs: 10_000,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1000,
    metadataMaxAgeMs: 300_000,
    tls: undefined,
    sasl: undefined,
  }
}
