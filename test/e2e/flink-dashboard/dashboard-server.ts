/** Serves the files of Flink's dashboard, and hands everything else on to a REST endpoint, as Flink's own server answers both. */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pipeline } from 'node:stream'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
}

export class DashboardServer {
  readonly #server: Server
  readonly #web: string
  readonly #rest: URL

  private constructor(web: string, rest: URL) {
    this.#web = web
    this.#rest = rest
    this.#server = createServer((incoming, response) => {
      const file = this.#fileOf(incoming)
      if (file === undefined) this.#handOn(incoming, response)
      else serve(file, response)
    })
  }

  /** `web`: the directory with index.html; `rest`: where REST answers. */
  static async start(web: string, rest: string): Promise<DashboardServer> {
    const dashboard = new DashboardServer(web, new URL(rest))
    await new Promise<void>((resolve) => dashboard.#server.listen(0, '127.0.0.1', resolve))
    return dashboard
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${String(port)}/`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #fileOf({ method, url = '/' }: IncomingMessage): string | undefined {
    if (method !== 'GET') return undefined
    const { pathname } = new URL(url, 'http://localhost')
    const file = path.join(this.#web, pathname === '/' ? 'index.html' : pathname)
    return file.startsWith(this.#web) && existsSync(file) && statSync(file).isFile() ? file : undefined
  }

  #handOn(incoming: IncomingMessage, response: ServerResponse): void {
    const { hostname, port } = this.#rest
    // For the browser all of it is one server.
    const { origin: _origin, host: _host, ...headers } = incoming.headers
    const { method, url } = incoming
    const outgoing = request({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      pipeline(answer, response, () => undefined)
    })
    outgoing.on('error', () => response.headersSent || response.writeHead(502).end())
    pipeline(incoming, outgoing, () => undefined)
  }
}

function serve(file: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' })
  pipeline(createReadStream(file), response, () => undefined)
}
