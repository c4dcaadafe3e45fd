import type { DurationLike } from '../../eventtime/time.js'
import { ProcessingTimeTrigger } from '../triggers/processing-time-trigger.js'
import { offsetMilliseconds, positiveMilliseconds } from '../window-arguments.js'
import { TimeWindow } from '../windows/time-window.js'
import { WindowAssigner, type WindowAssignerContext } from './window-assigner.js'

const METHOD = 'TumblingProcessingTimeWindows.of'

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
  readonly #sizeMs: number
  readonly #offsetMs: number

  private constructor(sizeMs: number, offsetMs: number) {
    super()
    this.#sizeMs = sizeMs
    this.#offsetMs = offsetMs
  }

  /** Windows begin at `offset` and its multiples by `size`: without one at the epoch, in UTC. Both in ms. */
  static of(size: DurationLike, offset: DurationLike = 0): TumblingProcessingTimeWindows {
    const sizeMs = positiveMilliseconds(size, { method: METHOD, name: 'size' })
    return new TumblingProcessingTimeWindows(
      sizeMs,
      offsetMilliseconds(offset, sizeMs, { method: METHOD, name: 'offset' }),
    )
  }

  assignWindows(_element: unknown, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    const start = TimeWindow.getWindowStartWithOffset(context.getCurrentProcessingTime(), this.#offsetMs, this.#sizeMs)
    return [new TimeWindow(start, start + this.#sizeMs)]
  }

  getDefaultTrigger(): ProcessingTimeTrigger {
    return ProcessingTimeTrigger.create()
  }

  isEventTime(): boolean {
    return false
  }

  override toString(): string {
    return `TumblingProcessingTimeWindows(${String(this.#sizeMs)})`
  }
}
