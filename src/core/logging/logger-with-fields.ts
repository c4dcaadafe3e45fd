import type { LogFields, Logger } from './logger.js'

/** Every line of the logger with these fields too; those of the line itself win. */
export function loggerWithFields(logger: Logger, common: LogFields): Logger {
  return {
    debug: (message, fields) => {
      logger.debug(message, { ...common, ...fields })
    },
    info: (message, fields) => {
      logger.info(message, { ...common, ...fields })
    },
    warn: (message, fields) => {
      logger.warn(message, { ...common, ...fields })
    },
    error: (message, fields) => {
      logger.error(message, { ...common, ...fields })
    },
  }
}
