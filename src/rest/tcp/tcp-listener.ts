import { once } from 'node:events'
import { createServer, isIPv6, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { errnoOf } from '../../core/fs/errno.js'
import type { TcpSettings } from './tcp-settings.js'

/** A job answers a few programs and people; more would only take its memory. */
const MOST_CONNECTIONS = 128

/** What Flink's clients offer where nobody has told them otherwise, and who else is as old, is for keys of RSA. */
const NO_CIPHER =
  "A client of Apache Flink offers by default only what a key of RSA can do: give security.ssl.rest.keystore one, or set the client's security.ssl.algorithms"

/** Listens on TCP, with or without TLS, and hands on the connections by which requests may come. */
export class TcpListener {
  readonly #settings: TcpSettings
  readonly #onLost: (error: Error) => void
  readonly #server: Server
  /** Connections of which it is not known yet whether they come to an end with TLS. */
  readonly #handshakes = new Map<string, Socket>()
  /** Codes of errors of handshakes: whoever tries again and again is told of once. */
  readonly #told = new Set<string>()

  /** `onLost`: told why a connection could not be taken; of TLS that did not come about once for each reason. */
  constructor(settings: TcpSettings, onConnection: (socket: Socket) => void, onLost: (error: Error) => void) {
    this.#settings = settings
    this.#onLost = onLost
    this.#server = settings.tls === undefined ? createServer(onConnection) : this.#secured(settings.tls, onConnection)
    this.#server.maxConnections = MOST_CONNECTIONS
  }

  /**
   * At the first port that is free; returns the URL. PORT_IN_USE where all are taken, REST_ADDRESS_UNUSABLE where none could
   * be had there.
   */
  async listen(): Promise<string> {
    let taken: unknown
    for (const port of this.#settings.ports) {
      try {
        return await this.#listenAt(port)
      } catch (error) {
        if (errnoOf(error) !== 'EADDRINUSE') throw this.#unusable(port, error)
        taken = error
      }
    }
    throw new FlinkError('PORT_IN_USE', { address: this.#shown }, { cause: taken })
  }

  get isListening(): boolean {
    return this.#server.listening
  }

  /** Resolves when all connections have gone. */
  close(): Promise<void> {
    for (const socket of this.#handshakes.values()) socket.destroy()
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve()
      })
    })
  }

  #secured(tls: NonNullable<TcpSettings['tls']>, onConnection: (socket: Socket) => void): Server {
    const server = createTlsServer(tls, (socket) => {
      this.#handshakes.delete(peerOf(socket))
      onConnection(socket)
    })
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket)
      this.#handshakes.set(peer, socket)
      socket.once('close', () => {
        if (this.#handshakes.get(peer) === socket) this.#handshakes.delete(peer)
      })
    })
    // Whoever speaks no TLS, or has no certificate, is cut off by then.
    server.on('tlsClientError', (error, socket) => {
      socket.destroy()
      this.#tellOfHandshake(error)
    })
    return server
  }

  /** Its client hears no more than that there was an error, or that the connection has gone. */
  #tellOfHandshake(error: Error): void {
    const code = errnoOf(error) ?? ''
    if (!code.startsWith('ERR_SSL_') || this.#told.has(code)) return
    this.#told.add(code)
    const reason = 'reason' in error ? String(error.reason) : messageOf(error)
    const advice = code === 'ERR_SSL_NO_SHARED_CIPHER' ? `. ${NO_CIPHER}` : ''
    this.#onLost(new ReasonError(`TLS: ${reason}${advice}`, { cause: error }))
  }

  async #listenAt(port: number): Promise<string> {
    const server = this.#server
    server.listen({ host: this.#settings.address, port, exclusive: true })
    // Leaves no listener where that fails: there may be hundreds of ports to try, and that again and again.
    await once(server, 'listening')
    server.on('error', this.#onLost)
    return this.#urlOf((server.address() as AddressInfo).port)
  }

  #urlOf(port: number): string {
    const { address, tls } = this.#settings
    const host = isIPv6(address) ? `[${address}]` : address
    return `${tls === undefined ? 'http' : 'https'}://${host}:${String(port)}`
  }

  get #shown(): string {
    const { address, ports } = this.#settings
    const [first = 0, last = first] = [ports[0], ports.at(-1)]
    return `${address}:${String(first)}${first === last ? '' : `-${String(last)}`}`
  }

  #unusable(port: number, error: unknown): FlinkError {
    const address = `${this.#settings.address}:${String(port)}`
    const advice =
      errnoOf(error) === 'EACCES'
        ? 'Take a port from 1024 on.'
        : 'Set rest.bind-address to an address of this machine, such as 127.0.0.1, or leave it out.'
    return new FlinkError('REST_ADDRESS_UNUSABLE', { address, reason: messageOf(error), advice }, { cause: error })
  }
}

/** What a connection and the TLS upon it have in common, and no other connection that there is. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${String(remoteAddress)} ${String(remotePort)}`
}
