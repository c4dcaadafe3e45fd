import { hostname } from 'node:os'
import { configuredReporters } from '../core/config/metric-reporters.js'
import type { Configuration } from '../core/config/configuration.js'
import type { MetricReporters } from '../reporters/metric-reporters.js'
import type { ReportedJob } from '../reporters/reported-job.js'
import type { ReporterServices } from '../reporters/reporter.js'
import type { HostedJob } from './job-process-gateway.js'
import { reportedJobOf } from './reported-job-of.js'

/** The jobs of a process as reporters want them: those that have not ended. */
export function reportedJobs(jobs: Iterable<HostedJob>, now: number): ReportedJob[] {
  return [...jobs].filter(({ outcome }) => outcome === undefined).map((job) => reportedJob(job, now))
}

function reportedJob({ master, jobGraph }: HostedJob, now: number): ReportedJob {
  const parts = { details: master.details(), jobGraph, tasks: master.taskMetrics() }
  return reportedJobOf(parts, { host: hostname(), now })
}

/** The reporters of metrics of a process, by the configuration of its first job. Without one nothing is loaded. */
export class MetricReporting {
  readonly #services: Omit<ReporterServices, 'jobs'> & { readonly jobs: ReadonlyMap<string, HostedJob> }
  #reporters: Promise<MetricReporters> | undefined

  constructor(services: Omit<ReporterServices, 'jobs'> & { readonly jobs: ReadonlyMap<string, HostedJob> }) {
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

  jobEnded(job: HostedJob): void {
    const ended = reportedJob(job, this.#services.clock.now())
    void this.#reporters?.then((reporters) => {
      reporters.jobEnded(ended)
    })
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
