import type { DurationLike } from '../../eventtime/time.js'
import { EventTimeTrigger } from '../triggers/event-time-trigger.js'
import { offsetMilliseconds, positiveMilliseconds } from '../window-arguments.js'
import { TimeWindow } from '../windows/time-window.js'
import { WindowAssigner } from './window-assigner.js'

const METHOD = 'TumblingEventTimeWindows.of'

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
  readonly #sizeMs: number
  readonly #offsetMs: number

  private constructor(sizeMs: number, offsetMs: number) {
    super()
    this.#sizeMs = sizeMs
    this.#offsetMs = offsetMs
  }

  /** Windows begin at `offset` and its multiples by `size`: without one at the epoch, in UTC. Both in ms. */
  static of(size: DurationLike, offset: DurationLike = 0): TumblingEventTimeWindows {
    const sizeMs = positiveMilliseconds(size, { method: METHOD, name: 'size' })
    return new TumblingEventTimeWindows(sizeMs, offsetMilliseconds(offset, sizeMs, { method: METHOD, name: 'offset' }))
  }

  assignWindows(_element: unknown, timestamp: number): readonly TimeWindow[] {
    const start = TimeWindow.getWindowStartWithOffset(timestamp, this.#offsetMs, this.#sizeMs)
    return [new TimeWindow(start, start + this.#sizeMs)]
  }

  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }

  isEventTime(): boolean {
    return true
  }

  override toString(): string {
    return `TumblingEventTimeWindows(${String(this.#sizeMs)})`
  }
}
