import { S3Options } from '../../core/config/s3-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { FlinkError } from '../../core/errors/flink-error.js'

/** What the configuration says of S3. */
export interface S3Settings {
  /** Undefined: Amazon's, of the region. */
  readonly endpoint: string | undefined
  readonly region: string | undefined
  readonly isPathStyle: boolean
  /** Undefined: as the SDK finds them. */
  readonly credentials: S3Credentials | undefined
  readonly isAnonymous: boolean
  readonly entropyKey: string | undefined
  readonly partSizeBytes: number
  readonly maxConcurrentUploads: number
  readonly hasChecksums: boolean
  readonly maxConnections: number
  readonly idleTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly maxAttempts: number
}

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** CONFIG_VALUE_INVALID for what cannot be meant. */
export function s3SettingsOf(configuration: Configuration): S3Settings {
  const endpoint = endpointOf(configuration)
  return {
    endpoint,
    region: configuration.get(S3Options.REGION),
    isPathStyle: configuration.get(S3Options.PATH_STYLE_ACCESS) ?? endpoint !== undefined,
    credentials: credentialsOf(configuration),
    isAnonymous: configuration.get(S3Options.ANONYMOUS_CREDENTIALS),
    entropyKey: configuration.get(S3Options.ENTROPY_KEY),
    partSizeBytes: configuration.get(S3Options.PART_SIZE),
    maxConcurrentUploads: configuration.get(S3Options.MAX_CONCURRENT_UPLOADS),
    hasChecksums: configuration.get(S3Options.CHECKSUM_VALIDATION),
    maxConnections: configuration.get(S3Options.CONNECTION_MAXIMUM),
    idleTimeoutMs: configuration.get(S3Options.CONNECTION_TIMEOUT),
    connectTimeoutMs: configuration.get(S3Options.ESTABLISH_TIMEOUT),
    maxAttempts: configuration.get(S3Options.ATTEMPTS_MAXIMUM),
  }
}

function endpointOf(configuration: Configuration): string | undefined {
  const text = configuration.get(S3Options.ENDPOINT)?.trim()
  if (text === undefined || text === '') return undefined
  const scheme = configuration.get(S3Options.CONNECTION_SSL_ENABLED) ? 'https' : 'http'
  const url = /^[a-z]+:\/\//i.test(text) ? text : `${scheme}://${text}`
  if (/^https?:/i.test(url) && URL.canParse(url)) return url.replace(/\/+$/, '')
  throw invalid(configuration, 'it is no host, host:port or URL of http or https')
}

function invalid(configuration: Configuration, reason: string): FlinkError {
  const { key, where } = configuration.placeOf(S3Options.ENDPOINT) ?? { key: S3Options.ENDPOINT.key, where: 'nowhere' }
  return new FlinkError('CONFIG_VALUE_INVALID', { key, value: configuration.getString(key) ?? '', where, reason })
}

function credentialsOf(configuration: Configuration): S3Credentials | undefined {
  const accessKeyId = configuration.get(S3Options.ACCESS_KEY)
  const secretAccessKey = configuration.get(S3Options.SECRET_KEY)
  const sessionToken = configuration.get(S3Options.SESSION_TOKEN)
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  }
  const [set, missing] =
    accessKeyId === undefined
      ? [S3Options.SECRET_KEY, S3Options.ACCESS_KEY]
      : [S3Options.ACCESS_KEY, S3Options.SECRET_KEY]
  const { key, where } = configuration.placeOf(set) ?? { key: set.key, where: 'nowhere' }
  throw new FlinkError('CONFIG_VALUE_INVALID', { key, value: '******', where, reason: `${missing.key} is not set` })
}
