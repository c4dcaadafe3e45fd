import type { DurationLike } from '../../eventtime/time.js'
import { ProcessingTimeTrigger } from '../triggers/processing-time-trigger.js'
import type { TimeWindow } from '../windows/time-window.js'
import { tumblesOf, tumblingWindowOf, type Tumbles } from './tumbling-windows.js'
import { WindowAssigner, type WindowAssignerContext } from './window-assigner.js'

/**
 * Windows of one length, one after the other, by the clock: the windows in which records arrive. A record lies in one of them.
 *
 * @example
 * ```ts
 * import { TumblingProcessingTimeWindows, Time } from 'flink-ts'
 *
 * const minutes = TumblingProcessingTimeWindows.of(Time.minutes(1))
 * const daysInChina = TumblingProcessingTimeWindows.of(Time.days(1), Time.hours(-8))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#tumbling-windows
 */
export class TumblingProcessingTimeWindows extends WindowAssigner<unknown, TimeWindow> {
  readonly #tumbles: Tumbles

  private constructor(tumbles: Tumbles) {
    super()
    this.#tumbles = tumbles
  }

  /** Windows begin at `offset` and its multiples by `size`: without one at the epoch, in UTC. Both in ms. */
  static of(size: DurationLike, offset: DurationLike = 0): TumblingProcessingTimeWindows {
    return new TumblingProcessingTimeWindows(tumblesOf('TumblingProcessingTimeWindows.of', size, offset))
  }

  assignWindows(_element: unknown, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    return tumblingWindowOf(context.getCurrentProcessingTime(), this.#tumbles)
  }

  getDefaultTrigger(): ProcessingTimeTrigger {
    return ProcessingTimeTrigger.create()
  }

  isEventTime(): boolean {
    return false
  }

  override toString(): string {
    return `TumblingProcessingTimeWindows(${String(this.#tumbles.sizeMs)})`
  }
}
