import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { FlinkError } from '../core/errors/flink-error.js'
import { asError, messageOf } from '../core/errors/thrown-value.js'
import { errnoOf } from '../core/fs/errno.js'
import { durationText } from '../core/time/duration-text.js'
import { answerOf, type RestCall, type RestCaller } from './rest-caller.js'
import {
  exchange,
  NoAnswer,
  type SessionAnswer,
  type SessionEndpoint,
  type SessionRequest,
} from './session-exchange.js'

/** Flink's clients ask again where a server is there and not ready. */
const NOT_READY = 503
const LOWEST_ERROR = 400

export interface SessionRestClientSettings {
  readonly endpoint: SessionEndpoint
  /** What set the address, for messages. */
  readonly where: string
  /** `rest.retry.max-attempts`, `rest.retry.delay`. */
  readonly retry: { readonly attempts: number; readonly delayMs: number }
  /** It is on this machine: that nobody listens there is certain at once. */
  readonly isLocal: boolean
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  readonly monotonicMs: () => number
  /** Told once that it is tried again, and for how long. */
  readonly tell: (text: string) => void
}

/** Speaks Flink's REST API with a session over TCP. What is asked may be asked twice: ids of operations and jobs are the client's. */
export class SessionRestClient implements RestCaller {
  readonly #settings: SessionRestClientSettings
  readonly #signal: AbortSignal | undefined
  #hasAnswered = false
  #isTold = false

  /** `signal`: nothing is asked, and nothing waited for, after it. */
  constructor(settings: SessionRestClientSettings, signal?: AbortSignal) {
    this.#settings = settings
    this.#signal = signal
  }

  /** The same for who may give up before there is an answer. */
  until(signal: AbortSignal): SessionRestClient {
    return new SessionRestClient(this.#settings, signal)
  }

  get url(): string {
    return this.#settings.endpoint.url
  }

  /** It is on this machine. */
  get isLocal(): boolean {
    return this.#settings.isLocal
  }

  /** SESSION_UNREACHABLE, SESSION_UNRESPONSIVE, SESSION_ANSWER_INVALID beside what RestCaller says. */
  async call({ method, path, body }: RestCall, timeoutMs: number): Promise<unknown> {
    const text = JSON.stringify(body ?? {})
    const headers = { 'content-type': 'application/json; charset=UTF-8', 'content-length': Buffer.byteLength(text) }
    return this.#ask({ method, path, headers, send: (write) => write(text) }, timeoutMs)
  }

  /** What answers with a text, such as a log. Throws as `call` does. */
  async text(path: string, timeoutMs: number): Promise<string> {
    const request: SessionRequest = { method: 'GET', path, headers: {}, send: () => Promise.resolve() }
    const { status, text } = await this.#exchangeAgain(request, timeoutMs)
    if (status >= LOWEST_ERROR) throw this.#refused(text, status)
    return text
  }

  /** Sends a file as the only part of a form. Without a bound in time: how long it takes depends on its size. */
  async upload(path: string, file: { readonly path: string; readonly name: string }): Promise<unknown> {
    const boundary = `----flink-ts-${randomBytes(16).toString('hex')}`
    const name = file.name.replaceAll(/[\r\n"]/g, '_')
    const disposition = `content-disposition: form-data; name="jarfile"; filename="${name}"`
    const head = `--${boundary}\r\n${disposition}\r\ncontent-type: application/x-java-archive\r\n\r\n`
    const tail = `\r\n--${boundary}--\r\n`
    const { size } = await stat(file.path)
    const length = Buffer.byteLength(head) + size + Buffer.byteLength(tail)
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': length }
    const send: SessionRequest['send'] = async (write) => {
      await write(head)
      for await (const part of createReadStream(file.path) as AsyncIterable<Buffer>) await write(part)
      await write(tail)
    }
    return this.#ask({ method: 'POST', path, headers, send }, Infinity)
  }

  notUnderstood(reason: string, cause?: unknown): FlinkError {
    const address = this.url
    return new FlinkError('SESSION_ANSWER_INVALID', { address, reason }, cause === undefined ? {} : { cause })
  }

  async #ask(request: SessionRequest, timeoutMs: number): Promise<unknown> {
    const { status, text } = await this.#exchangeAgain(request, timeoutMs)
    return answerOf(this.#parsed(text, status), 'SESSION_REQUEST_FAILED')
  }

  #refused(text: string, status: number): unknown {
    try {
      answerOf(this.#parsed(text, status), 'SESSION_REQUEST_FAILED')
    } catch (error) {
      return error
    }
    return this.notUnderstood(`it says no reason (status ${String(status)})`)
  }

  #parsed(text: string, status: number): unknown {
    try {
      return JSON.parse(text)
    } catch (error) {
      throw this.notUnderstood(`its answer is not JSON (status ${String(status)})`, error)
    }
  }

  async #exchangeAgain(request: SessionRequest, timeoutMs: number): Promise<SessionAnswer> {
    const { endpoint, retry, monotonicMs, sleep } = this.#settings
    const begin = monotonicMs()
    for (let attempt = 0; ; attempt += 1) {
      const leftMs = timeoutMs - (monotonicMs() - begin)
      const mayTryAgain = attempt < retry.attempts && leftMs > retry.delayMs
      try {
        const answer = await exchange(endpoint, { ...request, signal: this.#signal }, leftMs)
        this.#hasAnswered = true
        if (answer.status !== NOT_READY || !mayTryAgain) return answer
      } catch (error) {
        this.#signal?.throwIfAborted()
        if (error instanceof NoAnswer) throw this.#unresponsive(timeoutMs, error)
        if (!mayTryAgain || this.#isFinal(error)) throw this.#unreachable(error)
        this.#tellOnce(error)
      }
      await sleep(retry.delayMs, this.#signal)
    }
  }

  /** A name that does not exist and a certificate that is not trusted stay so; on this machine also that nobody listens. */
  #isFinal(error: unknown): boolean {
    const { isLocal } = this.#settings
    const code = errnoOf(error) ?? ''
    if (code === 'ECONNREFUSED') return isLocal && !this.#hasAnswered
    return ![
      'ECONNRESET',
      'EPIPE',
      'ETIMEDOUT',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'EAI_AGAIN',
      'HPE_INVALID_EOF_STATE',
    ].includes(code)
  }

  #tellOnce(error: unknown): void {
    if (this.#isTold) return
    this.#isTold = true
    const { retry, tell } = this.#settings
    const until = durationText(retry.attempts * retry.delayMs)
    tell(`${reasonOf(error)}: ${this.url}. Trying again for ${until} (rest.retry.max-attempts, rest.retry.delay).`)
  }

  #unreachable(error: unknown): FlinkError {
    const { where } = this.#settings
    return new FlinkError(
      'SESSION_UNREACHABLE',
      { reason: reasonOf(error), address: this.url, where },
      { cause: asError(error) },
    )
  }

  #unresponsive(timeoutMs: number, cause: Error): FlinkError {
    const timeout = durationText(timeoutMs)
    return new FlinkError('SESSION_UNRESPONSIVE', { address: this.url, timeout }, { cause })
  }
}

/** In the words of Java where it has some: scripts look for them. */
function reasonOf(error: unknown): string {
  if (errnoOf(error) === 'ECONNREFUSED') return 'Connection refused'
  if (errnoOf(error) === 'ENOTFOUND') return 'Unknown host'
  return messageOf(error)
}
