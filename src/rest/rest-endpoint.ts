import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { errnoOf } from '../core/fs/errno.js'
import type { RestServer, RestServerServices } from './rest-server.js'
import type { RequestRules } from './tcp/request-rules.js'
import type { TcpListener } from './tcp/tcp-listener.js'
import type { TcpSettings } from './tcp/tcp-settings.js'

/** An interim answer, which clients of HTTP pass over unless they wait for it. */
const SIGN_OF_LIFE = 'HTTP/1.1 100 Continue\r\n\r\n'
/** Time in which a request has to arrive whole: a client of this machine needs a moment, one that is stuck has all day. */
const REQUEST_TIMEOUT_MS = 60_000
/** Over TCP a connection has to have its answer by then, too: whoever reads slowly keeps neither memory nor a place. */
const TCP_CONNECTION_TIMEOUT_MS = 5 * 60_000
/** The same at the end, where the process waits for it. */
const LAST_REQUEST_TIMEOUT_MS = 300
/** At the end, time in which an answer has to be ready and read. */
const LAST_ANSWER_TIMEOUT_MS = 3_000

/**
 * Where the REST API listens. The socket is there at once; the server that answers, which takes a tenth of a second to
 * load, comes with the first connection: most runs end without one. Whoever waits for it hears at once that somebody is
 * there, which a stopped process cannot say. Node's own limits on how long a request may take hold only for servers
 * that listen themselves, so those of this file are the ones that there are.
 */
export class RestEndpoint {
  readonly #services: RestServerServices
  readonly #listener: Server
  readonly #connections = new Set<Socket>()
  #tcp: TcpListener | undefined
  #server: Promise<RestServer> | undefined
  #isLoaded = false

  constructor(services: RestServerServices) {
    this.#services = services
    this.#listener = createServer((socket) => void this.#serve(socket, undefined))
    this.#listener.on('error', (error) => {
      if (this.#listener.listening) this.#warnOfLost(error)
    })
  }

  /** PORT_IN_USE when somebody else listens there. */
  async listen(socketPath: string): Promise<void> {
    this.#listener.listen(socketPath)
    try {
      await once(this.#listener, 'listening')
    } catch (error) {
      if (errnoOf(error) !== 'EADDRINUSE') throw error
      throw new FlinkError('PORT_IN_USE', { address: socketPath }, { cause: error })
    }
  }

  /** Makes a socket anew that somebody removed. Connections that there are stay. */
  async listenAgain(socketPath: string): Promise<void> {
    // First: closing removes whatever has the name of the old socket.
    this.#listener.close()
    await this.listen(socketPath)
  }

  /**
   * Over TCP as well, under rules of its own, until the end. Returns the URL. May be called again where it failed; see
   * TcpListener for how.
   */
  async listenOnTcp(settings: TcpSettings): Promise<string> {
    const [{ RequestRules }, { TcpListener }] = await Promise.all([
      import('./tcp/request-rules.js'),
      import('./tcp/tcp-listener.js'),
    ])
    const rules = new RequestRules(settings)
    const onConnection = (socket: Socket): void => void this.#serve(socket, rules)
    const tcp = new TcpListener(settings, onConnection, (error) => {
      this.#warnOfLost(error)
    })
    const url = await tcp.listen()
    this.#tcp = tcp
    return url
  }

  /** For who is likely to be asked at once: the server is loaded ahead of the first connection. */
  async preload(): Promise<void> {
    await this.#load()
    this.#isLoaded = true
  }

  /** The socket is given up, and may be had again. */
  stopListening(): Promise<void> {
    return new Promise((resolve) => {
      this.#listener.close(() => {
        resolve()
      })
    })
  }

  /** Whether somebody who triggered an operation may still come for its outcome. */
  async isAwaited(): Promise<boolean> {
    return (await this.#loaded())?.isAwaited === true
  }

  /**
   * Requests that have arrived are answered, one that is arriving may do so; whoever is slow is cut off, so that no client
   * keeps the process.
   */
  async close(): Promise<void> {
    const closed = Promise.all([this.stopListening(), this.#tcp?.close()])
    this.#destroy((socket) => socket.bytesRead === 0)
    const { clock } = this.#services
    const server = await this.#loaded()
    const timers = [
      clock.setTimer(LAST_REQUEST_TIMEOUT_MS, () => {
        this.#destroy((socket) => server?.hasRequestOf(socket) !== true)
      }),
      clock.setTimer(LAST_ANSWER_TIMEOUT_MS, () => {
        this.#destroy(() => true)
      }),
    ]
    await closed
    for (const timer of timers) timer.cancel()
    await server?.close()
  }

  /** A connection that cannot be taken, for want of file descriptors say, is no reason for a job to end. */
  #warnOfLost({ message: reason }: Error): void {
    this.#services.logger.warn('a connection to the REST API was not taken', { reason })
  }

  /** `rules`: of a connection over TCP, whose clients know nothing of signs of life. */
  async #serve(socket: Socket, rules: RequestRules | undefined): Promise<void> {
    const { clock, logger } = this.#services
    this.#connections.add(socket)
    // Clients may go at any time; until the server has the socket nobody else listens to that.
    socket.on('error', () => socket.destroy())
    const deadlines = [clock.setTimer(REQUEST_TIMEOUT_MS, () => void this.#cutOff(socket))]
    if (rules !== undefined) deadlines.push(clock.setTimer(TCP_CONNECTION_TIMEOUT_MS, () => socket.destroy()))
    socket.once('close', () => {
      for (const deadline of deadlines) deadline.cancel()
      this.#connections.delete(socket)
    })
    try {
      if (!this.#isLoaded && rules === undefined) socket.write(SIGN_OF_LIFE)
      const server = await this.#load()
      this.#isLoaded = true
      server.accept(socket, rules)
    } catch (error) {
      const reason = messageOf(error)
      logger.error('the REST server did not start', { reason })
      socket.destroy()
    }
  }

  #load(): Promise<RestServer> {
    this.#server ??= import('./rest-server.js').then(({ RestServer }) => RestServer.create(this.#services))
    return this.#server
  }

  /** Undefined before the first connection, and where the server did not start, which was told. */
  async #loaded(): Promise<RestServer | undefined> {
    try {
      return await this.#server
    } catch {
      return undefined
    }
  }

  async #cutOff(socket: Socket): Promise<void> {
    const server = await this.#loaded()
    if (server?.hasRequestOf(socket) !== true) socket.destroy()
  }

  #destroy(isCutOff: (socket: Socket) => boolean): void {
    for (const socket of this.#connections) if (isCutOff(socket)) socket.destroy()
  }
}
