import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { FlinkError } from '../core/errors/flink-error.js'
import { asError } from '../core/errors/thrown-value.js'
import type { Logger } from '../core/logging/logger.js'
import type { Random } from '../core/random/random.js'
import type { Clock } from '../core/time/clock.js'
import type { JobsGateway } from './jobs-gateway.js'
import { OperationRegistry } from './operation-registry.js'
import type { RestContext, Route } from './route.js'
import { ROUTES } from './routes.js'
import { stackTraceOf } from './throwable-info.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    keepsConnection?: true
  }
}

/** Results of operations stay pollable this long, as Flink's rest.async.store-duration. */
const STORE_DURATION_MS = 5 * 60_000
const BODY_LIMIT_BYTES = 1024 * 1024

export interface RestServerServices {
  readonly gateway: JobsGateway
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Told of every request; lets its owner know that somebody may still be polling. */
  readonly onRequest?: () => void
}

/** Flink's REST API on connections that somebody else accepts: rest-endpoint.ts. */
export class RestServer {
  readonly #app: FastifyInstance
  readonly #context: RestContext
  /** The request of each connection that is not answered yet, as far as it has arrived. */
  readonly #requests = new WeakMap<Socket, IncomingMessage>()

  private constructor(app: FastifyInstance, context: RestContext) {
    this.#app = app
    this.#context = context
    app.server.prependListener('request', (request, response) => {
      const { socket } = request
      this.#requests.set(socket, request)
      // Another one may come by a connection that stays, which is nobody's to wait for meanwhile.
      response.once('close', () => {
        if (this.#requests.get(socket) === request) this.#requests.delete(socket)
      })
    })
  }

  static async create(services: RestServerServices): Promise<RestServer> {
    // A server that never listens itself; the factory keeps fastify from closing what it has not opened.
    const serverFactory = (handler: RequestListener): Server => createServer(handler)
    const app = fastify({ logger: false, bodyLimit: BODY_LIMIT_BYTES, serverFactory })
    const operations = { clock: services.clock, random: services.random, storeDurationMs: STORE_DURATION_MS }
    const context: RestContext = {
      gateway: services.gateway,
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
    for (const route of ROUTES) mount(app, route, context)
    app.setNotFoundHandler((request, reply) => reply.code(404).send({ errors: [`Not found: ${request.url}`] }))
    app.setErrorHandler((error, request, reply) => sendError(error, request, reply, services.logger))
    await app.ready()
    return new RestServer(app, context)
  }

  accept(socket: Socket): void {
    this.#app.server.emit('connection', socket)
  }

  /** Whether a whole request has come by that connection, and waits for its answer. */
  hasRequestOf(socket: Socket): boolean {
    return this.#requests.get(socket)?.complete === true
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
    const { status, body, contentType } = await route.handle(
      { params: asRecord(request.params), query: asRecord(request.query), body: asObject(request.body) },
      context,
    )
    if (contentType !== undefined) reply.header('content-type', contentType)
    return reply.code(status).send(body)
  }
  const { method, path, keepsConnection, isUnversioned } = route
  const config = keepsConnection === true ? { keepsConnection } : {}
  for (const prefix of isUnversioned === true ? [''] : ['', '/v1'])
    app.route({ method, url: prefix + path, handler, config })
}

function asRecord(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asObject(value)).map(([key, text]) => [key, String(text)]))
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

async function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): Promise<FastifyReply> {
  if (error instanceof FlinkError) return reply.code(error.httpStatus).send({ errors: [error.message] })
  const cause = asError(error)
  const status = clientErrorOf(cause)
  if (status !== undefined) return reply.code(status).send({ errors: [cause.message] })
  logger.error('a request failed', { url: request.url, reason: cause.message })
  const trace = `<Exception on server side:\n${stackTraceOf(cause)}\nEnd of exception on server side>`
  return reply.code(500).send({ errors: ['Internal server error.', trace] })
}

/** What fastify itself refuses (a body above the limit, say) is the client's mistake and not a failure of ours. */
function clientErrorOf(error: Error): number | undefined {
  if (!('statusCode' in error) || typeof error.statusCode !== 'number') return undefined
  return error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : undefined
}
