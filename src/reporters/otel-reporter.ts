import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { messageOf } from '../core/errors/thrown-value.js'
import { settledWithin } from '../core/time/settled-within.js'
import type { TimerHandle } from '../core/time/clock.js'
import { loadOtel, type Otel } from './load-otel.js'
import { OtelMetrics, type OtelMetric } from './otel-metrics.js'
import { GRACE_MS, OtelSender } from './otel-sender.js'
import type { ReportedJob } from './reported-job.js'
import type { Reporter, ReporterServices } from './reporter.js'
import type { OtelSettings } from './reporter-settings.js'
import { samplesOfJob } from './samples-of-job.js'

/** For the last export, at the end: a collector that does not answer holds no job any longer. */
const LAST_EXPORT_MS = 3_000
/** Of a program that ends job after job while nothing arrives, the newest ones are kept. */
const MOST_ENDED_JOBS = 100
/** OpenTelemetry's ValueType, which stands in a package that nothing else is needed of. */
const INTEGER = 0
const DOUBLE = 1

type Resource = ResourceMetrics['resource']

/** Sends metrics by OTLP over HTTP at an interval, one export at a time; the interval begins anew when one has ended. */
export class OtelReporter implements Reporter {
  readonly #settings: OtelSettings
  readonly #services: ReporterServices
  readonly #otel: Otel
  readonly #sender: OtelSender
  readonly #resource: Resource
  readonly #metrics: OtelMetrics
  #ended: readonly ReportedJob[] = []
  #timer: TimerHandle | undefined
  #underWay: Promise<void> = Promise.resolve()
  #isClosing = false
  /** Exports that did not arrive since the last one that did. */
  #lost = 0

  private constructor(otel: Otel, settings: OtelSettings, services: ReporterServices) {
    this.#settings = settings
    this.#services = services
    this.#otel = otel
    this.#sender = new OtelSender(otel, settings, services, settings.timeoutMs)
    this.#resource = otel.defaultResource().merge(otel.resourceFromAttributes({ ...settings.service }))
    this.#metrics = new OtelMetrics(services.clock.now())
    this.#scheduleNext()
  }

  /** METRIC_REPORTER_UNAVAILABLE where the packages are not installed. */
  static async open(settings: OtelSettings, services: ReporterServices): Promise<OtelReporter> {
    return new OtelReporter(await loadOtel(settings.name), settings, services)
  }

  jobEnded(job: ReportedJob): void {
    this.#ended = [...this.#ended, job].slice(-MOST_ENDED_JOBS)
  }

  async close(): Promise<void> {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#timer?.cancel()
    const { clock } = this.#services
    const timeoutMs = Math.min(this.#settings.timeoutMs, LAST_EXPORT_MS)
    const last = new OtelSender(this.#otel, this.#settings, this.#services, timeoutMs)
    await settledWithin(this.#exportLast(last), LAST_EXPORT_MS + GRACE_MS, clock)
    last.close()
    this.#sender.close()
  }

  async #exportLast(sender: OtelSender): Promise<void> {
    const lost = this.#lost
    await this.#underWay
    const wasInVain = this.#lost > lost
    if (!wasInVain) await this.#export(sender)
  }

  #scheduleNext(): void {
    if (this.#isClosing) return
    this.#timer = this.#services.clock.setTimer(this.#settings.intervalMs, () => {
      this.#underWay = this.#export(this.#sender).then(() => {
        this.#scheduleNext()
      })
    })
  }

  /** Never rejects. */
  async #export(sender: OtelSender): Promise<void> {
    const ended = this.#ended
    try {
      const nowMs = this.#services.clock.now()
      const samples = [...this.#services.jobs(), ...ended].flatMap(samplesOfJob)
      if (samples.length === 0) return
      const { metrics, arrived } = this.#metrics.collect(samples, nowMs)
      await sender.send(this.#resourceMetrics(metrics, nowMs))
      arrived()
      this.#ended = this.#ended.filter((job) => !ended.includes(job))
      this.#hasArrived()
    } catch (error) {
      this.#hasFailed(messageOf(error))
    }
  }

  /** The endpoint without what may be secret in it. */
  get #place(): string {
    const { origin, pathname } = new URL(this.#settings.endpoint)
    return origin + pathname
  }

  #hasArrived(): void {
    const { name } = this.#settings
    const lost = this.#lost
    this.#lost = 0
    if (lost === 0) return
    const times = lost === 1 ? 'one export' : `${String(lost)} exports`
    this.#services.note(
      `Metrics arrive at ${this.#place} again (metrics reporter '${name}'), after ${times} that did not.`,
    )
  }

  /** Told once until it works again. */
  #hasFailed(reason: string): void {
    const { name } = this.#settings
    this.#lost += 1
    if (this.#lost > 1) {
      this.#services.logger.debug('metrics were not exported', { reporter: name, reason })
      return
    }
    const told = `Metrics do not arrive at ${this.#place} (metrics reporter '${name}'): ${reason || 'no answer'}.`
    const outcome = this.#isClosing ? 'They were the last ones.' : 'The job goes on, and so do attempts.'
    this.#services.warn(`${told} ${outcome}`)
  }

  #resourceMetrics(metrics: readonly OtelMetric[], nowMs: number): ResourceMetrics {
    const scope = { name: 'flink-ts', version: this.#services.version }
    return {
      resource: this.#resource,
      scopeMetrics: [{ scope, metrics: metrics.map((metric) => this.#metricData(metric, nowMs)) }],
    }
  }

  #metricData({ name, kind, isMonotonic, points }: OtelMetric, nowMs: number): MetricData {
    const { AggregationTemporality, DataPointType } = this.#otel
    const dataPoints = points.map(({ attributes, value, startMs }) => {
      return { attributes, value, startTime: hrTimeOf(startMs), endTime: hrTimeOf(nowMs) }
    })
    const isInteger = kind === 'sum' && points.every(({ value }) => Number.isSafeInteger(value))
    const descriptor = { name, description: '', unit: '', valueType: isInteger ? INTEGER : DOUBLE }
    const about = { descriptor, dataPoints, aggregationTemporality: AggregationTemporality.DELTA }
    if (kind === 'sum') return { ...about, dataPointType: DataPointType.SUM, isMonotonic }
    return { ...about, dataPointType: DataPointType.GAUGE }
  }
}

function hrTimeOf(epochMs: number): [seconds: number, nanos: number] {
  const seconds = Math.floor(epochMs / 1000)
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)]
}
