import { ClusterOptions } from '../../core/config/cluster-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { SessionOptions } from '../../core/config/session-options.js'
import { LEVELS } from '../../core/logging/lazy-logger.js'
import type { Logger } from '../../core/logging/logger.js'
import { createPinoLogger } from '../../core/logging/pino-logger.js'

/** The log of a session: what it starts and ends is told as well, unless its user has asked for less. */
export function openSessionLog(
  configuration: Configuration,
  destination: string,
  tell: (text: string) => void,
): Promise<Logger> {
  const name = configuration.getOptional(ClusterOptions.LOG_LEVEL) ?? 'INFO'
  const level = name === 'OFF' ? 'silent' : (LEVELS.find((candidate) => candidate === name.toLowerCase()) ?? 'info')
  const rolling = {
    maxSizeBytes: configuration.get(SessionOptions.LOG_MAX_SIZE),
    maxFiles: configuration.get(SessionOptions.LOG_MAX),
  }
  return createPinoLogger({ level, destination, rolling, base: { pid: process.pid }, now: Date.now, tell })
}
