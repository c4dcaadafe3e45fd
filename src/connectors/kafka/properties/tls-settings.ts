// Duty: the keys and certificates of a client, of files or of the properties themselves.
// Thread: any. Files are read at once, as when Kafka's own clients are made.
import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { KafkaClientSettings } from '../client/kafka-client-settings.js'
import type { Properties } from './properties.js'
import { refuseProperty } from './property-values.js'

type TlsSettings = NonNullable<KafkaClientSettings['tls']>

const CONVERT =
  'only PEM is read (for a keystore PKCS12 too). Convert it: keytool -importkeystore -srckeystore <file> -destkeystore store.p12 -deststoretype PKCS12, then openssl pkcs12 -in store.p12 -out store.pem -nodes, and set the type to PEM'

export function tlsSettings(properties: Properties): TlsSettings {
  return {
    ...trusted(properties),
    ...own(properties),
    checksServerName: properties.getProperty('ssl.endpoint.identification.algorithm') !== '',
  }
}

function trusted(properties: Properties): ConnectionOptions {
  const inline = properties.getProperty('ssl.truststore.certificates')
  if (inline !== undefined) return { ca: inline }
  const location = 'ssl.truststore.location'
  if (properties.getProperty(location) === undefined) return {}
  const type = storeType(properties, 'ssl.truststore.type')
  if (type !== 'PEM') refuseProperty('ssl.truststore.type', type, CONVERT)
  return { ca: fileOf(properties, location) }
}

function own(properties: Properties): ConnectionOptions {
  const passphrase = properties.getProperty('ssl.key.password') ?? properties.getProperty('ssl.keystore.password')
  const secret = passphrase === undefined ? {} : { passphrase }
  const chain = properties.getProperty('ssl.keystore.certificate.chain')
  const key = properties.getProperty('ssl.keystore.key')
  if (chain !== undefined && key !== undefined) return { cert: chain, key, ...secret }
  if (chain !== undefined || key !== undefined) {
    refuseProperty('ssl.keystore.key', '', 'ssl.keystore.certificate.chain and ssl.keystore.key have to be set both')
  }
  const location = 'ssl.keystore.location'
  if (properties.getProperty(location) === undefined) return {}
  const type = storeType(properties, 'ssl.keystore.type')
  const store = fileOf(properties, location)
  if (type === 'PEM') return { cert: store, key: store, ...secret }
  if (type === 'PKCS12') return { pfx: store, ...secret }
  return refuseProperty('ssl.keystore.type', type, CONVERT)
}

function storeType(properties: Properties, key: string): string {
  return (properties.getProperty(key) ?? 'JKS').trim().toUpperCase()
}

function fileOf(properties: Properties, key: string): Buffer {
  const path = properties.getProperty(key) ?? ''
  try {
    return readFileSync(path)
  } catch (error) {
    return refuseProperty(key, path, `the file cannot be read: ${messageOf(error)}`, error)
  }
}
