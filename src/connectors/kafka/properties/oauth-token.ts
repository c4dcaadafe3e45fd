// Duty: tokens of OAUTHBEARER: of an endpoint for clients, or unsecured ones, as Kafka's own module makes them for tests.
// Thread: any.
import { SystemClock } from '../../../core/time/system-clock.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { JaasEntry } from './jaas-config.js'
import type { Properties } from './properties.js'
import { booleanProperty, refuseProperty } from './property-values.js'

const ENDPOINT = 'sasl.oauthbearer.token.endpoint.url'
/** As Kafka's own client, which sends them as they are unless it is told otherwise. */
const URL_ENCODE = 'sasl.oauthbearer.header.urlencode'
const SUBJECT = 'unsecuredLoginStringClaim_sub'
const LIFETIME_S = 3600
const TIMEOUT_MS = 10_000

export function oauthToken(properties: Properties, { options }: JaasEntry): () => Promise<string> {
  const endpoint = properties.getProperty(ENDPOINT)
  const subject = options.get(SUBJECT)
  if (endpoint !== undefined) {
    const [id, secret] = [options.get('clientId'), options.get('clientSecret')]
    if (id === undefined || secret === undefined) {
      refuseProperty('sasl.jaas.config', '', 'it needs clientId="..." and clientSecret="..." for the token endpoint')
    }
    const encodes = booleanProperty(properties, URL_ENCODE, false)
    const [user, password] = encodes ? [encodeURIComponent(id), encodeURIComponent(secret)] : [id, secret]
    return () => tokenOf(endpoint, { user, password, scope: options.get('scope') })
  }
  if (subject === undefined)
    refuseProperty(ENDPOINT, '', `it is not set, and neither is ${SUBJECT} in sasl.jaas.config`)
  return () => Promise.resolve(unsecuredToken(subject))
}

interface Credentials {
  readonly user: string
  readonly password: string
  readonly scope: string | undefined
}

async function tokenOf(endpoint: string, { user, password, scope }: Credentials): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) })
  const login = Buffer.from(`${user}:${password}`).toString('base64')
  try {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${login}`, accept: 'application/json' },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const { access_token: token } = (await answer.json()) as { readonly access_token?: unknown }
    if (answer.ok && typeof token === 'string') return token
    throw new ReasonError(`it answered ${String(answer.status)} without an access_token`)
  } catch (error) {
    const reason = messageOf(error)
    const advice = 'Check sasl.oauthbearer.token.endpoint.url and sasl.jaas.config.'
    throw new FlinkError(
      'KAFKA_ACCESS_REFUSED',
      { operation: 'its login', broker: endpoint, reason, advice },
      { cause: error },
    )
  }
}

/** Signed by nobody: for brokers that are set up to believe it. */
function unsecuredToken(subject: string): string {
  const now = Math.floor(new SystemClock().now() / 1000)
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now, exp: now + LIFETIME_S })}.`
}
