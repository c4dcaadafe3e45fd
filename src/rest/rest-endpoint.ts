import { createServer, type Server, type Socket } from 'node:net'
import { FlinkError } from '../core/errors/flink-error.js'
import type { RestServer, RestServerServices } from './rest-server.js'

/** An interim answer, which clients of HTTP pass over unless they wait for it. */
const SIGN_OF_LIFE = 'HTTP/1.1 100 Continue\r\n\r\n'

/**
 * Where the REST API listens. The socket is there at once; the server behind it, which takes a tenth of a second to load,
 * comes with the first connection: most runs end without one. Whoever waits for it hears at once that somebody is there, which
 * a stopped process cannot say.
 */
export class RestEndpoint {
  readonly #services: RestServerServices
  readonly #listener: Server
  readonly #connections = new Set<Socket>()
  #server: Promise<RestServer> | undefined
  #isLoaded = false

  constructor(services: RestServerServices) {
    this.#services = services
    this.#listener = createServer((socket) => void this.#serve(socket))
  }

  /** PORT_IN_USE when somebody else listens there. */
  listen(socketPath: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const onError = (error: Error): void => {
        const isInUse = 'code' in error && error.code === 'EADDRINUSE'
        reject(isInUse ? new FlinkError('PORT_IN_USE', { address: socketPath }, { cause: error }) : error)
      }
      this.#listener.once('error', onError)
      this.#listener.listen(socketPath, () => {
        this.#listener.off('error', onError)
        resolve()
      })
    })
  }

  /** Makes a socket anew that somebody removed. Connections that there are stay. */
  async listenAgain(socketPath: string): Promise<void> {
    // First: closing removes whatever has the name of the old socket.
    this.#listener.close()
    await this.listen(socketPath)
  }

  /** Requests under way are answered; connections without one are closed. */
  async close(): Promise<void> {
    if (!this.#listener.listening) return
    const closed = new Promise((resolve) => this.#listener.close(resolve))
    for (const socket of this.#connections) if (socket.bytesRead === 0) socket.destroy()
    await (await this.#server)?.close()
    await closed
  }

  async #serve(socket: Socket): Promise<void> {
    this.#connections.add(socket)
    // Clients may go at any time.
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#connections.delete(socket))
    try {
      if (!this.#isLoaded) socket.write(SIGN_OF_LIFE)
      this.#server ??= import('./rest-server.js').then(({ RestServer }) => RestServer.create(this.#services))
      const server = await this.#server
      this.#isLoaded = true
      server.accept(socket)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#services.logger.error('the REST server did not start', { reason })
      socket.destroy()
    }
  }
}
