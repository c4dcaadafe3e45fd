// Duty: one HTTP request, with a body that may be longer than memory, and its answer.
// Invariants: every wait has a limit. What fails is a WebHdfsFailure, `unreachable` where nobody answered. node:http and not fetch: a
// DataNode says 100 Continue without being asked, on which the fetch of Node 20 fails.
import http from 'node:http'
import https from 'node:https'
import { messageOf } from '../../core/errors/thrown-value.js'
import { WebHdfsFailure } from './web-hdfs-failure.js'

/** As long a silence is taken for the end of the connection. */
const SILENCE_LIMIT_MS = 60_000
const LONGEST_TEXT_BYTES = 64 * 1024 * 1024
/** One NameNode has to do with thousands of us. */
const CONNECTIONS_TO_NAME_NODE = 16

export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: http.IncomingMessage
}

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  /** Absent where the body comes piece by piece. */
  readonly contentLength?: number
}

/** A DataNode closes each connection after its answer; that to a NameNode is used again. */
export class HttpConnections {
  readonly #silenceLimitMs: number
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS_TO_NAME_NODE }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: CONNECTIONS_TO_NAME_NODE }),
  }

  constructor(silenceLimitMs: number = SILENCE_LIMIT_MS) {
    this.#silenceLimitMs = silenceLimitMs
  }

  /** Without a body: for requests to a NameNode. */
  async ask(request: HttpRequest): Promise<HttpAnswer> {
    const isSecure = request.url.protocol === 'https:'
    const sent = this.begin({ ...request, contentLength: 0 }, this.#agents[isSecure ? 'https:' : 'http:'])
    const answer = answerTo(sent)
    sent.end()
    return answer
  }

  /** The caller writes the body and ends it; `answerTo` has to be called at once. */
  begin({ method, url, contentLength }: HttpRequest, agent?: http.Agent): http.ClientRequest {
    const hasBody = method === 'PUT' || method === 'POST'
    const headers: http.OutgoingHttpHeaders = hasBody ? { 'content-type': 'application/octet-stream' } : {}
    if (hasBody && contentLength !== undefined) headers['content-length'] = contentLength
    const limitMs = this.#silenceLimitMs
    const { request } = url.protocol === 'https:' ? https : http
    const sent = request(url, { method, headers, timeout: limitMs, agent: agent ?? false })
    sent.on('timeout', () => {
      sent.destroy(new WebHdfsFailure('unreachable', `${url.host} was silent for ${String(limitMs / 1000)} s`))
    })
    return sent
  }
}

/** What comes of a request; nobody has to wait for it. */
export function answerTo(request: http.ClientRequest): Promise<HttpAnswer> {
  const answer = new Promise<HttpAnswer>((resolve, reject) => {
    request.once('response', (body) => {
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body })
    })
    request.on('error', (error) => {
      reject(unreachable(error, request.host))
    })
  })
  void Promise.allSettled([answer])
  return answer
}

export function unreachable(error: unknown, host: string): WebHdfsFailure {
  if (WebHdfsFailure.is(error)) return error
  const reason = messageOf(error)
  return new WebHdfsFailure('unreachable', reason === '' ? `${host} is not there` : `${host}: ${reason}`, {
    cause: error,
  })
}

/** The whole body; a body that ends early is a failure. */
export async function textOf({ body }: HttpAnswer): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > LONGEST_TEXT_BYTES) {
        body.destroy()
        throw new WebHdfsFailure('refused', `the answer is longer than ${String(LONGEST_TEXT_BYTES)} bytes`)
      }
      chunks.push(chunk)
    }
  } catch (error) {
    throw unreachable(error, 'the server')
  }
  if (!body.complete) throw new WebHdfsFailure('unreachable', 'the answer ends too early')
  return Buffer.concat(chunks).toString('utf8')
}
