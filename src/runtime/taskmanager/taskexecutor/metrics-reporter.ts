// Duty: sends the metrics of a worker's tasks to the JobMaster, one message a report, and keeps their rates going.
// Invariants: timers run only while a task of the attempt lives; the last report is sent after the last task has ended.
// Where the last metrics of a task are wanted they come before the word that it has ended.
// A metric of the user that throws is left out of the report and harms nothing else.
// Thread: the task worker.
import type { Logger } from '../../../core/logging/logger.js'
import { METER_UPDATE_INTERVAL_MS } from '../../../core/metrics/meter.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import { isTerminal } from '../../protocol/execution-state.js'
import type { TaskTimeReport } from '../../protocol/time-report.js'
import type { TaskMetricsReport, WorkerToMaster } from '../../protocol/worker-to-master.js'
import type { TaskMetricGroup } from '../metrics/task-metric-group.js'

/** The first report does not wait for a long interval, so that who looks at a new job sees something. */
const FIRST_REPORT_MS = 1000

export interface MetricsReporterServices {
  readonly clock: Clock
  readonly logger: Logger
  readonly send: (message: WorkerToMaster) => void
}

export interface ReportedTask {
  readonly descriptor: { readonly executionId: string }
  readonly isTerminal: boolean
  readonly metrics: TaskMetricGroup
  timeReport(): TaskTimeReport
}

export class MetricsReporter {
  readonly #services: MetricsReporterServices
  #tasks: readonly ReportedTask[] = []
  #reportsMetrics = false
  #timers = new Set<TimerHandle>()

  constructor(services: MetricsReporterServices) {
    this.#services = services
  }

  /** The tasks of a new attempt take the place of the last one's; below 1 ms nothing is reported. */
  start(tasks: readonly ReportedTask[], intervalMs: number): void {
    this.stop()
    this.#tasks = tasks
    if (tasks.length === 0) return
    this.#repeat(METER_UPDATE_INTERVAL_MS, METER_UPDATE_INTERVAL_MS, () => {
      this.#sample()
    })
    this.#reportsMetrics = intervalMs >= 1
    if (!this.#reportsMetrics) return
    this.#repeat(Math.min(intervalMs, FIRST_REPORT_MS), intervalMs, () => {
      this.#report()
    })
  }

  /** The end of each task is told after its last metrics. */
  sendAfterMetrics(message: WorkerToMaster): void {
    const { send } = this.#services
    if (message.type === 'task-state-changed' && isTerminal(message.state)) {
      const ended = this.#tasks.filter(({ descriptor }) => descriptor.executionId === message.executionId)
      if (ended.length > 0) send({ type: 'report-metrics', tasks: this.#reportsOf(ended) })
    }
    send(message)
  }

  /** Somebody looks: of all tasks, those that have ended too. The metrics come first, so that they are there with the time. */
  reportNow(): void {
    if (this.#reportsMetrics) this.#report()
    else this.#reportTime()
  }

  #reportTime(): void {
    this.#services.send({ type: 'report-time', tasks: this.#tasks.map((task) => task.timeReport()) })
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#reportsMetrics = false
    this.#tasks = []
  }

  #repeat(delayMs: number, intervalMs: number, action: () => void): void {
    const timer = this.#services.clock.setTimer(delayMs, () => {
      this.#timers.delete(timer)
      const hasEnded = this.#tasks.every((task) => task.isTerminal)
      action()
      if (!hasEnded) this.#repeat(intervalMs, intervalMs, action)
    })
    this.#timers.add(timer)
  }

  #sample(): void {
    const nowMs = this.#services.clock.monotonicMs()
    for (const { metrics } of this.#tasks) metrics.sample(nowMs)
  }

  #report(): void {
    if (this.#tasks.length > 0) this.#services.send({ type: 'report-metrics', tasks: this.#reportsOf(this.#tasks) })
    this.#reportTime()
  }

  #reportsOf(tasks: readonly ReportedTask[]): TaskMetricsReport[] {
    const { clock, logger } = this.#services
    const nowMs = clock.monotonicMs()
    return tasks.map(({ descriptor, metrics }) => {
      const values = metrics.values(nowMs, (metric, error) => {
        logger.debug('a metric could not be read', { metric, reason: String(error) })
      })
      return { executionId: descriptor.executionId, values, types: metrics.operators.types() }
    })
  }
}
