// Duty: one export after the other reaches a collector, or has not in a time that is bounded.
//
// Invariants: the exporter of OpenTelemetry counts the silence of a collector, and not how long its answer takes: one that
// answers without end would hold all exports after it, and the process. So there is a deadline here, and connections are cut
// (those without TLS: the agent of those with it is made by the exporter, of its own environment variables).
import type { Agent } from 'node:http'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { ReasonError } from '../core/errors/reason-error.js'
import { asError, messageOf } from '../core/errors/thrown-value.js'
import type { Logger } from '../core/logging/logger.js'
import type { Clock } from '../core/time/clock.js'
import type { Otel } from './load-otel.js'
import type { OtelSettings } from './reporter-settings.js'

/** For exporters that take longer to give up than they were told to. */
export const GRACE_MS = 500
/** OpenTelemetry's ExportResultCode, which stands in a package that nothing else is needed of. */
const SUCCESS = 0

type Exporter = InstanceType<Otel['OTLPMetricExporter']>

interface Services {
  readonly clock: Clock
  readonly logger: Logger
}

export class OtelSender {
  readonly #otel: Otel
  readonly #settings: OtelSettings
  readonly #services: Services
  readonly #timeoutMs: number
  readonly #agents = new Set<Agent>()
  #exporter: Exporter | undefined
  /** Gives up what is under way. */
  #giveUp: (reason: string) => void = () => undefined

  constructor(otel: Otel, settings: OtelSettings, services: Services, timeoutMs: number) {
    this.#otel = otel
    this.#settings = settings
    this.#services = services
    this.#timeoutMs = timeoutMs
  }

  /** Rejects with why they did not arrive. One at a time. */
  send(metrics: ResourceMetrics): Promise<void> {
    this.#exporter ??= this.#newExporter()
    const exporter = this.#exporter
    return new Promise((resolve, reject) => {
      const deadline = this.#services.clock.setTimer(this.#timeoutMs + GRACE_MS, () => {
        this.#giveUp('no whole answer in time')
      })
      this.#giveUp = (reason) => {
        deadline.cancel()
        reject(new ReasonError(reason))
        // Another exporter would not be told of the connections that this one cannot be made to end: it has at most 30.
        if (this.#agents.size > 0) this.#cut()
      }
      exporter.export(metrics, ({ code, error }: { readonly code: number; readonly error?: Error }) => {
        deadline.cancel()
        if (code === SUCCESS) resolve()
        else reject(asError(error ?? 'the export failed'))
      })
    })
  }

  /** What is under way has not arrived then. */
  close(): void {
    this.#giveUp('no answer')
    this.#cut()
  }

  #cut(): void {
    const exporter = this.#exporter
    this.#exporter = undefined
    void exporter?.shutdown().catch((error: unknown) => {
      this.#services.logger.debug('the exporter of metrics did not end', { reason: messageOf(error) })
    })
    for (const agent of this.#agents) agent.destroy()
    this.#agents.clear()
  }

  #newExporter(): Exporter {
    const { endpoint: url, compression } = this.#settings
    const about = { url, timeoutMillis: this.#timeoutMs, compression: compression as never }
    // With TLS its own, which reads the certificates that OTEL_EXPORTER_OTLP_CERTIFICATE and others name.
    if (/^https:/i.test(url)) return new this.#otel.OTLPMetricExporter(about)
    const httpAgentOptions = async (): Promise<Agent> => {
      const { Agent: HttpAgent } = await import('node:http')
      const agent = new HttpAgent({ keepAlive: true })
      this.#agents.add(agent)
      return agent
    }
    return new this.#otel.OTLPMetricExporter({ ...about, httpAgentOptions })
  }
}
