import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls'
import type { Configuration } from '../../core/config/configuration.js'
import type { ConfigOption } from '../../core/config/config-option.js'
import { SecurityOptions } from '../../core/config/security-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { readPlainFile } from '../../core/fs/plain-file.js'

/** A client that does not come to an end with it is cut off. */
const HANDSHAKE_TIMEOUT_MS = 10_000
const LARGEST_STORE_BYTES = 1 << 20
/** The first bytes of the stores of Java that Node cannot read: JKS, JCEKS. */
const JAVA_STORES = ['feedfeed', 'cececece']

interface StoreFile {
  readonly key: string
  readonly path: string
  readonly bytes: Buffer
}

/** What TLS needs, where the REST endpoint is to speak it. `pathOf`: where a file is that an option names. */
export async function tlsSettingsOf(
  configuration: Configuration,
  pathOf: (text: string) => string,
): Promise<TlsOptions | undefined> {
  if (!configuration.get(SecurityOptions.SSL_REST_ENABLED)) return undefined
  const keystore = configuration.get(SecurityOptions.SSL_REST_KEYSTORE)
  const store = await storeOf(SecurityOptions.SSL_REST_KEYSTORE, keystore, pathOf, 'security.ssl.rest.enabled')
  const identity = identityOf(store, configuration)
  if (!configuration.get(SecurityOptions.SSL_REST_AUTHENTICATION_ENABLED)) {
    return { ...identity, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }
  }
  const truststore = configuration.get(SecurityOptions.SSL_REST_TRUSTSTORE)
  const asked = 'security.ssl.rest.authentication-enabled'
  const trusted = await storeOf(SecurityOptions.SSL_REST_TRUSTSTORE, truststore, pathOf, asked)
  const ca = certificatesIn(trusted)
  return { ...identity, ca, requestCert: true, rejectUnauthorized: true, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }
}

/** What a client needs that is to trust the endpoint, and where that asks for it shows who it is. */
export async function clientTlsSettingsOf(
  configuration: Configuration,
  pathOf: (text: string) => string,
): Promise<SecureContextOptions> {
  const truststore = configuration.get(SecurityOptions.SSL_REST_TRUSTSTORE)
  const trusted =
    truststore === undefined || truststore === ''
      ? {}
      : { ca: certificatesIn(await storeOf(SecurityOptions.SSL_REST_TRUSTSTORE, truststore, pathOf, '')) }
  if (!configuration.get(SecurityOptions.SSL_REST_AUTHENTICATION_ENABLED)) return trusted
  const keystore = configuration.get(SecurityOptions.SSL_REST_KEYSTORE)
  const asked = 'security.ssl.rest.authentication-enabled'
  const store = await storeOf(SecurityOptions.SSL_REST_KEYSTORE, keystore, pathOf, asked)
  return { ...trusted, ...identityOf(store, configuration) }
}

async function storeOf(
  { key }: ConfigOption<unknown>,
  text: string | undefined,
  pathOf: (text: string) => string,
  askedBy: string,
): Promise<StoreFile> {
  if (text === undefined || text === '') {
    throw new FlinkError('REST_STORE_MISSING', { key, reason: `${askedBy} is true` })
  }
  const path = pathOf(text)
  try {
    return { key, path, bytes: await readPlainFile(path, { limitBytes: LARGEST_STORE_BYTES, links: 'followed' }) }
  } catch (error) {
    throw invalid({ key, path }, messageOf(error), 'Name a file that can be read.', error)
  }
}

/** Tried here, so that a wrong password is told before the job begins; the text of that has no password in it. */
function identityOf(store: StoreFile, configuration: Configuration): SecureContextOptions {
  refuseJavaStore(store)
  const password = configuration.get(SecurityOptions.SSL_REST_KEYSTORE_PASSWORD)
  const keyPassword = configuration.get(SecurityOptions.SSL_REST_KEY_PASSWORD) ?? password
  const { bytes } = store
  const identity = isPem(bytes)
    ? { key: bytes, cert: bytes, ...(keyPassword !== undefined && { passphrase: keyPassword }) }
    : { pfx: bytes, ...(password !== undefined && { passphrase: password }) }
  try {
    createSecureContext(identity)
  } catch (error) {
    const advice =
      'It has to be PKCS#12, or PEM with the private key and the certificates, and its password that of security.ssl.rest.keystore-password.'
    throw invalid(store, messageOf(error), advice, error)
  }
  return identity
}

/** Node takes certificates that are trusted as PEM only. */
function certificatesIn(store: StoreFile): Buffer {
  refuseJavaStore(store)
  const { path, bytes } = store
  const advice = `Of a PKCS#12 store: openssl pkcs12 -in ${path} -nokeys -out truststore.pem, and name truststore.pem.`
  if (!isPem(bytes)) throw invalid(store, 'it is not PEM', advice)
  try {
    createSecureContext({ ca: bytes })
  } catch (error) {
    throw invalid(store, messageOf(error), advice, error)
  }
  return bytes
}

function refuseJavaStore(store: StoreFile): void {
  const { path, bytes } = store
  if (!JAVA_STORES.includes(bytes.toString('hex', 0, 4))) return
  const advice = `Convert it with: keytool -importkeystore -srckeystore ${path} -destkeystore ${path}.p12 -deststoretype PKCS12, and name that.`
  throw invalid(store, 'it is a store of Java (JKS), which only Java reads', advice)
}

function isPem(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN ')
}

function invalid(
  { key, path }: Pick<StoreFile, 'key' | 'path'>,
  reason: string,
  advice: string,
  cause?: unknown,
): FlinkError {
  return new FlinkError('REST_STORE_INVALID', { key, path, reason, advice }, cause === undefined ? {} : { cause })
}
