/** A collector of OTLP over HTTP with JSON, on a port of its own: keeps what came, as plain points. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'

export interface ReceivedPoint {
  readonly name: string
  readonly kind: 'sum' | 'gauge'
  readonly isMonotonic: boolean
  readonly isDelta: boolean
  readonly value: number
  readonly attributes: Readonly<Record<string, string>>
  readonly startMs: number
  readonly atMs: number
}

export interface Received {
  readonly url: string
  readonly resource: Readonly<Record<string, string>>
  readonly scope: string
  readonly points: readonly ReceivedPoint[]
}

interface WireAttribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}

interface WirePoint {
  readonly asInt?: number | string
  readonly asDouble?: number
  readonly attributes: readonly WireAttribute[]
  readonly startTimeUnixNano: string
  readonly timeUnixNano: string
}

interface WireMetric {
  readonly name: string
  readonly sum?: {
    readonly aggregationTemporality: number
    readonly isMonotonic: boolean
    readonly dataPoints: WirePoint[]
  }
  readonly gauge?: { readonly dataPoints: WirePoint[] }
}

interface WireRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly WireAttribute[] }
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string }
      readonly metrics: readonly WireMetric[]
    }[]
  }[]
}

const DELTA = 1

export class OtlpReceiver {
  readonly received: Received[] = []
  /** How often it was asked to take metrics. */
  asked = 0
  /** What it answers; `silent`: nothing; `endless`: ever a little more. */
  answer: number | 'silent' | 'endless' = 200
  readonly #server: Server
  readonly #watchers = new Set<() => void>()

  constructor() {
    this.#server = createServer((request, response) => {
      this.asked += 1
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const body = Buffer.concat(parts)
        const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
        if (this.answer === 200) this.received.push(receivedOf(request.url ?? '', JSON.parse(text) as WireRequest))
        if (this.answer === 'endless') answerEndlessly(response)
        else if (this.answer !== 'silent')
          response.writeHead(this.answer, { 'content-type': 'application/json' }).end('{}')
        for (const watcher of this.#watchers) watcher()
      })
    })
  }

  /** Listens; returns the endpoint. The port stays free for another time when it is given. */
  listen(port = 0): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', () => {
        const address = this.#server.address()
        resolve(`http://127.0.0.1:${String(typeof address === 'object' ? address?.port : port)}/v1/metrics`)
      })
    })
  }

  /** Resolves when a request has come for which this holds, those that came before included. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          this.#watchers.delete(watcher)
          resolve()
        }
        this.#watchers.add(watcher)
      })
    }
  }

  /** Connections that there are. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => {
        if (error === null) resolve(count)
        else reject(error)
      })
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve()
      })
      this.#server.closeAllConnections()
    })
  }
}

function answerEndlessly(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 20)
  response.once('close', () => {
    clearInterval(timer)
  })
}

function receivedOf(url: string, request: WireRequest): Received {
  const [first] = request.resourceMetrics
  const [scope] = first?.scopeMetrics ?? []
  const points = (scope?.metrics ?? []).flatMap(
    ({ name, sum, gauge }) =>
      (sum ?? gauge)?.dataPoints.map((point) => ({
        name,
        kind: sum === undefined ? ('gauge' as const) : ('sum' as const),
        isMonotonic: sum?.isMonotonic === true,
        isDelta: sum?.aggregationTemporality === DELTA,
        value: Number(point.asInt ?? point.asDouble),
        attributes: attributesOf(point.attributes),
        startMs: Number(BigInt(point.startTimeUnixNano) / 1_000_000n),
        atMs: Number(BigInt(point.timeUnixNano) / 1_000_000n),
      })) ?? [],
  )
  return { url, resource: attributesOf(first?.resource.attributes ?? []), scope: scope?.scope.name ?? '', points }
}

function attributesOf(attributes: readonly WireAttribute[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? '']))
}
