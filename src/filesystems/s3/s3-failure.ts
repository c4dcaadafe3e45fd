// Duty: what the SDK throws, as an error of the table that says which store, which path and what to do.
// Thread: any.
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { errnoOf } from '../../core/fs/errno.js'
import { S3NotReached } from './first-contact.js'

/** What was asked, for messages. */
export interface S3Request {
  readonly operation: string
  readonly path: string
  readonly bucket: string
}

interface SdkError {
  readonly name?: unknown
  readonly Code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number }
}

const CREDENTIALS = 'check s3.access-key and s3.secret-key, or the credentials of the AWS SDK'
const REGION = 'set s3.region, or s3.endpoint, to those of the bucket'

/** What the store calls it, and what to do about it: trying again does not help. */
const REFUSALS: Readonly<Record<string, string>> = {
  AccessDenied: 'check the rights of the key on this bucket',
  AccountProblem: CREDENTIALS,
  AllAccessDisabled: 'check the rights of the key on this bucket',
  AuthorizationHeaderMalformed: REGION,
  CredentialsProviderError: CREDENTIALS,
  EntityTooLarge: 'it is larger than the store takes',
  ExpiredToken: CREDENTIALS,
  InvalidAccessKeyId: CREDENTIALS,
  InvalidBucketName: 'check the name of the bucket',
  InvalidToken: CREDENTIALS,
  KeyTooLongError: 'a key of S3 has 1,024 bytes at most',
  MethodNotAllowed: 'the store does not allow this',
  NoSuchBucket: 'create the bucket first, or check its name and s3.endpoint',
  NotImplemented: 'the store does not know this',
  PermanentRedirect: REGION,
  RequestTimeTooSkewed: 'set the clock of this machine',
  SignatureDoesNotMatch: CREDENTIALS,
}
/** What no store has answered, by what the SDK says of it. */
const LOCAL: readonly (readonly [message: RegExp, advice: string])[] = [
  [/^Region is missing/, "set s3.region; for a store that is not Amazon's set s3.endpoint"],
  [
    /wrong version number|packet length too long/,
    'it speaks no https: write s3.endpoint with http:// in front, or set s3.connection.ssl.enabled to false',
  ],
]
const FULL: ReadonlySet<string> = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage'])
const FULL_STATUS = 507

/** The name of what the store answered: `NoSuchKey`, `AccessDenied`; of an answer without a body `NotFound`. */
export function s3CodeOf(error: unknown): string {
  const { name, Code } = asSdkError(error)
  return typeof Code === 'string' && Code !== '' ? Code : String(name)
}

export function s3StatusOf(error: unknown): number | undefined {
  return asSdkError(error).$metadata?.httpStatusCode
}

/** How often the request was sent. */
export function s3AttemptsOf(error: unknown): number {
  return asSdkError(error).$metadata?.attempts ?? 1
}

export function isS3Missing(error: unknown): boolean {
  const code = s3CodeOf(error)
  return code === 'NoSuchKey' || code === 'NotFound' || (s3StatusOf(error) === 404 && !code.startsWith('NoSuch'))
}

/** `address`: of the store, as messages name it. */
export function s3Failure(error: unknown, request: S3Request, address: string): FlinkError {
  if (FlinkError.is(error)) return error
  const { operation, path, bucket } = request
  if (isS3Missing(error)) return new FlinkError('FILE_NOT_FOUND', { path }, { cause: error })
  const code = s3CodeOf(error)
  const status = s3StatusOf(error)
  if (FULL.has(code) || status === FULL_STATUS) return new FlinkError('DISK_FULL', { path }, { cause: error })
  const local = status === undefined ? LOCAL.find(([message]) => message.test(messageOf(error)))?.[1] : undefined
  const isRefused = local !== undefined || Object.hasOwn(REFUSALS, code) || status === 401 || status === 403
  const advice = local ?? REFUSALS[code] ?? CREDENTIALS
  const reason = `${said(error, address)}${isRefused ? `; ${advice} (bucket ${bucket})` : ''}`
  const kind = isRefused ? 'FILE_ACCESS_REFUSED' : 'FILE_IO_FAILED'
  return new FlinkError(kind, { operation, path, reason }, { cause: error })
}

function said(error: unknown, address: string): string {
  const status = s3StatusOf(error)
  const attempts = s3AttemptsOf(error)
  const [line = ''] = messageOf(error).split('\n')
  const text = line.replace(/\.$/, '')
  const code = s3CodeOf(error)
  const times = attempts > 1 ? ` (${String(attempts)} attempts)` : ''
  if (status !== undefined && status >= 300) {
    const name = code === text || code === 'Error' ? '' : ` ${code}`
    return `${address} answered ${String(status)}${name}${text === '' ? '' : `: ${text}`}${times}`
  }
  const errno = errnoOf(error instanceof S3NotReached ? error.failure : error)
  const isUnknown = errno === undefined || text.includes(errno)
  return `${address} cannot be used: ${isUnknown ? '' : `${errno}: `}${text === '' ? code : text}${times}`
}

function asSdkError(error: unknown): SdkError {
  return typeof error === 'object' && error !== null ? error : {}
}
