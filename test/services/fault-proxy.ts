/**
 * A proxy between us and a server, which delays, stalls, cuts and resets connections: what becomes of each is drawn from a seed. What
 * a fault interrupts, a request half sent or an answer half received, is what a network does, too.
 */
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { SeededRandom } from '../../src/core/random/seeded-random.js'

/** In how many of a thousand connections; the rest is left alone. */
export interface FaultChances {
  /** The connection is reset before anything of it is sent on. */
  readonly refused: number
  /** Each piece of the answer comes later. */
  readonly delayed: number
  /** After some bytes of the answer nothing comes any more, and nobody says so. */
  readonly stalled: number
  /** After some bytes of the answer the connection is closed, as by a server that was stopped. */
  readonly cut: number
  /** The same, and it is reset. */
  readonly reset: number
  /** The connection is reset after some bytes of the request. */
  readonly halfSent: number
}

export const SOME_FAULTS: FaultChances = { refused: 30, delayed: 200, stalled: 20, cut: 100, reset: 100, halfSent: 80 }
export const NO_FAULTS: FaultChances = { refused: 0, delayed: 0, stalled: 0, cut: 0, reset: 0, halfSent: 0 }

type Fate = keyof FaultChances | 'whole'

interface Drawn {
  readonly fate: Fate
  /** Of the answer or the request, until it strikes. */
  readonly afterBytes: number
  readonly delayMs: number
}

export interface FaultProxyTerms {
  readonly host?: string
  readonly port: number
  readonly seed: number
  readonly chances?: FaultChances
  /** Where it listens: for a server that tells its clients where it is. Without it, on a port that is free. */
  readonly listensOn?: number
  /** A fault strikes within two to the power of so many bytes: fewer of a server that has little to say. */
  readonly withinLog2?: number
  /** What a server says of others, with the proxies in front of them: of the same length, and found within one piece of an answer. */
  readonly replaced?: readonly [from: string, to: string]
}

const WITHIN_LOG2 = 23
const LONGEST_DELAY_MS = 200

export class FaultProxy {
  /** How many connections had which fate. */
  readonly counts = new Map<Fate, number>()
  chances: FaultChances
  readonly #terms: FaultProxyTerms
  readonly #random: SeededRandom
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isDown = false

  private constructor(terms: FaultProxyTerms) {
    this.#terms = terms
    this.#random = new SeededRandom(terms.seed)
    this.chances = terms.chances ?? SOME_FAULTS
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#serve(client))
  }

  /** Prints its seed, with which the same fates are drawn again. */
  static async start(terms: FaultProxyTerms): Promise<FaultProxy> {
    const proxy = new FaultProxy(terms)
    await new Promise<void>((resolve) => proxy.#server.listen(terms.listensOn ?? 0, '127.0.0.1', resolve))
    process.stdout.write(`fault proxy to port ${String(terms.port)}: seed ${String(terms.seed)}\n`)
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`
  }

  /** As a server that is gone: what is open is reset, and new connections as well. */
  goDown(): void {
    this.#isDown = true
    this.#resetAll()
  }

  comeUp(): void {
    this.#isDown = false
  }

  async stop(): Promise<void> {
    this.#resetAll()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #draw(): Drawn {
    const drawn = this.#random.nextInt(1000)
    // So many are drawn for every connection, whatever becomes of it: the fate of the next depends on its number alone.
    const withinLog2 = this.#terms.withinLog2 ?? WITHIN_LOG2
    const afterBytes = Math.floor(2 ** (this.#random.nextInt(withinLog2 * 1000) / 1000))
    const delayMs = 1 + this.#random.nextInt(LONGEST_DELAY_MS)
    let below = 0
    for (const [fate, chance] of Object.entries(this.chances)) {
      below += Number(chance)
      if (drawn < below) return { fate: fate as Fate, afterBytes, delayMs }
    }
    return { fate: 'whole', afterBytes, delayMs }
  }

  #serve(client: Socket): void {
    const { fate, afterBytes, delayMs } = this.#draw()
    this.counts.set(fate, (this.counts.get(fate) ?? 0) + 1)
    this.#track(client)
    if (this.#isDown || fate === 'refused') {
      client.resetAndDestroy()
      return
    }
    const server = connect({ host: this.#terms.host ?? '127.0.0.1', port: this.#terms.port, allowHalfOpen: true })
    this.#track(server)
    const drop = (): void => {
      client.resetAndDestroy()
      server.destroy()
    }
    client.once('close', () => server.destroy())
    server.once('close', () => client.destroy())
    const request = fate === 'halfSent' ? { limit: afterBytes, then: drop } : undefined
    pass(client, server, { ...request })
    const ending = {
      cut: () => {
        client.end()
        server.destroy()
      },
      reset: drop,
      stalled: () => server.pause(),
    }
    const then = fate === 'cut' || fate === 'reset' || fate === 'stalled' ? ending[fate] : undefined
    const answer = then === undefined ? {} : { limit: afterBytes, then }
    const { replaced } = this.#terms
    pass(server, client, { ...(fate === 'delayed' ? { delayMs } : answer), ...(replaced && { replaced }) })
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  #resetAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }
}

interface Passing {
  readonly limit?: number
  readonly then?: () => void
  readonly delayMs?: number
  readonly replaced?: readonly [from: string, to: string]
}

function pass(
  from: Socket,
  to: Socket,
  { limit = Number.POSITIVE_INFINITY, then, delayMs = 0, replaced }: Passing,
): void {
  let passed = 0
  from.on('data', (read: Buffer) => {
    const bytes = replaced === undefined ? read : Buffer.from(read.toString('latin1').replaceAll(...replaced), 'latin1')
    const part = bytes.subarray(0, limit - passed)
    passed += part.length
    const hasRoom = part.length === 0 || to.write(part)
    if (passed >= limit) {
      from.removeAllListeners('data')
      then?.()
      return
    }
    if (hasRoom && delayMs === 0) return
    from.pause()
    if (delayMs > 0) setTimeout(() => from.resume(), delayMs)
    else to.once('drain', () => from.resume())
  })
  from.once('end', () => to.end())
}
