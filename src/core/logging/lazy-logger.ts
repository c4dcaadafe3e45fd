import type { Clock, TimerHandle } from '../time/clock.js'
import type { Logger, LogFields } from './logger.js'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent']

/**
 * A job that restarts tells why, and pino takes 25 ms of the main thread to load: by then the job has its first records again,
 * which waited for that thread before.
 */
const MADE_AFTER_MS = 250

export interface LazyLoggerSettings {
  /** Lines below it are not written. */
  readonly level: LogLevel
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
  /** Never rejects. `now`: when the line was given that is being written, in epoch ms. */
  readonly make: (now: () => number) => Promise<Logger>
}

interface Line {
  readonly timeMs: number
  readonly level: Exclude<LogLevel, 'silent'>
  readonly message: string
  readonly fields: LogFields | undefined
}

/** Keeps what is to be written until its logger is made, a moment after the first line: most runs have none. */
export class LazyLogger implements Logger {
  readonly #settings: LazyLoggerSettings
  #lines: Line[] = []
  #timer: TimerHandle | undefined
  #made: Promise<void> | undefined
  #logger: Logger | undefined
  /** Of a line that had to wait. */
  #timeMs: number | undefined

  constructor(settings: LazyLoggerSettings) {
    this.#settings = settings
  }

  debug(message: string, fields?: LogFields): void {
    this.#take('debug', message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.#take('info', message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#take('warn', message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#take('error', message, fields)
  }

  /** Resolves when every line so far is written; before the process ends. */
  async flush(): Promise<void> {
    if (this.#lines.length > 0) this.#make()
    await this.#made
  }

  #take(level: Line['level'], message: string, fields: LogFields | undefined): void {
    const { clock, level: threshold } = this.#settings
    if (LEVELS.indexOf(level) < LEVELS.indexOf(threshold)) return
    if (this.#logger !== undefined) {
      this.#logger[level](message, fields)
      return
    }
    this.#lines.push({ timeMs: clock.now(), level, message, fields })
    this.#timer ??= clock.setTimer(MADE_AFTER_MS, () => {
      this.#make()
    })
  }

  #make(): void {
    this.#timer?.cancel()
    const { clock, make } = this.#settings
    this.#made ??= make(() => this.#timeMs ?? clock.now()).then((logger) => {
      for (const { timeMs, level, message, fields } of this.#lines) {
        this.#timeMs = timeMs
        logger[level](message, fields)
      }
      this.#lines = []
      this.#timeMs = undefined
      this.#logger = logger
    })
  }
}
