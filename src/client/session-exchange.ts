import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { RestCall } from './rest-caller.js'
import { ReasonError } from '../core/errors/reason-error.js'
import { SystemClock } from '../core/time/system-clock.js'

/** A timeout may be longer than a timer of Node's. */
const CLOCK = new SystemClock()
/** As Flink's `rest.client.max-content-length`. */
const LONGEST_ANSWER_BYTES = 100 * 1024 * 1024
const ROOM = ['drain', 'response', 'close'] as const

/** Where a session answers, and what it is shown. */
export interface SessionEndpoint {
  /** Of its root: `http://127.0.0.1:8081`, with a path where one is in front of it. */
  readonly url: string
  /** What is sent with every request, the token first of all. */
  readonly headers: Readonly<Record<string, string>>
  /** Of HTTPS: `SecureContextOptions` of Node's, whose types not every program has that uses a client. */
  readonly tls: object | undefined
}

export interface SessionRequest extends Pick<RestCall, 'method' | 'path'> {
  readonly headers: Readonly<Record<string, string | number>>
  /** Whoever asked does not wait any more. */
  readonly signal?: AbortSignal | undefined
  /** Writes the body, and rejects where it cannot be read. */
  readonly send: (write: (bytes: Uint8Array | string) => Promise<void>) => Promise<void>
}

export interface SessionAnswer {
  readonly status: number
  readonly text: string
}

/** No answer has come in time. */
export class NoAnswer extends Error {
  override readonly name: string = 'NoAnswer'
}

/** One request by a connection of its own; an Error of Node's, or NoAnswer, where it comes to no answer. */
export async function exchange(
  endpoint: SessionEndpoint,
  asked: SessionRequest,
  timeoutMs: number,
): Promise<SessionAnswer> {
  const url = new URL(endpoint.url)
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const options: RequestOptions = {
    agent: false,
    method: asked.method,
    path: `${url.pathname.replace(/\/$/, '')}/v1${asked.path}`,
    headers: { ...endpoint.headers, ...asked.headers },
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port,
    ...(asked.signal !== undefined && { signal: asked.signal }),
    ...endpoint.tls,
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (response) => {
      textOf(response).then((text) => {
        resolve({ status: response.statusCode ?? 0, text })
      }, reject)
    })
    const timer = CLOCK.setTimer(timeoutMs, () => outgoing.destroy(new NoAnswer('no answer')))
    outgoing.on('close', () => {
      timer.cancel()
    })
    outgoing.on('error', reject)
    const write = async (bytes: Uint8Array | string): Promise<void> => {
      if (!outgoing.destroyed && !outgoing.write(bytes)) await roomIn(outgoing)
    }
    asked.send(write).then(
      () => outgoing.end(),
      (error: unknown) => outgoing.destroy(error instanceof Error ? error : new ReasonError(String(error))),
    )
  })
}

/** Whoever takes no more is not waited for either: what is refused early has an answer that says why. */
function roomIn(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const onRoom = (): void => {
      for (const event of ROOM) outgoing.off(event, onRoom)
      resolve()
    }
    for (const event of ROOM) outgoing.on(event, onRoom)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let sizeBytes = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    sizeBytes += part.length
    if (sizeBytes > LONGEST_ANSWER_BYTES) throw new ReasonError('its answer does not end')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
