// Duty: requests to a store. Pauses and repetitions are the SDK's: growing pauses with jitter, and no more of them once most requests
// fail, so that a store that is overloaded is left alone.
// Invariants: a request has time limits. Whatever goes wrong is an error of the table with the address of the store.
// Thread: any; each has its own, with its own connections.
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { limitFirstContact } from './first-contact.js'
import { loadS3, loadS3Roles, type S3Sdk } from './load-s3.js'
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

  private constructor(sdk: S3Sdk, settings: S3Settings, config: S3ClientConfig) {
    this.sdk = sdk
    this.settings = settings
    this.client = new sdk.S3Client(config)
    limitFirstContact(this.client)
    this.address = settings.endpoint ?? `Amazon S3${settings.region === undefined ? '' : ` (${settings.region})`}`
  }

  /** FILE_SYSTEM_SCHEME_UNSUPPORTED where the SDK is not installed. */
  static async open(scheme: string, settings: S3Settings): Promise<S3Connection> {
    const sdk = await loadS3(scheme)
    return new S3Connection(sdk, settings, await clientConfigOf(scheme, settings))
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

async function clientConfigOf(scheme: string, settings: S3Settings): Promise<S3ClientConfig> {
  const { endpoint, region, isPathStyle, maxAttempts } = settings
  const checksums = settings.hasChecksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'
  const requestHandler = await requestHandlerOf(settings)
  const credentials = await credentialsOf(scheme, settings, requestHandler)
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...regionOf(region, endpoint),
    ...credentials,
    // Whoever signs nothing needs no credentials.
    ...(settings.isAnonymous ? { signer: { sign: (request) => Promise.resolve(request) } } : {}),
    forcePathStyle: isPathStyle,
    maxAttempts,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    // A server that does not answer `100 Continue` would cost six seconds a part.
    expectContinueHeader: false,
    requestHandler,
  }
}

type RequestHandler = NonNullable<S3ClientConfig['requestHandler']>

async function requestHandlerOf(settings: S3Settings): Promise<RequestHandler> {
  const { maxConnections, proxyUrl } = settings
  const agent = { keepAlive: true, maxSockets: maxConnections }
  return {
    connectionTimeout: settings.connectTimeoutMs,
    socketTimeout: settings.idleTimeoutMs,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
    ...(proxyUrl === undefined ? { httpAgent: agent, httpsAgent: agent } : await proxyAgents(agent, proxyUrl)),
  }
}

async function proxyAgents(
  options: { readonly keepAlive: boolean; readonly maxSockets: number },
  proxy: string,
): Promise<Record<string, unknown>> {
  const { HttpProxyAgent, HttpsProxyAgent } = await import('hpagent')
  const asked = { ...options, proxy }
  return { httpAgent: new HttpProxyAgent(asked), httpsAgent: new HttpsProxyAgent(asked) }
}

/** Without any the SDK looks for them as it always does. */
async function credentialsOf(
  scheme: string,
  { credentials, role, region, endpoint }: S3Settings,
  requestHandler: RequestHandler,
): Promise<Pick<S3ClientConfig, 'credentials'>> {
  if (role === undefined) return credentials === undefined ? {} : { credentials }
  const { fromTemporaryCredentials } = await loadS3Roles(scheme)
  const { arn, externalId, sessionName, durationSeconds } = role
  const params = { RoleArn: arn, RoleSessionName: sessionName, DurationSeconds: durationSeconds }
  return {
    credentials: fromTemporaryCredentials({
      ...(credentials === undefined ? {} : { masterCredentials: credentials }),
      params: { ...params, ...(externalId === undefined ? {} : { ExternalId: externalId }) },
      clientConfig: {
        ...regionOf(region, endpoint),
        ...(role.endpoint === undefined ? {} : { endpoint: role.endpoint }),
        requestHandler,
      },
    }),
  }
}

/** Stores other than Amazon's have regions in their signatures only; of Amazon's the SDK looks for one, and knows none by itself. */
function regionOf(region: string | undefined, endpoint: string | undefined): Pick<S3ClientConfig, 'region'> {
  if (region !== undefined) return { region }
  return endpoint === undefined ? {} : { region: DEFAULT_REGION }
}
