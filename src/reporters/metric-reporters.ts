import type { Configuration } from '../core/config/configuration.js'
import type { ReportedJob } from './reported-job.js'
import type { Reporter, ReporterServices } from './reporter.js'
import { reportersSettingsOf, type ReporterSettings } from './reporter-settings.js'

/** All reporters that a configuration asks for, as one. */
export class MetricReporters implements Reporter {
  readonly #reporters: readonly Reporter[]

  private constructor(reporters: readonly Reporter[]) {
    this.#reporters = reporters
  }

  /** METRIC_REPORTER_INVALID, METRIC_REPORTER_UNAVAILABLE, CONFIG_VALUE_INVALID; nothing of it is left open then. */
  static async open(configuration: Configuration, services: ReporterServices): Promise<MetricReporters> {
    const { reporters: settings, warnings } = reportersSettingsOf(configuration)
    for (const warning of warnings) services.warn(warning)
    const opened: Reporter[] = []
    try {
      for (const each of settings) opened.push(await openReporter(each, services))
    } catch (error) {
      await Promise.all(opened.map((reporter) => reporter.close()))
      throw error
    }
    return new MetricReporters(opened)
  }

  jobEnded(job: ReportedJob): void {
    for (const reporter of this.#reporters) reporter.jobEnded(job)
  }

  async close(): Promise<void> {
    await Promise.all(this.#reporters.map((reporter) => reporter.close()))
  }
}

async function openReporter(settings: ReporterSettings, services: ReporterServices): Promise<Reporter> {
  if (settings.kind === 'prometheus') {
    const { PrometheusServer } = await import('./prometheus-server.js')
    return PrometheusServer.open(settings, services)
  }
  const { OtelReporter } = await import('./otel-reporter.js')
  return OtelReporter.open(settings, services)
}
