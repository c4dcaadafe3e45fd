import path from 'node:path'
import { makeDirectories } from '../fs/make-directories.js'
import type { Logger, LogFields } from './logger.js'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface PinoLoggerSettings {
  readonly level: LogLevel
  /** A file to append to, or 2 for standard error. */
  readonly destination: string | 2
  /** Written on every line. */
  readonly base: LogFields
}

/** A logger of JSON lines. Loads pino when it is made, and makes the directory of its file. */
export async function createPinoLogger(settings: PinoLoggerSettings): Promise<Logger> {
  const { pino } = await import('pino')
  if (settings.destination !== 2) await makeDirectories(path.dirname(settings.destination))
  const target = pino.destination({ dest: settings.destination, sync: true })
  const log = pino({ level: settings.level, base: { ...settings.base } }, target)
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
