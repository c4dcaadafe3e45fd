import { S3Options } from '../../core/config/s3-options.js'
import type { ConfigOption } from '../../core/config/config-option.js'
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
  readonly partSizeBytes: number
  readonly maxConcurrentUploads: number
  readonly hasChecksums: boolean
  readonly maxConnections: number
  readonly idleTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly maxAttempts: number
  /** Undefined: as the bucket says. */
  readonly encryption: S3Encryption | undefined
  readonly role: S3Role | undefined
  /** Undefined: connections are made to the store itself. */
  readonly proxyUrl: string | undefined
}

/** What each request says that makes an object, in the words of the SDK. */
export interface S3Encryption {
  readonly ServerSideEncryption: 'AES256' | 'aws:kms'
  readonly SSEKMSKeyId?: string
  readonly SSEKMSEncryptionContext?: string
}

/** What is asked for with the other credentials. */
export interface S3Role {
  readonly arn: string
  readonly externalId: string | undefined
  readonly sessionName: string
  readonly durationSeconds: number
  /** Undefined: Amazon's, in the region. */
  readonly endpoint: string | undefined
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
    partSizeBytes: configuration.get(S3Options.PART_SIZE),
    maxConcurrentUploads: configuration.get(S3Options.MAX_CONCURRENT_UPLOADS),
    hasChecksums: configuration.get(S3Options.CHECKSUM_VALIDATION),
    maxConnections: configuration.get(S3Options.CONNECTION_MAXIMUM),
    idleTimeoutMs: configuration.get(S3Options.CONNECTION_TIMEOUT),
    connectTimeoutMs: configuration.get(S3Options.ESTABLISH_TIMEOUT),
    maxAttempts: configuration.get(S3Options.ATTEMPTS_MAXIMUM),
    encryption: encryptionOf(configuration),
    role: roleOf(configuration),
    proxyUrl: proxyUrlOf(configuration),
  }
}

function endpointOf(configuration: Configuration): string | undefined {
  const text = configuration.get(S3Options.ENDPOINT)?.trim()
  if (text === undefined || text === '') return undefined
  const scheme = configuration.get(S3Options.CONNECTION_SSL_ENABLED) ? 'https' : 'http'
  const url = /^[a-z]+:\/\//i.test(text) ? text : `${scheme}://${text}`
  if (/^https?:/i.test(url) && URL.canParse(url)) return url.replace(/\/+$/, '')
  throw invalid(configuration, S3Options.ENDPOINT, 'it is no host, host:port or URL of http or https')
}

function encryptionOf(configuration: Configuration): S3Encryption | undefined {
  const type = configuration.get(S3Options.SSE_TYPE)
  const keyId = configuration.get(S3Options.SSE_KMS_KEY_ID)
  if (type !== 'sse-kms') return type === 'none' ? undefined : { ServerSideEncryption: 'AES256' }
  const context = configuration.get(S3Options.SSE_KMS_ENCRYPTION_CONTEXT)
  const text = Buffer.from(JSON.stringify(context)).toString('base64')
  return {
    ServerSideEncryption: 'aws:kms',
    ...(keyId === undefined ? {} : { SSEKMSKeyId: keyId }),
    ...(Object.keys(context).length === 0 ? {} : { SSEKMSEncryptionContext: text }),
  }
}

function roleOf(configuration: Configuration): S3Role | undefined {
  const arn = configuration.get(S3Options.ASSUME_ROLE_ARN)
  if (arn === undefined) return undefined
  return {
    arn,
    externalId: configuration.get(S3Options.ASSUME_ROLE_EXTERNAL_ID),
    sessionName: configuration.get(S3Options.ASSUME_ROLE_SESSION_NAME),
    durationSeconds: configuration.get(S3Options.ASSUME_ROLE_SESSION_DURATION),
    endpoint: configuration.get(S3Options.ASSUME_ROLE_STS_ENDPOINT),
  }
}

function proxyUrlOf(configuration: Configuration): string | undefined {
  const host = configuration.get(S3Options.PROXY_HOST)
  if (host === undefined) return undefined
  const isSecure = configuration.get(S3Options.PROXY_SSL_ENABLED)
  const port = configuration.get(S3Options.PROXY_PORT) ?? (isSecure ? 443 : 80)
  const url = `${isSecure ? 'https' : 'http'}://${host}:${String(port)}`
  if (/[/@?#]/.test(host) || !URL.canParse(url)) throw invalid(configuration, S3Options.PROXY_HOST, 'it is no host')
  const proxy = new URL(url)
  proxy.username = encodeURIComponent(configuration.get(S3Options.PROXY_USERNAME) ?? '')
  proxy.password = encodeURIComponent(configuration.get(S3Options.PROXY_PASSWORD) ?? '')
  return proxy.href
}

function invalid(configuration: Configuration, option: ConfigOption<unknown>, reason: string): FlinkError {
  const { key, where } = configuration.placeOf(option) ?? { key: option.key, where: 'nowhere' }
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
