// Duty: the operations of WebHDFS as requests: to the NameNode with retries and fail-over, and the way to the DataNode that has the bytes.
// Invariants: what is tried again may be done twice without harm, or the caller finds out what was done. Failures are WebHdfsFailures.
import type { ClientRequest } from 'node:http'
import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import type { HadoopUser } from './hadoop-user.js'
import { hdfsPathOf } from './hdfs-path.js'
import { HttpConnections, textOf, answerTo, type HttpAnswer } from './http-exchange.js'
import { nameNodeAddresses, type AddressSources } from './name-node-addresses.js'
import { NameNodes } from './name-nodes.js'
import { failureOf, fieldOf } from './remote-exception.js'
import { retrying, type Pace } from './retrying.js'
import { tableErrorOf, WebHdfsFailure, type FailureKind } from './web-hdfs-failure.js'

export interface WebHdfsRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** The whole URI. */
  readonly path: string
  readonly op: string
  readonly parameters?: Readonly<Record<string, string>>
  /** Failures after which to try again, besides those that pass everywhere. */
  readonly retryAfter?: readonly FailureKind[]
}

export interface WebHdfsSettings {
  readonly sources: AddressSources
  readonly user: HadoopUser
  readonly pace: Pace
  readonly connections?: HttpConnections
}

export interface Upload {
  readonly request: ClientRequest
  readonly answer: Promise<HttpAnswer>
}

export class WebHdfsClient {
  readonly pace: Pace
  readonly #sources: AddressSources
  readonly #user: HadoopUser
  readonly #connections: HttpConnections
  readonly #nameNodes = new Map<string, NameNodes>()

  constructor({ sources, user, pace, connections = new HttpConnections() }: WebHdfsSettings) {
    this.#sources = sources
    this.#user = user
    this.pace = pace
    this.#connections = connections
  }

  /** The JSON that the NameNode answers; undefined where it has none to say. */
  ask(request: WebHdfsRequest): Promise<unknown> {
    const nameNodes = this.#nameNodesOf(request.path)
    const retries = { pace: this.pace, wasReached: () => nameNodes.wasReached, servers: nameNodes.count }
    const also = request.retryAfter ?? []
    return retrying(() => this.#askOnce(nameNodes, request), { ...retries, also })
  }

  /** Where the bytes are, or are to go. */
  async locate(request: WebHdfsRequest): Promise<URL> {
    const parameters = { ...request.parameters, noredirect: 'true' }
    const location = fieldOf(await this.ask({ ...request, parameters }), 'Location')
    if (typeof location === 'string' && URL.canParse(location)) return new URL(location)
    throw new WebHdfsFailure('broken', `the NameNode names no DataNode for ${request.op}`)
  }

  /** The bytes of a file from an offset on; the caller reads or destroys the body. One attempt at the DataNode. */
  async download(path: string, parameters: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    const url = await this.locate({ method: 'GET', path, op: 'OPEN', parameters })
    const request = this.#connections.begin({ method: 'GET', url })
    const answer = answerTo(request)
    request.end()
    return this.checked(await answer)
  }

  /** A request to a DataNode whose body is yet to be written. */
  async upload(request: WebHdfsRequest, contentLength?: number): Promise<Upload> {
    const url = await this.locate(request)
    const { method } = request
    const sent = this.#connections.begin({ method, url, ...(contentLength === undefined ? {} : { contentLength }) })
    return { request: sent, answer: answerTo(sent) }
  }

  async checked(answer: HttpAnswer): Promise<HttpAnswer> {
    if (answer.status >= 200 && answer.status < 300) return answer
    throw failureOf(answer.status, await textOf(answer))
  }

  /** Runs `work`, and says by the error table what of it failed. */
  async explain<T>(operation: string, path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (FlinkError.is(error)) throw error
      if (WebHdfsFailure.is(error)) throw tableErrorOf(error, operation, path, this.#nameNodesOf(path).place)
      if (error instanceof ReasonError) {
        throw new FlinkError('FILE_ACCESS_REFUSED', { path, operation, reason: error.message }, { cause: error })
      }
      throw error
    }
  }

  async #askOnce(nameNodes: NameNodes, request: WebHdfsRequest): Promise<unknown> {
    const root = nameNodes.active
    try {
      const answer = await this.#connections.ask({ method: request.method, url: this.#urlOf(root, request) })
      nameNodes.wasReached = true
      const { location } = answer.headers
      const text = await textOf(answer)
      // Hadoop before 2.9 does not know noredirect.
      if (answer.status >= 300 && answer.status < 400 && location !== undefined) return { Location: location }
      if (answer.status < 200 || answer.status >= 300) throw failureOf(answer.status, text)
      return parsed(text)
    } catch (error) {
      if (WebHdfsFailure.is(error, 'standby', 'unreachable')) nameNodes.failed(root)
      throw error
    }
  }

  #urlOf(root: URL, { path, op, parameters }: WebHdfsRequest): URL {
    const url = new URL(root)
    const segments = hdfsPathOf(path).file.split('/')
    url.pathname = root.pathname + segments.map(encodeURIComponent).join('/')
    url.search = new URLSearchParams({ op, ...this.#user.parameters, ...parameters }).toString()
    return url
  }

  #nameNodesOf(path: string): NameNodes {
    const { scheme, authority } = hdfsPathOf(path)
    const key = `${scheme}://${authority}`
    const found = this.#nameNodes.get(key) ?? new NameNodes(nameNodeAddresses(scheme, authority, this.#sources))
    this.#nameNodes.set(key, found)
    return found
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new WebHdfsFailure('broken', `the answer is no JSON: ${text.slice(0, 80)}`, { cause: error })
  }
}
