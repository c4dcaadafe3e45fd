import { hostname } from 'node:os'
import type { Readable } from 'node:stream'
import type { Configuration } from '../../core/config/configuration.js'
import { taskManagerIdOf, type TaskManagerPlace } from '../../core/ids/task-manager-id.js'
import { logNameOf, outputNameOf } from '../../core/logging/log-names.js'
import type { Clock } from '../../core/time/clock.js'
import type { ProcessesContext } from '../../rest/processes/processes-context.js'
import type { ObservedTaskManager, WhichLog } from '../../rest/processes/observed-process.js'
import type { HostedJob } from '../job-process-gateway.js'
import { ProcessLogs } from './process-logs.js'
import { ProcessOfNode } from './process-of-node.js'
import { memoryMetricsOf, taskManagerDetailsOf, taskManagerInfoOf } from './task-manager-info.js'

export interface JobProcessesServices {
  readonly jobs: ReadonlyMap<string, HostedJob>
  readonly configuration: Configuration
  readonly logDirectory: string | undefined
  readonly clock: Clock
}

/** This process of jobs as a cluster: its main thread is the job manager, and each job that has not ended has a task manager. */
export class JobProcesses {
  readonly context: ProcessesContext
  readonly #services: JobProcessesServices
  readonly #process: ProcessOfNode
  readonly #place: TaskManagerPlace = { host: hostname(), pid: process.pid }

  constructor(services: JobProcessesServices) {
    this.#services = services
    const { jobs, configuration, logDirectory: directory, clock } = services
    const log = logNameOf(process.pid)
    const isOwn = (name: string): boolean =>
      name === log || name.startsWith(`${log}.`) || [...jobs.keys()].some((id) => name.startsWith(outputNameOf(id)))
    this.#process = new ProcessOfNode(clock, new ProcessLogs({ directory, log, outputOf: newestOutput, isOwn }))
    const ownProcess = this.#process
    this.context = {
      jobManager: {
        metrics: () => ownProcess.metrics(),
        threadDump: () => ownProcess.threadDump(),
        logs: () => ownProcess.logs(),
        openLog: (which) => ownProcess.openLog(which),
        environment: () => Promise.resolve(ownProcess.environment()),
        configuration: () =>
          Promise.resolve(Object.entries(configuration.redacted()).map(([key, value]) => ({ key, value }))),
      },
      taskManagers: {
        list: () => Promise.resolve(this.#running().map(([, job]) => taskManagerInfoOf(job, this.#place, clock.now()))),
        find: (id) => {
          const found = this.#running().find(([jobId]) => taskManagerIdOf(this.#place, jobId) === id)
          return Promise.resolve(found === undefined ? undefined : this.#taskManagerOf(...found))
        },
      },
    }
  }

  close(): void {
    this.#process.close()
  }

  #running(): (readonly [jobId: string, job: HostedJob])[] {
    return [...this.#services.jobs].filter(([, { outcome }]) => outcome === undefined)
  }

  #taskManagerOf(jobId: string, job: HostedJob): ObservedTaskManager {
    const metrics = async (): Promise<Record<string, number>> => ({
      ...(await this.#process.metrics()),
      ...memoryMetricsOf(job),
    })
    return {
      metrics,
      details: async () => {
        const info = taskManagerInfoOf(job, this.#place, this.#services.clock.now())
        return taskManagerDetailsOf(info, jobId, await metrics())
      },
      threadDump: () => this.#process.threadDump(),
      logs: () => this.#process.logs(),
      openLog: (which: WhichLog): Promise<Readable | undefined> => this.#process.openLog(which),
    }
  }
}

/** `<id>.out`, or of the process that recovered the job last: `<id>-3.out`. */
function newestOutput(names: readonly string[]): string | undefined {
  const numbered = names.flatMap((name) => {
    const [, number = '1'] = /^flink-ts-[0-9a-f]{32}(?:-(\d{1,9}))?\.out$/.exec(name) ?? []
    return name.endsWith('.out') ? [{ name, number: Number(number) }] : []
  })
  return numbered.sort((left, right) => right.number - left.number)[0]?.name
}
