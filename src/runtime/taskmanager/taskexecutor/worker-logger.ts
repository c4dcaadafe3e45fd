// Duty: what the engine logs in a worker, on its way to the log of the job.
// Invariants: lines arrive in the order in which they were logged. A flood neither fills the log nor keeps the main thread busy:
// of each level a hundred lines a second go on their way, then one that says how many were left out. No line is longer than
// LOG_CHARS, nor is a field of it.
// Thread: the task worker.
import { cutText, LOG_CHARS } from '../../../core/errors/thrown-value.js'
import type { LogFields, Logger } from '../../../core/logging/logger.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import type { LogLine } from '../../protocol/worker-to-master.js'

const LINES_PER_WINDOW = 100
const WINDOW_MS = 1000

type Level = LogLine['level']

export interface WorkerLoggerServices {
  readonly clock: Clock
  readonly send: (line: LogLine) => void
}

export class WorkerLogger implements Logger {
  readonly #services: WorkerLoggerServices
  /** Of a line that would be written every second no line of a higher level may suffer. */
  readonly #windows: ReadonlyMap<Level, LogWindow>

  constructor(services: WorkerLoggerServices) {
    this.#services = services
    const levels = ['debug', 'info', 'warn', 'error'] as const
    this.#windows = new Map(levels.map((level) => [level, new LogWindow(level, services)]))
  }

  debug(message: string, fields?: LogFields): void {
    this.#log('debug', message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.#log('info', message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#log('warn', message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#log('error', message, fields)
  }

  /** The worker ends: says now what was left out. */
  flush(): void {
    for (const window of this.#windows.values()) window.end()
  }

  #log(level: Level, message: string, fields: LogFields = {}): void {
    if (this.#windows.get(level)?.take() !== true) return
    const cut = Object.entries(fields).map(
      ([name, value]) => [name, typeof value === 'string' ? cutText(value, LOG_CHARS) : value] as const,
    )
    this.#services.send({ type: 'log', level, text: cutText(message, LOG_CHARS), fields: Object.fromEntries(cut) })
  }
}

/** The lines of one level since the first of them, for at most a second. */
class LogWindow {
  readonly #level: Level
  readonly #services: WorkerLoggerServices
  #lines = 0
  #leftOut = 0
  #beganAt = Number.NEGATIVE_INFINITY
  #timer: TimerHandle | undefined

  constructor(level: Level, services: WorkerLoggerServices) {
    this.#level = level
    this.#services = services
  }

  /** False: the line is left out. */
  take(): boolean {
    const { clock } = this.#services
    if (clock.monotonicMs() - this.#beganAt >= WINDOW_MS) {
      this.end()
      this.#beganAt = clock.monotonicMs()
    }
    if (this.#lines < LINES_PER_WINDOW) {
      this.#lines += 1
      return true
    }
    this.#leftOut += 1
    this.#timer ??= clock.setTimer(WINDOW_MS, () => {
      this.end()
    })
    return false
  }

  end(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const leftOut = this.#leftOut
    this.#lines = 0
    this.#leftOut = 0
    if (leftOut === 0) return
    const text = `${String(leftOut)} more lines of this worker were left out`
    this.#services.send({ type: 'log', level: this.#level, text, fields: {} })
  }
}
