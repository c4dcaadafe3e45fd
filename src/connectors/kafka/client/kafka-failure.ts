// Duty: what the client library throws: whether another try may help, and as an error of the table which broker, what was asked and
// what to do.
// Thread: any.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'

/** What was asked, for messages. */
export interface KafkaOperation {
  /** As in 'the offsets of orders-0'. */
  readonly operation: string
  readonly broker: string
  readonly timeout: string
  /** By which mechanism of SASL the client logs in. */
  readonly mechanism?: string | undefined
}

interface LibraryError {
  readonly code?: unknown
  readonly apiId?: unknown
  readonly canRetry?: unknown
  readonly serverErrorMessage?: unknown
  readonly errors?: readonly unknown[]
  readonly cause?: unknown
}

/** No answer, or none that can be read: the connection is of no use any more. */
const BROKEN = new Set(['PLT_KFK_NETWORK', 'PLT_KFK_UNEXPECTED_CORRELATION_ID', 'PLT_KFK_OUT_OF_BOUNDS'])
/** A try with other leaders, or another coordinator, may help. */
const MOVED = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'REPLICA_NOT_AVAILABLE',
  'BROKER_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'OFFSET_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
])
const RIGHTS = 'Give the user of this client the rights for it (kafka-acls), or let it log in as another one'
const REFUSALS: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED: RIGHTS,
  GROUP_AUTHORIZATION_FAILED: RIGHTS,
  CLUSTER_AUTHORIZATION_FAILED: RIGHTS,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: RIGHTS,
  SASL_AUTHENTICATION_FAILED: 'Check sasl.jaas.config',
  UNSUPPORTED_SASL_MECHANISM: 'Check sasl.mechanism: the broker does not have this one',
  ILLEGAL_SASL_STATE: 'Check security.protocol: this listener wants no SASL',
  SECURITY_DISABLED: 'Check security.protocol',
}
const LOGIN = 'Check security.protocol, sasl.mechanism and sasl.jaas.config'
/** The broker has hung up on a client that speaks another protocol, or the client has on the broker. */
const PROTOCOL =
  '. Where it runs, compare security.protocol with the listener of this port: one that wants TLS or a login closes connections without a word'
const CERTIFICATE =
  'Check ssl.truststore.* (whom this client trusts), ssl.keystore.* (who it is) and the name in the certificate of the broker'
const ADVICE: Readonly<Record<string, string>> = {
  UNSUPPORTED_VERSION: ' flink-ts needs brokers of Kafka 3.0 or newer',
  UNKNOWN_TOPIC_OR_PARTITION: ' Look whether the topic is there, and has so many partitions',
  INVALID_TRANSACTION_TIMEOUT: ' transaction.timeout.ms is longer than transaction.max.timeout.ms of the broker allows',
}

/** The names that the broker gave, such as NOT_COORDINATOR: of a request about several things several. */
export function protocolErrorsOf(error: unknown): readonly string[] {
  return innermost(error).flatMap(({ apiId }) => (typeof apiId === 'string' ? [apiId] : []))
}

export function isProtocolError(error: unknown, name: string): boolean {
  return protocolErrorsOf(error).includes(name)
}

/** The connection that it came over is to be dropped. */
export function isBroken(error: unknown): boolean {
  return chainOf(error).some(({ code }) => BROKEN.has(String(code)))
}

/** Leaders and coordinators are to be asked for anew. */
export function isMoved(error: unknown): boolean {
  return isBroken(error) || protocolErrorsOf(error).some((name) => MOVED.has(name))
}

/** Another try may help. */
export function isRetriable(error: unknown): boolean {
  if (FlinkError.is(error) || accessAdviceOf(error) !== undefined) return false
  if (isBroken(error)) return true
  const all = innermost(error)
  return all.length > 0 && all.every(({ canRetry }) => canRetry === true)
}

export function kafkaFailure(error: unknown, { operation, broker, timeout, mechanism }: KafkaOperation): FlinkError {
  if (FlinkError.is(error)) return error
  const reason = said(error)
  const access = accessAdviceOf(error)
  const login = mechanism === undefined ? '' : ` (it logs in by ${mechanism})`
  if (access !== undefined) {
    return new FlinkError(
      'KAFKA_ACCESS_REFUSED',
      { operation, broker, reason, advice: `${access}${login}.` },
      { cause: error },
    )
  }
  if (isBroken(error)) {
    const details = { operation, broker, timeout, reason: isClosedByOther(error) ? reason + PROTOCOL : reason }
    return new FlinkError('KAFKA_UNREACHABLE', details, { cause: error })
  }
  const [name = ''] = protocolErrorsOf(error)
  const advice = ADVICE[name] === undefined ? '' : `${ADVICE[name]}.`
  return new FlinkError('KAFKA_REQUEST_FAILED', { operation, broker, reason, advice }, { cause: error })
}

function accessAdviceOf(error: unknown): string | undefined {
  for (const name of protocolErrorsOf(error)) if (REFUSALS[name] !== undefined) return REFUSALS[name]
  for (const { code } of chainOf(error)) {
    if (code === 'PLT_KFK_AUTHENTICATION') return LOGIN
    if (isCertificateCode(code)) return CERTIFICATE
  }
  return undefined
}

/** Somebody was there. */
function isClosedByOther(error: unknown): boolean {
  return /^Connection closed|before secure TLS connection|ECONNRESET/.test(
    said(error).replace(/^Connection to .* failed: /, ''),
  )
}

/** What Node calls errors of certificates and handshakes. */
function isCertificateCode(code: unknown): boolean {
  if (typeof code !== 'string') return false
  return /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY)_|HOSTNAME_MISMATCH)/.test(
    code,
  )
}

/** What it was at last: of several errors each. */
function innermost(error: unknown): readonly LibraryError[] {
  const known = asLibraryError(error)
  if (known.errors !== undefined && known.errors.length > 0) return known.errors.flatMap(innermost)
  if (known.apiId === undefined && known.cause !== undefined) return innermost(known.cause)
  return [known]
}

/** It, and all that caused it. */
function chainOf(error: unknown): readonly LibraryError[] {
  if (typeof error !== 'object' || error === null) return []
  const known = asLibraryError(error)
  return [known, ...(known.errors ?? []).flatMap(chainOf), ...chainOf(known.cause)]
}

function said(error: unknown): string {
  const reasons = new Set<string>()
  for (const inner of innermost(error)) {
    const name = typeof inner.apiId === 'string' ? `${inner.apiId}: ` : ''
    const server = typeof inner.serverErrorMessage === 'string' ? ` (${inner.serverErrorMessage})` : ''
    const [line = ''] = messageOf(inner).split('\n')
    reasons.add(`${name}${line.replace(/\.$/, '')}${server}`)
  }
  const outer = innermost(error)[0] === error ? '' : messageOf(error).replace(/\.$/, '')
  const isOfNetwork = isBroken(error) && outer !== '' && !outer.startsWith('Received response')
  return `${isOfNetwork ? `${outer}: ` : ''}${[...reasons].join('; ')}`
}

function asLibraryError(error: unknown): LibraryError {
  return typeof error === 'object' && error !== null ? error : {}
}
