// Duty: whether a request that came over TCP may be answered at all, before anything else looks at it.
//
// Invariants: what is refused hears the same whatever it asked for, so that nobody learns which paths and jobs there are;
// a page of another site (its own name for this address, or its scripts) gets nothing; the token is in no answer.
import { createHash, timingSafeEqual } from 'node:crypto'

export interface AskedRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** All that stand there: of `headers` a second one is gone. */
  readonly rawHeaders: readonly string[]
  /** The address of this machine at which the request came. */
  readonly localAddress: string | undefined
}

export interface Refusal {
  readonly status: number
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface RequestRulesSettings {
  /** Undefined: whoever reaches the endpoint may ask. */
  readonly token: string | undefined
  /** Names by which this machine is called, beside localhost. */
  readonly hostNames: readonly string[]
  /**
   * Files come in as forms send them. A browser says with each which page has sent it, so that one of another site is known
   * by its origin.
   */
  readonly takesUploads?: boolean
}

const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1']
const JSON_TYPE = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i
const FORM_TYPE = /^multipart\/form-data\s*;/i
const BEARER = /^Bearer +(\S+) *$/i

export class RequestRules {
  readonly #tokenHash: Buffer | undefined
  readonly #names: ReadonlySet<string>
  readonly #bodyTypes: readonly RegExp[]

  constructor({ token, hostNames, takesUploads }: RequestRulesSettings) {
    this.#bodyTypes = takesUploads === true ? [JSON_TYPE, FORM_TYPE] : [JSON_TYPE]
    this.#tokenHash = token === undefined ? undefined : hashOf(token)
    this.#names = new Set([...LOCAL_NAMES, ...hostNames.map((name) => name.toLowerCase())])
  }

  /** Undefined where the request may be answered. */
  refusalOf(request: AskedRequest): Refusal | undefined {
    return (
      this.#againstHost(request) ??
      this.#againstOrigin(request) ??
      this.#againstToken(request) ??
      againstBody(request, this.#bodyTypes)
    )
  }

  /** DNS rebinding: a foreign page whose name has come to mean this machine still says its own name. */
  #againstHost(request: AskedRequest): Refusal | undefined {
    const host = textOf(request, 'host')
    const name = host === undefined ? undefined : hostNameOf(host)
    const isSingle = request.rawHeaders.filter((text, index) => index % 2 === 0 && /^host$/i.test(text)).length === 1
    if (isSingle && name !== undefined && (this.#names.has(name) || name === addressOf(request.localAddress))) {
      return undefined
    }
    return { status: 403, message: 'The Host header names no address of this endpoint (rest.address adds a name).' }
  }

  /** Cross-site requests. What is no browser sends none. */
  #againstOrigin(request: AskedRequest): Refusal | undefined {
    const origin = textOf(request, 'origin')
    if (origin === undefined) return undefined
    const [scheme] = /^https?:\/\//i.exec(origin) ?? []
    const own = scheme === undefined ? undefined : hostOf(`${scheme}${textOf(request, 'host') ?? ''}`)
    const isOwn = own !== undefined && own === hostOf(origin)
    return isOwn ? undefined : { status: 403, message: 'Requests of pages of another origin are not answered.' }
  }

  #againstToken(request: AskedRequest): Refusal | undefined {
    if (this.#tokenHash === undefined) return undefined
    const [, given] = BEARER.exec(textOf(request, 'authorization') ?? '') ?? []
    // Hashes have one length, whatever was given.
    if (given !== undefined && timingSafeEqual(hashOf(given), this.#tokenHash)) return undefined
    const headers = { 'www-authenticate': 'Bearer realm="flink-ts"' }
    const message = 'A bearer token is needed: Authorization: Bearer <token of rest.authentication.token-file>.'
    return { status: 401, message, headers }
  }
}

/** A page may send a form to anywhere without being asked for it, and no JSON. */
function againstBody(request: AskedRequest, types: readonly RegExp[]): Refusal | undefined {
  const length = textOf(request, 'content-length')
  const hasBody = textOf(request, 'transfer-encoding') !== undefined || (length !== undefined && Number(length) !== 0)
  if (!hasBody || types.some((type) => type.test(textOf(request, 'content-type') ?? ''))) return undefined
  return { status: 415, message: 'A body has to be JSON: Content-Type: application/json.' }
}

function textOf({ headers }: AskedRequest, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** With its port, where that is not the one that its scheme has anyway. */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}

/** Of `name`, `name:port`, `[::1]:port`; undefined where it is none of them. */
function hostNameOf(host: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(host) ?? []
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '')
}

/** An IPv4 address, also where the socket speaks IPv6. */
function addressOf(localAddress: string | undefined): string | undefined {
  return localAddress?.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase()
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
