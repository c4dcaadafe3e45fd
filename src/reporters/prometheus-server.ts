import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { messageOf } from '../core/errors/thrown-value.js'
import type { TimerHandle } from '../core/time/clock.js'
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from './prometheus-text.js'
import type { PrometheusSettings } from './reporter-settings.js'
import type { Reporter, ReporterServices } from './reporter.js'
import { samplesOfJob } from './samples-of-job.js'

/** Nobody listens beyond this machine. */
const HOST = '127.0.0.1'
const REQUEST_TIMEOUT_MS = 10_000
const RETRY_MS = 5_000
const MOST_CONNECTIONS = 32
/** What a browser was led here by has another name: a page of someone else's must not read metrics. */
const OWN_NAMES = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i
const PATHS: readonly string[] = ['/', '/metrics']

/** Serves `/metrics` on a port of its own, as Flink's PrometheusReporter does. */
export class PrometheusServer implements Reporter {
  readonly #settings: PrometheusSettings
  readonly #services: ReporterServices
  readonly #server: Server
  #retry: TimerHandle | undefined
  #isClosing = false

  private constructor(settings: PrometheusSettings, services: ReporterServices) {
    this.#settings = settings
    this.#services = services
    const timeouts = { headersTimeout: REQUEST_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS }
    this.#server = createServer(timeouts, (request, response) => {
      this.#answer(request, response)
    })
    this.#server.maxConnections = MOST_CONNECTIONS
    this.#server.setTimeout(REQUEST_TIMEOUT_MS)
  }

  /** Where all ports are taken, by another job likely, the user is warned, and it is tried again from time to time. */
  static async open(settings: PrometheusSettings, services: ReporterServices): Promise<PrometheusServer> {
    const reporter = new PrometheusServer(settings, services)
    const reason = await reporter.#listen()
    if (reason === undefined) return reporter
    const { name, portText } = settings
    services.warn(
      `The metrics reporter '${name}' has no port (metrics.reporter.${name}.port: ${portText}): ${reason}. The job goes on, and it is tried again. Each job needs a port: give a range, such as 9249-9260.`,
    )
    reporter.#listenLater()
    return reporter
  }

  jobEnded(): void {
    // Whoever scrapes finds jobs that run, as with Flink.
  }

  close(): Promise<void> {
    this.#isClosing = true
    this.#retry?.cancel()
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve()
      })
      this.#server.closeAllConnections()
    })
  }

  /** The job that has the port may end, as one does in whose place this one comes. */
  #listenLater(): void {
    this.#retry = this.#services.clock.setTimer(RETRY_MS, () => {
      void this.#listen().then((reason) => {
        if (reason !== undefined && !this.#isClosing) this.#listenLater()
      })
    })
  }

  /** Why it does not, where it does not. */
  async #listen(): Promise<string | undefined> {
    const { name, ports } = this.#settings
    let reason = 'there is no port to take'
    for (const port of ports) {
      try {
        const taken = await listenOn(this.#server, port)
        if (this.#isClosing) {
          await this.close()
          return undefined
        }
        this.#server.on('error', ({ message }) => {
          this.#services.logger.warn('a connection for metrics was not taken', { reporter: name, reason: message })
        })
        const url = `http://${HOST}:${String(taken)}/metrics`
        this.#services.note(`Metrics for Prometheus: ${url} (metrics reporter '${name}')`)
        return undefined
      } catch (error) {
        reason = messageOf(error)
      }
    }
    return reason
  }

  #answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const refuse = (status: number, text: string): void => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`)
    }
    if (!OWN_NAMES.test(headers.host ?? '')) {
      refuse(403, 'Metrics are for this machine: ask localhost.')
    } else if (method !== 'GET' && method !== 'HEAD') {
      refuse(405, 'Metrics can be read only.')
    } else if (!PATHS.includes(url.split('?')[0] ?? '')) {
      refuse(404, 'There is /metrics here.')
    } else {
      const text = prometheusText(this.#services.jobs().flatMap(samplesOfJob), this.#settings)
      response.writeHead(200, { 'content-type': PROMETHEUS_CONTENT_TYPE }).end(method === 'HEAD' ? undefined : text)
    }
  }
}

/** The port. */
async function listenOn(server: Server, port: number): Promise<number> {
  server.listen(port, HOST)
  // Leaves no listener where that fails: there may be hundreds of ports to try, and that again and again.
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
