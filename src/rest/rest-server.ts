import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { FlinkError } from '../core/errors/flink-error.js'
import { asError } from '../core/errors/thrown-value.js'
import type { Logger } from '../core/logging/logger.js'
import type { Random } from '../core/random/random.js'
import type { Clock } from '../core/time/clock.js'
import type { JobsGateway } from './jobs-gateway.js'
import { OperationRegistry } from './operation-registry.js'
import { RequestsOfConnections } from './requests-of-connections.js'
import type { RestContext, Route } from './route.js'
import { ROUTES } from './routes.js'
import type { RequestRules } from './tcp/request-rules.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    keepsConnection?: true
    isLocal?: true
  }
}

/** Results of operations stay pollable this long, as Flink's rest.async.store-duration. */
const STORE_DURATION_MS = 5 * 60_000
const BODY_LIMIT_BYTES = 1024 * 1024

/** Under which rules requests of a connection are answered; of the others there are none. */
type RulesOfConnections = WeakMap<Socket, RequestRules>

interface Connections {
  readonly rules: RulesOfConnections
  readonly requests: RequestsOfConnections
}

export interface RestServerServices {
  readonly gateway: JobsGateway
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Longest body, in bytes. */
  readonly bodyLimit?: number
  /** Told of every request that is let in; lets its owner know that somebody may still be polling. */
  readonly onRequest?: () => void
}

/** Flink's REST API on connections that somebody else accepts: rest-endpoint.ts. */
export class RestServer {
  readonly #app: FastifyInstance
  readonly #context: RestContext
  readonly #connections: Connections

  private constructor(app: FastifyInstance, context: RestContext, connections: Connections) {
    this.#app = app
    this.#context = context
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
      serverFactory,
      clientErrorHandler: answerMalformed,
      frameworkErrors: (error, _request, reply: unknown) => {
        const answer = (reply as FastifyReply).header('connection', 'close')
        void answer.code(error.statusCode ?? 400).send(errorsOf(error.message))
      },
    })
    const operations = { clock: services.clock, random: services.random, storeDurationMs: STORE_DURATION_MS }
    const context: RestContext = {
      gateway: services.gateway,
      now: () => services.clock.now(),
      savepoints: new OperationRegistry(operations),
      checkpoints: new OperationRegistry(operations),
      disposals: new OperationRegistry(operations),
    }
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
      if (request.routeOptions.config.isLocal === true && rules.has(request.raw.socket)) reply.callNotFound()
      else done()
    })
    for (const route of ROUTES) mount(app, route, context)
    app.setNotFoundHandler((request, reply) => reply.code(404).send(errorsOf(`Not found: ${request.url}`)))
    app.setErrorHandler((error, request, reply) => sendError(error, request, reply, services.logger))
    await app.ready()
    return new RestServer(app, context, connections)
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
    const { savepoints, checkpoints, disposals } = this.#context
    return [savepoints, checkpoints, disposals].some((operations) => operations.isAwaited)
  }

  async close(): Promise<void> {
    await this.#app.close()
    const { savepoints, checkpoints, disposals } = this.#context
    for (const operations of [savepoints, checkpoints, disposals]) operations.close()
  }
}

/** Flink's own client sends `{}` with every request and some clients send none: both mean no fields. */
function acceptAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    const text = body.toString().trim()
    try {
      const value: unknown = text === '' ? {} : JSON.parse(text)
      done(null, value)
    } catch {
      done(new FlinkError('CONTROL_REQUEST_INVALID', { reason: 'the body is not JSON' }))
    }
  })
}

function mount(app: FastifyInstance, route: Route, context: RestContext): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const origin = `${request.protocol}://${request.host}`
    const asked = { params: asRecord(request.params), query: asRecord(request.query), body: asObject(request.body) }
    const { status, body, contentType } = await route.handle({ ...asked, origin }, context)
    if (contentType !== undefined) reply.header('content-type', contentType)
    return reply.code(status).send(body)
  }
  const { method, path, keepsConnection, isLocal, isUnversioned } = route
  const config = { ...(keepsConnection === true && { keepsConnection }), ...(isLocal === true && { isLocal }) }
  for (const prefix of isUnversioned === true ? [''] : ['', '/v1'])
    app.route({ method, url: prefix + path, handler, config })
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
  if (error instanceof FlinkError) return reply.code(error.httpStatus).send(errorsOf(error.message))
  const cause = asError(error)
  const status = clientErrorOf(cause)
  if (status !== undefined) return reply.code(status).send(errorsOf(textOf(cause, status)))
  logger.error('a request failed', { url: request.url, reason: cause.message, stack: cause.stack ?? '' })
  // In Flink the stack comes with it. What it says of this machine is nobody's business, so it is in the log.
  const trace = '<Exception on server side:\nits stack is in the log of the job\nEnd of exception on server side>'
  return reply.code(500).send(errorsOf('Internal server error.', trace))
}

/** What fastify itself refuses (a body above the limit, say) is the client's mistake and not a failure of ours. */
function clientErrorOf(error: Error): number | undefined {
  if (!('statusCode' in error) || typeof error.statusCode !== 'number') return undefined
  return error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : undefined
}

function textOf(error: Error, status: number): string {
  return status === 413 ? `${error.message}. Try to raise [rest.server.max-content-length].` : error.message
}
