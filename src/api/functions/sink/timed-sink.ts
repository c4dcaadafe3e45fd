import { hasMethods } from '../has-methods.js'
import type { SinkProcessingTimeService } from './sink-processing-time-service.js'

/** A sink function with work that is due by the clock, such as files that are closed when they are old. */
export interface TimedSink {
  /** By the engine, before `open`. What a timer gives back as a promise is waited for as `invoke` is. */
  setProcessingTimeService(service: SinkProcessingTimeService): void
}

/** True for an object with the method of a {@link TimedSink}. */
export function isTimedSink(candidate: unknown): candidate is TimedSink {
  return hasMethods(candidate, 'setProcessingTimeService')
}
