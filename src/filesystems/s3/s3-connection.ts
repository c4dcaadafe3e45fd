// Duty: requests to a store. Pauses and repetitions are the SDK's: growing pauses with jitter, and no more of them once most requests
// fail, so that a store that is overloaded is left alone.
// Invariants: a request has time limits. Whatever goes wrong is an error of the table with the address of the store.
// Thread: any; each has its own, with its own connections.
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { limitFirstContact } from './first-contact.js'
import { loadS3, type S3Sdk } from './load-s3.js'
import { s3Failure, type S3Request } from './s3-failure.js'
import type { S3Settings } from './s3-settings.js'

/** Of a request until the answer begins: putting a large upload together takes a store minutes. */
const REQUEST_TIMEOUT_MS = 600_000
const DEFAULT_REGION = 'us-east-1'

export class S3Connection {
  readonly sdk: S3Sdk
  readonly settings: S3Settings
  readonly client: S3Client
  /** As messages name it. */
  readonly address: string

  private constructor(sdk: S3Sdk, settings: S3Settings) {
    this.sdk = sdk
    this.settings = settings
    this.client = new sdk.S3Client(clientConfigOf(settings))
    limitFirstContact(this.client)
    this.address = settings.endpoint ?? `Amazon S3${settings.region === undefined ? '' : ` (${settings.region})`}`
  }

  /** FILE_SYSTEM_SCHEME_UNSUPPORTED where the SDK is not installed. */
  static async open(scheme: string, settings: S3Settings): Promise<S3Connection> {
    return new S3Connection(await loadS3(scheme), settings)
  }

  /** Fails in words of the table, but for what `expected` takes out. */
  async run<T, E = never>(
    request: S3Request,
    work: () => Promise<T>,
    expected?: (error: unknown) => E | undefined,
  ): Promise<T | E> {
    try {
      return await work()
    } catch (error) {
      const instead = expected?.(error)
      if (instead !== undefined) return instead
      throw s3Failure(error, request, this.address)
    }
  }
}

function clientConfigOf(settings: S3Settings): S3ClientConfig {
  const { endpoint, region, credentials, isPathStyle, maxAttempts, maxConnections } = settings
  const checksums = settings.hasChecksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'
  const agent = { keepAlive: true, maxSockets: maxConnections }
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...regionOf(region, endpoint),
    ...(credentials === undefined ? {} : { credentials }),
    // Whoever signs nothing needs no credentials.
    ...(settings.isAnonymous ? { signer: { sign: (request) => Promise.resolve(request) } } : {}),
    forcePathStyle: isPathStyle,
    maxAttempts,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    // A server that does not answer `100 Continue` would cost six seconds a part.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: settings.connectTimeoutMs,
      socketTimeout: settings.idleTimeoutMs,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  }
}

/** Stores other than Amazon's have regions in their signatures only; of Amazon's the SDK looks for one, and knows none by itself. */
function regionOf(region: string | undefined, endpoint: string | undefined): Pick<S3ClientConfig, 'region'> {
  if (region !== undefined) return { region }
  return endpoint === undefined ? {} : { region: DEFAULT_REGION }
}
