import type { LogFields, Logger } from '../../src/core/logging/logger.js'
import type { Simulation } from './simulation.js'

/** Writes what the engine says into the log of events. */
export function noteLogger(name: string, simulation: Simulation): Logger {
  const note = (message: string, fields: LogFields = {}): void => {
    const details = Object.entries(fields).map(([key, value]) => ` ${key}=${value}`)
    simulation.note(`${name}: ${message}${details.join('')}`)
  }
  return { debug: note, info: note, warn: note, error: note }
}
