import { hostname } from 'node:os'
import path from 'node:path'
import type { JobDirectoryEntry } from '../../client/job-directory-entry.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { taskManagerIdOf } from '../../core/ids/task-manager-id.js'
import { logNameOf, outputNameOf } from '../../core/logging/log-names.js'
import type { Clock } from '../../core/time/clock.js'
import type { MetricInfo } from '../../rest/messages/metric-messages.js'
import type {
  LogInfo,
  TaskManagerDetailsInfo,
  TaskManagerInfo,
  ThreadDumpInfo,
} from '../../rest/messages/process-messages.js'
import type { ObservedTaskManager } from '../../rest/processes/observed-process.js'
import type { ProcessesContext } from '../../rest/processes/processes-context.js'
import type { SessionGateway } from '../../rest/session/session-gateway.js'
import { jobLogs } from '../process/job-logs.js'
import { jobManagerOf } from '../process/job-manager-of.js'
import { ProcessLogs } from '../process/process-logs.js'
import { ProcessOfNode } from '../process/process-of-node.js'
import { askJob } from './ask-job.js'
import type { SessionJob } from './session-job.js'

/** A list of task managers does not wait for one that does not answer. */
const LIST_TIMEOUT_MS = 2_000
const ANSWER_TIMEOUT_MS = 10_000

export interface SessionProcessesServices {
  readonly gateway: Pick<SessionGateway, 'place' | 'slots'>
  readonly jobs: () => readonly SessionJob[]
  readonly clock: Clock
}

/** A session's processes: it is the job manager itself, and the process of each living job is a task manager. */
export class SessionProcesses {
  readonly context: ProcessesContext
  readonly #services: SessionProcessesServices
  readonly #process: ProcessOfNode
  readonly #host = hostname()

  constructor(services: SessionProcessesServices) {
    this.#services = services
    this.#process = new ProcessOfNode(services.clock, this.#logs())
    this.context = {
      jobManager: jobManagerOf(this.#process, services.gateway.place.configuration, () => this.#metrics()),
      taskManagers: {
        list: () => this.#list(),
        find: (id) => {
          const entry = this.#living().find((each) => this.#idOf(each) === id)
          return Promise.resolve(entry === undefined ? undefined : taskManagerOf(entry, id))
        },
      },
    }
  }

  close(): void {
    this.#process.close()
  }

  async #metrics(): Promise<Record<string, number>> {
    const { total, available } = this.#services.gateway.slots()
    const living = this.#living().length
    return {
      ...(await this.#process.metrics()),
      numRunningJobs: living,
      numRegisteredTaskManagers: living,
      taskSlotsTotal: total,
      taskSlotsAvailable: available,
    }
  }

  /** One that does not answer is not in it, as one whose heartbeat is missing in Flink. */
  async #list(): Promise<TaskManagerInfo[]> {
    const lists = await Promise.all(
      this.#living().map(async (entry) => {
        try {
          const answer = (await ask(entry, '/taskmanagers', LIST_TIMEOUT_MS)) as {
            readonly taskmanagers: readonly TaskManagerInfo[]
          }
          // A process may have several jobs, of which each is asked about.
          return answer.taskmanagers.filter(({ id }) => id === this.#idOf(entry))
        } catch {
          return []
        }
      }),
    )
    return lists.flat()
  }

  #living(): JobDirectoryEntry[] {
    return this.#services
      .jobs()
      .flatMap(({ phase, entry }) => (phase === 'living' && entry !== undefined ? [entry] : []))
  }

  #idOf({ jobId, pid }: JobDirectoryEntry): string {
    return taskManagerIdOf({ host: this.#host, pid }, jobId)
  }

  /** Its own, and those of its jobs, also of the ones that have ended. */
  #logs(): ProcessLogs {
    const { jobs, gateway } = this.#services
    const { logDirectory: directory, logFile } = gateway.place
    const log = path.basename(logFile)
    const begin = log.replace(/\.log$/, '')
    const isOwn = (name: string): boolean =>
      name.startsWith(`${begin}.`) ||
      jobs().some(
        ({ jobId, entry }) =>
          name.startsWith(outputNameOf(jobId)) || (entry !== undefined && name.startsWith(logNameOf(entry.pid))),
      )
    return new ProcessLogs({ directory, log, outputOf: () => `${begin}.out`, isOwn })
  }
}

/** What its process says, and its files: these are read where they lie. */
function taskManagerOf(entry: JobDirectoryEntry, id: string): ObservedTaskManager {
  const url = `/taskmanagers/${id}`
  const logs = jobLogs(entry.logDirectory, entry.pid, () => [entry.jobId])
  return {
    details: async () => (await ask(entry, url)) as TaskManagerDetailsInfo,
    metrics: async () => {
      const names = ((await ask(entry, `${url}/metrics`)) as readonly MetricInfo[]).map((metric) => metric.id)
      const values = (await ask(entry, `${url}/metrics?get=${names.join(',')}`)) as readonly MetricInfo[]
      return Object.fromEntries(values.map((metric) => [metric.id, metric.value ?? '']))
    },
    threadDump: async () => (await ask(entry, `${url}/thread-dump`)) as ThreadDumpInfo,
    logs: (): Promise<LogInfo[]> => logs.list(),
    openLog: (which) => logs.open(which),
  }
}

async function ask(entry: JobDirectoryEntry, url: string, timeoutMs = ANSWER_TIMEOUT_MS): Promise<unknown> {
  const { status, body } = await askJob(entry, { method: 'GET', url, body: {} }, timeoutMs)
  if (status === 200) return JSON.parse(String(body))
  // Its job has ended since.
  throw new FlinkError('TASK_MANAGER_NOT_FOUND', { taskManagerId: url.split('/')[2] ?? '' })
}
