import { messageOf } from '../../../core/errors/thrown-value.js'
import type { SaslSettings } from '../client/kafka-client-settings.js'
import { parsedJaasConfig, type JaasEntry } from './jaas-config.js'
import { oauthToken } from './oauth-token.js'
import type { Properties } from './properties.js'
import { refuseProperty } from './property-values.js'

const JAAS = 'sasl.jaas.config'
const MECHANISM = 'sasl.mechanism'
const MODULES: Readonly<Record<SaslSettings['mechanism'], string>> = {
  PLAIN: 'PlainLoginModule',
  'SCRAM-SHA-256': 'ScramLoginModule',
  'SCRAM-SHA-512': 'ScramLoginModule',
  OAUTHBEARER: 'OAuthBearerLoginModule',
}

/** Who the client says that it is. */
export function saslSettings(properties: Properties): SaslSettings {
  const mechanism = checkedMechanism(properties.getProperty(MECHANISM) ?? 'GSSAPI')
  const entry = jaasEntry(properties)
  const { module, options } = entry
  if (module !== MODULES[mechanism]) {
    refuseProperty(JAAS, '', `its module ${module} is not that of ${mechanism}, which is ${MODULES[mechanism]}`)
  }
  if (mechanism === 'OAUTHBEARER') return { mechanism, token: oauthToken(properties, entry) }
  const [username, password] = [options.get('username'), options.get('password')]
  if (username === undefined || password === undefined)
    refuseProperty(JAAS, '', 'it needs username="..." and password="..."')
  return { mechanism, username, password }
}

function jaasEntry(properties: Properties): JaasEntry {
  const text = properties.getProperty(JAAS)
  if (text === undefined) refuseProperty(JAAS, '', 'it is not set, and security.protocol wants a login')
  try {
    return parsedJaasConfig(text)
  } catch (error) {
    return refuseProperty(JAAS, text, messageOf(error), error)
  }
}

function checkedMechanism(given: string): SaslSettings['mechanism'] {
  const mechanism = given.trim().toUpperCase()
  const known = Object.keys(MODULES).find((each): each is SaslSettings['mechanism'] => each === mechanism)
  if (known !== undefined) return known
  const advice =
    mechanism === 'GSSAPI' ? 'Kerberos, which is the default of Kafka, is not supported; set ' : 'it has to be '
  return refuseProperty(MECHANISM, given, `${advice}one of ${Object.keys(MODULES).join(', ')}`)
}
