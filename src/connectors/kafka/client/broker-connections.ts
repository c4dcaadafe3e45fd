// Duty: one connection a broker and lane, made when it is first asked for and again after it has gone.
// Invariants: a connection on which a request timed out is never used again, as its answer would block those after it. Nothing of a
// connection is thrown where nobody waits for it: its errors reach the requests that are under way.
// Thread: any; of one task or enumerator.
import { isIP } from 'node:net'
import type { ConnectionOptions } from '@platformatic/kafka'
import { addressText, type BrokerAddress, type KafkaClientSettings } from './kafka-client-settings.js'
import type { KafkaConnection, KafkaLibrary } from './kafka-library.js'

/**
 * Requests of a lane wait for each other, as a broker answers a connection in order: a fetch that waits for records is to hold back
 * neither a commit of offsets nor the end of a transaction.
 */
export type Lane = 'data' | 'fetch' | 'coordinator'

export class BrokerConnections {
  readonly #library: KafkaLibrary
  readonly #settings: KafkaClientSettings
  readonly #connections = new Map<string, Promise<KafkaConnection>>()

  constructor(library: KafkaLibrary, settings: KafkaClientSettings) {
    this.#library = library
    this.#settings = settings
  }

  /** Connected. Rejects with what the library says. */
  connectionTo(address: BrokerAddress, lane: Lane): Promise<KafkaConnection> {
    const key = `${lane} ${addressText(address)}`
    const known = this.#connections.get(key)
    if (known !== undefined) return known
    const { host, port } = address
    const connection = new this.#library.Connection(this.#settings.clientId, connectionOptions(this.#settings, host))
    const made = Promise.resolve(connection.connect(host, port)).then(() => connection)
    this.#connections.set(key, made)
    const forget = (): void => {
      if (this.#connections.get(key) === made) this.#connections.delete(key)
    }
    for (const event of ['error', 'closing', 'close'] as const) connection.on(event, forget)
    made.catch(forget)
    return made
  }

  /** It is closed, and whoever asks next gets another one. Never rejects: it was of no use any more. */
  async drop(connection: KafkaConnection): Promise<void> {
    await Promise.allSettled([connection.close()])
  }

  async close(): Promise<void> {
    const all = [...this.#connections.values()]
    this.#connections.clear()
    await Promise.allSettled(all.map(async (connection) => (await connection).close()))
  }
}

function connectionOptions(settings: KafkaClientSettings, host: string): ConnectionOptions {
  const { requestTimeoutMs, connectTimeoutMs, tls, sasl } = settings
  const options: ConnectionOptions = { requestTimeout: requestTimeoutMs, connectTimeout: connectTimeoutMs }
  if (tls !== undefined) {
    const { checksServerName, ...tlsOptions } = tls
    options.tls = checksServerName ? tlsOptions : { ...tlsOptions, checkServerIdentity: () => undefined }
    // An address of numbers is no name that TLS could send.
    options.tlsServerName = isIP(host) === 0
  }
  if (sasl !== undefined) options.sasl = { ...sasl }
  return options
}
