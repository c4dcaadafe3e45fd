import type { Properties } from './properties.js'
import { refuseProperty } from './property-values.js'

/** What every client does by them. */
const OF_ALL_CLIENTS = [
  ...['bootstrap.servers', 'client.id', 'client.id.prefix', 'request.timeout.ms', 'default.api.timeout.ms'],
  ...['socket.connection.setup.timeout.ms', 'retry.backoff.ms', 'retry.backoff.max.ms', 'metadata.max.age.ms'],
  ...['security.protocol', 'sasl.mechanism', 'sasl.jaas.config', 'sasl.oauthbearer.token.endpoint.url'],
  'sasl.oauthbearer.header.urlencode',
  ...['ssl.truststore.certificates', 'ssl.truststore.location', 'ssl.truststore.type', 'ssl.key.password'],
  ...['ssl.keystore.certificate.chain', 'ssl.keystore.key', 'ssl.keystore.location', 'ssl.keystore.type'],
  ...['ssl.keystore.password', 'ssl.endpoint.identification.algorithm'],
]

/** Named because Java's clients want them; here there is no choice that they could tell of. */
const SAID_BY_THE_CODE = new Set(['key.deserializer', 'value.deserializer', 'key.serializer', 'value.serializer'])

const JAVA_CLASS = 'it names a class of Java'
/** Whose effect somebody may rely on, so that to go on without it would be wrong. */
const REFUSED: Readonly<Record<string, string>> = {
  'ssl.engine.factory.class': JAVA_CLASS,
  'sasl.client.callback.handler.class': JAVA_CLASS,
  'sasl.login.class': JAVA_CLASS,
  'interceptor.classes': JAVA_CLASS,
}

/** Those that change nothing, in the order in which they were set. KAFKA_PROPERTY_INVALID for one that cannot be left out. */
export function withoutEffect(properties: Properties, effective: readonly string[]): readonly string[] {
  const known = new Set([...OF_ALL_CLIENTS, ...effective])
  const names = properties.stringPropertyNames()
  for (const name of names) {
    const reason = REFUSED[name]
    if (reason !== undefined) refuseProperty(name, properties.getProperty(name) ?? '', reason)
  }
  return names.filter((name) => !known.has(name) && !SAID_BY_THE_CODE.has(name))
}
