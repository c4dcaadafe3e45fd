import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest, type RouteOptions } from 'fastify'
import { FlinkError } from '../core/errors/flink-error.js'
import { asError } from '../core/errors/thrown-value.js'
import type { Logger } from '../core/logging/logger.js'
import type { Clock } from '../core/time/clock.js'
import { errorAnswer, serverErrors } from './error-answer.js'
import { RequestsOfConnections } from './requests-of-connections.js'
import type { Endpoint, RestApi } from './rest-api.js'
import type { RestRequest, RestResponse } from './route.js'
import type { RequestRules } from './tcp/request-rules.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    keepsConnection?: true
    isLocal?: true
    isUnversioned?: true
    isUpload?: true
  }
}

const BODY_LIMIT_BYTES = 1024 * 1024
const UNEXPECTED = 'Request did not match expected format'

/** Under which rules requests of a connection are answered; of the others there are none. */
type RulesOfConnections = WeakMap<Socket, RequestRules>

interface Connections {
  readonly rules: RulesOfConnections
  readonly requests: RequestsOfConnections
}

export interface RestServerServices {
  /** What is answered; asked for with the first request. */
  readonly openApi: () => Promise<RestApi>
  readonly clock: Clock
  readonly logger: Logger
  /** Longest body, in bytes. */
  readonly bodyLimit?: number
  /** Told of every request that is let in; lets its owner know that somebody may still be polling. */
  readonly onRequest?: () => void
}

/** Flink's REST API on connections that somebody else accepts: rest-endpoint.ts. */
export class RestServer {
  readonly #app: FastifyInstance
  readonly #api: RestApi
  readonly #connections: Connections

  private constructor(app: FastifyInstance, api: RestApi, connections: Connections) {
    this.#app = app
    this.#api = api
    this.#connections = connections
  }

  static async create(services: RestServerServices): Promise<RestServer> {
    // A server that never listens itself; the factory keeps fastify from closing what it has not opened.
    const rules: RulesOfConnections = new WeakMap()
    const connections: Connections = { rules, requests: new RequestsOfConnections() }
    const serverFactory = (handler: RequestListener): Server => {
      const listener = underRules(connections, handler)
      // What else a client expects is its own affair: Node would answer it before anybody has looked at the rules.
      return createServer(listener).on('checkExpectation', listener)
    }
    const app = fastify({
      logger: false,
      bodyLimit: services.bodyLimit ?? BODY_LIMIT_BYTES,
      routerOptions: { ignoreTrailingSlash: true },
      serverFactory,
      clientErrorHandler: answerMalformed,
      // Each endpoint is there once, and not also with /v1 and for HEAD: 40 ms of the 430 of processor time until a session answers.
      exposeHeadRoutes: false,
      // No route has a schema. What compiles them is half of what fastify loads, and 40 ms more.
      schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
      rewriteUrl: ({ url = '/' }) => withoutVersion(url),
      frameworkErrors: (error, _request, reply: unknown) => {
        const answer = (reply as FastifyReply).header('connection', 'close')
        void answer.code(error.statusCode ?? 400).send(errorsOf(error.message))
      },
    })
    const api = await services.openApi()
    acceptAnyBody(app)
    app.addHook('onRequest', (_request, _reply, done) => {
      services.onRequest?.()
      done()
    })
    // A connection is for one request, or for many that are short: the end of the job waits for answers and for nothing else.
    app.addHook('onSend', (request, reply, _payload, done) => {
      if (request.routeOptions.config.keepsConnection !== true) reply.header('connection', 'close')
      done()
    })
    app.addHook('onRequest', (request, reply, done) => {
      const { isLocal, isUnversioned } = request.routeOptions.config
      const isHidden = isLocal === true && rules.has(request.raw.socket)
      if (isHidden || (isUnversioned === true && request.originalUrl !== request.url)) reply.callNotFound()
      else done()
    })
    for (const endpoint of api.endpoints) mount(app, endpoint)
    app.setNotFoundHandler(async (request, reply) => {
      if (request.method !== 'GET' || api.otherwise === undefined) {
        return reply.code(404).send(errorsOf(`Not found: ${request.originalUrl}`))
      }
      return send(reply, await api.otherwise(requestOf(request)))
    })
    app.setErrorHandler((error, request, reply) => sendError(error, request, reply, services.logger))
    await app.ready()
    return new RestServer(app, api, connections)
  }

  /** `rules`: which requests of this connection are answered; without them all are. */
  accept(socket: Socket, rules?: RequestRules): void {
    if (rules !== undefined) this.#connections.rules.set(socket, rules)
    this.#app.server.emit('connection', socket)
  }

  /** Whether a whole request has come by that connection, and waits for its answer. */
  hasRequestOf(socket: Socket): boolean {
    return this.#connections.requests.isAwaitedBy(socket)
  }

  /** Whether somebody who triggered an operation may still come for its outcome. */
  get isAwaited(): boolean {
    return this.#api.isAwaited
  }

