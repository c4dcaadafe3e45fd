import type { DurationLike } from '../../eventtime/time.js'
import { EventTimeTrigger } from '../triggers/event-time-trigger.js'
import { TimeWindow } from '../windows/time-window.js'
import { tumblesOf, type Tumbles } from './tumbling-windows.js'
import { WindowAssigner } from './window-assigner.js'

/**
 * Windows of one length, one after the other, by event time. A record lies in one of them.
 *
 * @example
 * ```ts
 * import { TumblingEventTimeWindows, Time } from 'flink-ts'
 *
 * const minutes = TumblingEventTimeWindows.of(Time.minutes(1))
 * const daysInChina = TumblingEventTimeWindows.of(Time.days(1), Time.hours(-8))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#tumbling-windows
 */
export class TumblingEventTimeWindows extends WindowAssigner<unknown, TimeWindow> {
  readonly #tumbles: Tumbles
  /** Of the last record: most records lie in the same window as the one before, and need no objects of their own. */
  #last: readonly TimeWindow[] = []
  #lastStart = Number.NaN

  private constructor(tumbles: Tumbles) {
    super()
    this.#tumbles = tumbles
  }

  /** Windows begin at `offset` and its multiples by `size`: without one at the epoch, in UTC. Both in ms. */
  static of(size: DurationLike, offset: DurationLike = 0): TumblingEventTimeWindows {
    return new TumblingEventTimeWindows(tumblesOf('TumblingEventTimeWindows.of', size, offset))
  }

  assignWindows(_element: unknown, timestamp: number): readonly TimeWindow[] {
    const { sizeMs, offsetMs } = this.#tumbles
    const start = TimeWindow.getWindowStartWithOffset(timestamp, offsetMs, sizeMs)
    if (start !== this.#lastStart) {
      this.#last = [new TimeWindow(start, start + sizeMs)]
      this.#lastStart = start
    }
    return this.#last
  }

  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }

  isEventTime(): boolean {
    return true
  }

  override toString(): string {
    return `TumblingEventTimeWindows(${String(this.#tumbles.sizeMs)})`
  }
}
