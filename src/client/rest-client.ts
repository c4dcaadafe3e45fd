import { request, type IncomingMessage } from 'node:http'
import { FlinkError } from '../core/errors/flink-error.js'

const TIMEOUT_MS = 60_000

export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly body?: object
}

/** Speaks the REST API of one job process over its Unix socket. */
export class RestClient {
  readonly #jobId: string
  readonly #socketPath: string

  constructor(jobId: string, socketPath: string) {
    this.#jobId = jobId
    this.#socketPath = socketPath
  }

  /** The parsed answer; an error answer is thrown as CONTROL_REQUEST_FAILED with the server's own words. */
  async call(call: RestCall): Promise<unknown> {
    const text = await this.#exchange(call)
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch (error) {
      throw this.#failed('the answer is not JSON', error)
    }
    const errors = errorsOf(body)
    if (errors !== undefined) {
      throw new FlinkError('CONTROL_REQUEST_FAILED', { reason: errors.join(', ') })
    }
    return body
  }

  #exchange(call: RestCall): Promise<string> {
    const body = JSON.stringify(call.body ?? {})
    const headers = { 'content-type': 'application/json; charset=UTF-8', 'content-length': Buffer.byteLength(body) }
    return new Promise((resolve, reject) => {
      const onResponse = (response: IncomingMessage): void => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => {
          resolve(text)
        })
        response.on('error', (error) => {
          reject(this.#failed(error.message, error))
        })
      }
      const options = { socketPath: this.#socketPath, method: call.method, path: `/v1${call.path}`, headers }
      const outgoing = request({ ...options, timeout: TIMEOUT_MS }, onResponse)
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${String(TIMEOUT_MS / 1000)} s`)))
      outgoing.on('error', (error) => {
        reject(this.#failed(error.message, error))
      })
      outgoing.end(body)
    })
  }

  #failed(reason: string, cause: unknown): FlinkError {
    return new FlinkError('CONTROL_SOCKET_FAILED', { jobId: this.#jobId, reason }, { cause })
  }
}

/** Flink's rule: an object whose only key is `errors` is an error, whatever the status. */
function errorsOf(body: unknown): string[] | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const keys = Object.keys(body)
  if (keys.length !== 1 || keys[0] !== 'errors') return undefined
  const { errors } = body as { errors: unknown }
  return Array.isArray(errors) ? errors.map(String) : [String(errors)]
}
