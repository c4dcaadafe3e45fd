import { configuredReporters } from '../core/config/metric-reporters.js'
import type { Configuration } from '../core/config/configuration.js'
import type { MetricReporters } from '../reporters/metric-reporters.js'
import type { ReporterServices } from '../reporters/reporter.js'
import { reportedJobOf, reportedJobs, type ReportableJob } from './reported-job-of.js'

/** Those of the process, by id; with an outcome once they have ended. */
type Jobs = ReadonlyMap<string, ReportableJob & { readonly outcome: unknown }>

/** The reporters of metrics of a process, by the configuration of its first job. Without one nothing is loaded. */
export class MetricReporting {
  readonly #services: Omit<ReporterServices, 'jobs'> & { readonly jobs: Jobs }
  #reporters: Promise<MetricReporters> | undefined

  constructor(services: Omit<ReporterServices, 'jobs'> & { readonly jobs: Jobs }) {
    this.#services = services
  }

  /** METRIC_REPORTER_INVALID, METRIC_REPORTER_UNAVAILABLE, CONFIG_VALUE_INVALID. */
  async jobStarts(configuration: Configuration): Promise<void> {
    if (this.#reporters === undefined && configuredReporters(configuration).length === 0) return
    this.#reporters ??= this.#open(configuration)
    try {
      await this.#reporters
    } catch (error) {
      // A program may catch this, mend what is wrong and try again.
      this.#reporters = undefined
      throw error
    }
  }

  jobEnded(job: ReportableJob): void {
    if (this.#reporters === undefined) return
    const ended = reportedJobOf(job, this.#services.clock.now())
    void this.#reporters.then(
      (reporters) => {
        reporters.jobEnded(ended)
      },
      // The job that wants them has been told.
      () => undefined,
    )
  }

  async close(): Promise<void> {
    await (await this.#reporters)?.close()
  }

  async #open(configuration: Configuration): Promise<MetricReporters> {
    const { jobs, clock } = this.#services
    const services = { ...this.#services, jobs: () => reportedJobs(jobs.values(), clock.now()) }
    const { MetricReporters } = await import('../reporters/metric-reporters.js')
    return MetricReporters.open(configuration, services)
  }
}
