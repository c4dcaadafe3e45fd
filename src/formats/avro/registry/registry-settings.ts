import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'

/**
 * Properties of a client of the schema registry, by Confluent's names: `basic.auth.credentials.source` (USER_INFO or URL),
 * `basic.auth.user.info` (`user:password`; also with `schema.registry.` before it), `bearer.auth.credentials.source` (STATIC_TOKEN),
 * `bearer.auth.token`, `http.connect.timeout.ms` and `http.read.timeout.ms` (together what a try may take), `max.retries`,
 * `retries.wait.ms`.
 *
 * @example
 * ```ts
 * import type { SchemaRegistryConfigs } from 'flink-ts/formats/avro'
 *
 * const configs: SchemaRegistryConfigs = { 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'ann:secret' }
 * ```
 */
export type SchemaRegistryConfigs = Readonly<Record<string, string | number>>

export interface RegistrySettings {
  /** Without a slash at the end, and without a password. */
  readonly urls: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly tries: number
  readonly backoffMs: number
}

const DEFAULT_CONNECT_TIMEOUT_MS = 5_000
const DEFAULT_READ_TIMEOUT_MS = 5_000
const DEFAULT_RETRIES = 3
const DEFAULT_BACKOFF_MS = 200

const NUMBERS = {
  'http.connect.timeout.ms': DEFAULT_CONNECT_TIMEOUT_MS,
  'http.read.timeout.ms': DEFAULT_READ_TIMEOUT_MS,
  'max.retries': DEFAULT_RETRIES,
  'retries.wait.ms': DEFAULT_BACKOFF_MS,
} as const

const TEXTS: ReadonlySet<string> = new Set([
  'basic.auth.credentials.source',
  'basic.auth.user.info',
  'schema.registry.basic.auth.user.info',
  'bearer.auth.credentials.source',
  'bearer.auth.token',
])

/** GRAPH_INVALID, with `place`, for an address that is none, and for a property that nobody here knows or could keep. */
export function registrySettings(url: string, configs: SchemaRegistryConfigs, place: string): RegistrySettings {
  const parsed = urlsOf(url, place)
  for (const name of Object.keys(configs)) {
    if (TEXTS.has(name) || Object.hasOwn(NUMBERS, name)) continue
    const known = [...TEXTS, ...Object.keys(NUMBERS)].join(', ')
    refuse(place, `the property ${name} of a schema registry has no effect here; known are ${known}`)
  }
  const number = (name: keyof typeof NUMBERS): number => numberOf(configs, name, place)
  return {
    urls: parsed.map(withoutPassword),
    headers: authorization(configs, parsed, place),
    timeoutMs: number('http.connect.timeout.ms') + number('http.read.timeout.ms'),
    tries: number('max.retries') + 1,
    backoffMs: number('retries.wait.ms'),
  }
}

function urlsOf(url: string, place: string): URL[] {
  const given: unknown = url
  const texts = typeof given === 'string' ? given.split(',').map((each) => each.trim()) : []
  if (texts.length === 0) refuse(place, `the address of a schema registry is a text, not ${describeValue(given)}`)
  return texts.map((text) => {
    if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text)
    return refuse(place, `'${text}' is no address of a schema registry: http://host:port`)
  })
}

function withoutPassword(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`.replace(/\/+$/, '')
}

function authorization(
  configs: SchemaRegistryConfigs,
  urls: readonly URL[],
  place: string,
): Readonly<Record<string, string>> {
  const source = configs['basic.auth.credentials.source']
  const info = configs['basic.auth.user.info'] ?? configs['schema.registry.basic.auth.user.info']
  const token = configs['bearer.auth.token']
  const bearer = configs['bearer.auth.credentials.source']
  if (bearer !== undefined && bearer !== 'STATIC_TOKEN') {
    refuse(place, `bearer.auth.credentials.source is ${describeValue(bearer)}; known is STATIC_TOKEN`)
  }
  if (token !== undefined) return { authorization: `Bearer ${String(token)}` }
  if (source !== undefined && source !== 'USER_INFO' && source !== 'URL') {
    refuse(place, `basic.auth.credentials.source is ${describeValue(source)}; known are USER_INFO and URL`)
  }
  if (source === 'USER_INFO' && info === undefined) refuse(place, 'USER_INFO needs basic.auth.user.info: user:password')
  const [{ username, password } = { username: '', password: '' }] = urls
  const ofUrl = username === '' ? undefined : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const credentials = source === 'URL' ? ofUrl : (info ?? ofUrl)
  if (credentials === undefined) return {}
  return { authorization: `Basic ${Buffer.from(String(credentials)).toString('base64')}` }
}

function numberOf(configs: SchemaRegistryConfigs, name: keyof typeof NUMBERS, place: string): number {
  const value = Number(configs[name] ?? NUMBERS[name])
  if (Number.isInteger(value) && value >= 0) return value
  return refuse(place, `${name} is ${describeValue(configs[name])}, and has to be a whole number from 0 on`)
}

function refuse(operator: string, reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator, reason })
}
