/**
 * A proxy that sends some requests on twice and gives one answer, as where an answer was lost and its request came again: which ones is
 * drawn from a seed. A broker answers the requests of a connection in their order.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'

export interface RepeatingProxyTerms {
  readonly port: number
  readonly listensOn: number
  readonly seed: number
  /** Of a thousand requests. */
  readonly repeated: number
}

export class RepeatingProxy {
  /** How often requests were repeated, by the number of their API. */
  readonly counts = new Map<number, number>()
  readonly #terms: RepeatingProxyTerms
  readonly #random: SeededRandom
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(terms: RepeatingProxyTerms) {
    this.#terms = terms
    this.#random = new SeededRandom(terms.seed)
    this.#server = createServer((client) => this.#serve(client))
  }

  /** Prints its seed. */
  static async start(terms: RepeatingProxyTerms): Promise<RepeatingProxy> {
    const proxy = new RepeatingProxy(terms)
    await new Promise<void>((resolve) => proxy.#server.listen(terms.listensOn, '127.0.0.1', resolve))
    process.stdout.write(`repeating proxy to port ${String(terms.port)}: seed ${String(terms.seed)}\n`)
    return proxy
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: this.#terms.port })
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    /** For each request that was sent on, whether its answer is given. */
    const isGiven: boolean[] = []
    eachFrame(client, (frame) => {
      const times = this.#random.nextInt(1000) < this.#terms.repeated ? 2 : 1
      const api = frame.readInt16BE(4)
      if (times === 2) this.counts.set(api, (this.counts.get(api) ?? 0) + 1)
      for (let time = 1; time <= times; time += 1) {
        isGiven.push(time === times)
        server.write(frame)
      }
    })
    eachFrame(server, (frame) => {
      if (isGiven.shift() !== false) client.write(frame)
    })
  }
}

const LENGTH_BYTES = 4

/** Frames of the protocol, with their length. */
function eachFrame(socket: Socket, use: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (bytes: Buffer) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    while (rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + rest.readInt32BE(0)
      if (rest.length < end) return
      use(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  })
}
