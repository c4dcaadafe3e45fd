import { hostname } from 'node:os'
import type { Configuration } from '../../core/config/configuration.js'
import { taskManagerIdOf } from '../../core/ids/task-manager-id.js'
import type { Clock } from '../../core/time/clock.js'
import type { ObservedTaskManager } from '../../rest/processes/observed-process.js'
import type { ProcessesContext } from '../../rest/processes/processes-context.js'
import type { HostedJob } from '../job-process-gateway.js'
import { jobLogs } from './job-logs.js'
import { jobManagerOf } from './job-manager-of.js'
import { ProcessOfNode } from './process-of-node.js'
import { memoryMetricsOf, taskManagerDetailsOf, taskManagerInfoOf } from './task-manager-info.js'

export interface JobProcessesServices {
  readonly jobs: ReadonlyMap<string, HostedJob>
  readonly configuration: Configuration
  readonly logDirectory: string | undefined
  readonly clock: Clock
}

/** This process of jobs as a cluster: its main thread is the job manager, and each job that has not ended has a task manager. */
export function jobProcesses({ jobs, configuration, logDirectory, clock }: JobProcessesServices): ProcessesContext {
  const place = { host: hostname(), pid: process.pid }
  const own = new ProcessOfNode(
    clock,
    jobLogs(logDirectory, place.pid, () => [...jobs.keys()]),
  )
  const running = (): (readonly [jobId: string, job: HostedJob])[] =>
    [...jobs].filter(([, { outcome }]) => outcome === undefined)
  const taskManagerOf = (jobId: string, job: HostedJob): ObservedTaskManager => {
    const metrics = async (): Promise<Record<string, number>> => ({ ...(await own.metrics()), ...memoryMetricsOf(job) })
    return {
      metrics,
      details: async () => taskManagerDetailsOf(taskManagerInfoOf(job, place, clock.now()), jobId, await metrics()),
      threadDump: () => own.threadDump(),
      logs: () => own.logs(),
      openLog: (which) => own.openLog(which),
    }
  }
  return {
    jobManager: jobManagerOf(own, configuration, () => own.metrics()),
    taskManagers: {
      list: () => Promise.resolve(running().map(([, job]) => taskManagerInfoOf(job, place, clock.now()))),
      find: (id) => {
        const found = running().find(([jobId]) => taskManagerIdOf(place, jobId) === id)
        return Promise.resolve(found === undefined ? undefined : taskManagerOf(...found))
      },
    },
  }
}
