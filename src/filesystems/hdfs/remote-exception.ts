// Duty: what the exceptions of Hadoop, which WebHDFS answers by their names, ask of us.
import { WebHdfsFailure, type FailureKind } from './web-hdfs-failure.js'

const KINDS: Readonly<Record<string, FailureKind>> = {
  FileNotFoundException: 'missing',
  AccessControlException: 'refused',
  AuthorizationException: 'refused',
  AuthenticationException: 'refused',
  SecurityException: 'refused',
  InvalidToken: 'refused',
  IllegalArgumentException: 'refused',
  HadoopIllegalArgumentException: 'refused',
  InvalidPathException: 'refused',
  UnresolvedPathException: 'refused',
  UnsupportedOperationException: 'refused',
  ParentNotDirectoryException: 'refused',
  SnapshotAccessControlException: 'refused',
  PathComponentTooLongException: 'refused',
  MaxDirectoryItemsExceededException: 'refused',
  FileAlreadyExistsException: 'exists',
  PathIsNotEmptyDirectoryException: 'not empty',
  DSQuotaExceededException: 'full',
  NSQuotaExceededException: 'full',
  QuotaByStorageTypeExceededException: 'full',
  QuotaExceededException: 'full',
  DiskOutOfSpaceException: 'full',
  AlreadyBeingCreatedException: 'leased',
  RecoveryInProgressException: 'leased',
  LeaseExpiredException: 'leased',
  CannotObtainBlockLengthException: 'leased',
  StandbyException: 'standby',
  ObserverRetryOnActiveException: 'standby',
  RetriableException: 'busy',
  SafeModeException: 'busy',
  NotReplicatedYetException: 'busy',
  ServerNotActiveException: 'busy',
  NoSuchElementException: 'busy',
}

/** What is an IOException and nothing closer, by its words. */
const WORDS: readonly (readonly [words: RegExp, kind: FailureKind])[] = [
  [/there are 0 datanode\(s\) running/i, 'busy'],
  [/could only be (?:written|replicated) to 0/i, 'full'],
  [/no space left on device|exceeds the remaining|quota/i, 'full'],
  [/is not a (?:directory|file)|must both be directories|not a file/i, 'refused'],
  [/out of the range|out of range/i, 'broken'],
  [/safe mode/i, 'busy'],
  [/in state standby/i, 'standby'],
]
const INNER = /(?:^|[\s(])(?:[a-z]+\.)+([A-Za-z$]+(?:Exception|InvalidToken))(?=[(:])/

const HINTS = {
  401: '. Of Kerberos only its delegation tokens are known here: give one in HADOOP_TOKEN',
  404: '. Is this the HTTP address of a NameNode, or of HttpFS, and WebHDFS switched on there?',
} as const

interface RemoteException {
  readonly exception: string
  readonly message: string
}

/** The failure that an answer with this status stands for. */
export function failureOf(status: number, body: string): WebHdfsFailure {
  const remote = remoteExceptionIn(body)
  if (remote === undefined) return withoutException(status, body)
  const reason = `${remote.exception}: ${remote.message}`
  return new WebHdfsFailure(kindOf(remote, status), reason)
}

/** What answers without Hadoop's words is most likely something else, or stands in front of it; 404 does not say that a file is not there. */
function withoutException(status: number, body: string): WebHdfsFailure {
  const hint = status === 401 || status === 404 ? HINTS[status] : ''
  const isPassing = status >= 500 || status === 408 || status === 429
  return new WebHdfsFailure(
    isPassing ? 'busy' : 'refused',
    `the answer was HTTP ${String(status)}${excerpt(body)}${hint}`,
  )
}

function remoteExceptionIn(body: string): RemoteException | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return undefined
  }
  const found = fieldOf(parsed, 'RemoteException')
  const exception = fieldOf(found, 'exception')
  if (typeof exception !== 'string') return undefined
  const message = fieldOf(found, 'message')
  return { exception, message: firstLineOf(typeof message === 'string' ? message : '') }
}

function kindOf({ exception, message }: RemoteException, status: number): FailureKind {
  // FSLimitException$PathComponentTooLongException
  const name = exception.slice(exception.lastIndexOf('$') + 1)
  // A gateway or a DataNode may wrap what the NameNode said.
  const [, inner = ''] = INNER.exec(message) ?? []
  const known = KINDS[name === 'RemoteException' ? inner : name]
  if (known !== undefined && !(known === 'missing' && /not a file/i.test(message))) return known
  if (known !== undefined) return 'refused'
  const byWords = WORDS.find(([words]) => words.test(message))?.[1]
  if (byWords !== undefined) return byWords
  return KINDS[inner] ?? kindOfStatus(status)
}

/** Hadoop answers each IOException with 403, also for what passes, and 400 for a parameter that it does not know. */
function kindOfStatus(status: number): FailureKind {
  return status === 403 || status >= 500 ? 'busy' : 'refused'
}

/** Of a stack trace nobody wants more. */
function firstLineOf(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 500)
}

function excerpt(body: string): string {
  const text = body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 120)
  return text === '' ? '' : `: ${text}`
}

export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}
