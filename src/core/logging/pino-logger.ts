import path from 'node:path'
import { makeDirectories } from '../fs/make-directories.js'
import { LogFile } from './log-file.js'
import { RollingLogFile } from './rolling-log-file.js'
import type { LogLevel } from './lazy-logger.js'
import type { Logger, LogFields } from './logger.js'

export interface PinoLoggerSettings {
  readonly level: LogLevel
  /** A file to append to. */
  readonly destination: string
  /** It is begun anew with this start, and when it has become so long; of the older ones so many are kept. */
  readonly rolling?: { readonly maxSizeBytes: number; readonly maxFiles: number }
  /** Written on every line. */
  readonly base: LogFields
  /** When the line was given that is being written, in epoch ms. */
  readonly now: () => number
  /** For what the user must know about the log itself. */
  readonly tell: (text: string) => void
}

/** A logger of JSON lines, with names of levels and ISO times. Loads pino when it is made, and makes the directory of its file. */
export async function createPinoLogger(settings: PinoLoggerSettings): Promise<Logger> {
  const { pino } = await import('pino')
  const { destination, now, tell, rolling } = settings
  await makeDirectories(path.dirname(destination))
  const target =
    rolling === undefined
      ? new LogFile({ path: destination, tell })
      : new RollingLogFile({ path: destination, tell, ...rolling })
  const named = {
    // As `env.log.level` names them.
    formatters: { level: (label: string) => ({ level: label.toUpperCase() }) },
    timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
  }
  const log = pino({ level: settings.level, base: { ...settings.base }, ...named }, target)
  return {
    debug: (message, fields = {}) => {
      log.debug(fields, message)
    },
    info: (message, fields = {}) => {
      log.info(fields, message)
    },
    warn: (message, fields = {}) => {
      log.warn(fields, message)
    },
    error: (message, fields = {}) => {
      log.error(fields, message)
    },
  }
}