  async close(): Promise<void> {
    await this.#app.close()
    this.#api.close()
  }
}

/** Flink's own client sends `{}` with every request and some clients send none: both mean no fields. */
function acceptAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    const text = body.toString().trim()
    try {
      done(null, jsonObjectIn(text))
    } catch (error) {
      done(asError(error))
    }
  })
}

/** Null is no body either. */
function jsonObjectIn(text: string): object {
  let value: unknown = null
  try {
    value = text === '' ? null : JSON.parse(text)
  } catch {
    throw new FlinkError('CONTROL_REQUEST_INVALID', { reason: `${UNEXPECTED}: the body is not JSON.` })
  }
  if (typeof value === 'object' && !Array.isArray(value)) return value ?? {}
  throw new FlinkError('CONTROL_REQUEST_INVALID', { reason: `${UNEXPECTED}: the body is no JSON object.` })
}

function mount(app: FastifyInstance, endpoint: Endpoint): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> =>
    send(reply, await endpoint.handle(requestOf(request)))
  const { method, path, keepsConnection, isLocal, isUnversioned, isUpload } = endpoint
  const config = {
    ...(keepsConnection === true && { keepsConnection }),
    ...(isLocal === true && { isLocal }),
    ...(isUnversioned === true && { isUnversioned }),
  }
  const route = { method, url: path, handler, config }
  if (isUpload !== true) app.route(route)
  else void app.register((uploads) => mountUpload(uploads, route))
}

function noSchemas(): never {
  throw new FlinkError('INTERNAL_ERROR', { reason: 'a route of REST has a schema' })
}

/** Flink's paths are there under `/v1` as well. */
function withoutVersion(url: string): string {
  return url.replace(/^\/v1(?=\/)/, '')
}

/** The one parser of its own: a body that is as long as it likes, and of whatever type, is left to the handler. */
function mountUpload(app: FastifyInstance, route: RouteOptions): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null, {})
  })
  app.route({ ...route, bodyLimit: Number.MAX_SAFE_INTEGER })
  return Promise.resolve()
}

function send(reply: FastifyReply, { status, body, contentType, headers }: RestResponse): FastifyReply {
  if (contentType !== undefined) reply.header('content-type', contentType)
  if (headers !== undefined) reply.headers(headers)
  return reply.code(status).send(body)
}

function requestOf({ method, url, params, query, body, raw, protocol, host }: FastifyRequest): RestRequest {
  return {
    method: method as RestRequest['method'],
    url,
    params: asRecord(params),
    query: asRecord(query),
    body: asObject(body),
    origin: `${protocol}://${host}`,
    raw,
  }
}

function asRecord(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asObject(value)).map(([key, text]) => [key, String(text)]))
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** What the rules refuse never comes to a route: nobody learns from the answer whether there is one. */
function underRules({ rules, requests }: Connections, handler: RequestListener): RequestListener {
  return (request, response) => {
    if (!requests.begins(request, response)) return
    const ofConnection = rules.get(request.socket)
    if (ofConnection !== undefined) {
      response.setHeader('x-content-type-options', 'nosniff')
      response.setHeader('cache-control', 'no-store')
      const { headers, rawHeaders, socket } = request
      const refusal = ofConnection.refusalOf({ headers, rawHeaders, localAddress: socket.localAddress })
      if (refusal !== undefined) {
        const { status, message, headers: more } = refusal
        answer(response, status, message, more)
        return
      }
    }
    handler(request, response)
  }
}

function answer(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(errorsOf(message))
  const about = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { ...about, connection: 'close', ...headers }).end(body)
}

/** What is no HTTP, or has more headers than anybody needs. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const body = JSON.stringify(errorsOf('The request is no HTTP that can be understood.'))
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\nconnection: close\r\n`
  if (socket.writable) socket.write(`${head}content-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`)
  socket.destroySoon()
}

function errorsOf(...errors: readonly string[]): { readonly errors: readonly string[] } {
  return { errors }
}

async function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): Promise<FastifyReply> {
  if (FlinkError.is(error)) return send(reply, errorAnswer(error))
  const cause = asError(error)
  const status = clientErrorOf(cause)
  if (status !== undefined) return reply.code(status).send(errorsOf(textOf(cause, status)))
  logger.error('a request failed', { url: request.url, reason: cause.message, stack: cause.stack ?? '' })
  // In Flink the stack comes with it. What it says of this machine is nobody's business, so it is in the log.
  return reply.code(500).send(errorsOf(...serverErrors('its stack is in the log of the job')))
}

/** What fastify itself refuses (a body above the limit, say) is the client's mistake and not a failure of ours. */
function clientErrorOf(error: Error): number | undefined {
  if (!('statusCode' in error) || typeof error.statusCode !== 'number') return undefined
  return error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : undefined
}

function textOf(error: Error, status: number): string {
  return status === 413 ? `${error.message}. Try to raise [rest.server.max-content-length].` : error.message
}
