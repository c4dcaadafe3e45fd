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
  /**
   * Of the last record and of the one before it that lay in another: most records lie in one of both, and need neither objects of
   * their own nor a division, which takes 20 ns.
   */
  #last: readonly [TimeWindow] | undefined
  #other: readonly [TimeWindow] | undefined

  private constructor(tumbles: Tumbles) {
    super()
    this.#tumbles = tumbles
  }

  /** Windows begin at `offset` and its multiples by `size`: without one at the epoch, in UTC. Both in ms. */
  static of(size: DurationLike, offset: DurationLike = 0): TumblingEventTimeWindows {
    return new TumblingEventTimeWindows(tumblesOf('TumblingEventTimeWindows.of', size, offset))
  }

  assignWindows(_element: unknown, timestamp: number): readonly TimeWindow[] {
    const last = this.#last
    if (last !== undefined && isIn(timestamp, last[0])) return last
    const other = this.#other
    const windows = other !== undefined && isIn(timestamp, other[0]) ? other : this.#windowsAt(timestamp)
    this.#other = last
    this.#last = windows
    return windows
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

  #windowsAt(timestamp: number): readonly [TimeWindow] {
    const { sizeMs, offsetMs } = this.#tumbles
    const start = TimeWindow.getWindowStartWithOffset(timestamp, offsetMs, sizeMs)
    return [new TimeWindow(start, start + sizeMs)]
  }
}

function isIn(timestamp: number, window: TimeWindow): boolean {
  return timestamp >= window.getStart() && timestamp < window.getEnd()
}
