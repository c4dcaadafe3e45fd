import type { DurationLike } from '../../eventtime/time.js'
import { EventTimeTrigger } from '../triggers/event-time-trigger.js'
import type { TimeWindow } from '../windows/time-window.js'
import { slidesOf, slidingWindowsOf, type Slides } from './sliding-windows.js'
import { WindowAssigner } from './window-assigner.js'

/**
 * Windows of one length, of which one begins every `slide`, by event time. A record lies in size / slide of
 * them; where the slide is longer than the size, in one or none.
 *
 * @example
 * ```ts
 * import { SlidingEventTimeWindows, Time } from 'flink-ts'
 *
 * const lastMinuteEverySecond = SlidingEventTimeWindows.of(Time.minutes(1), Time.seconds(1))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#sliding-windows
 */
export class SlidingEventTimeWindows extends WindowAssigner<unknown, TimeWindow> {
  readonly #slides: Slides

  private constructor(slides: Slides) {
    super()
    this.#slides = slides
  }

  /** Windows begin at `offset` and its multiples by `slide`: without one at the epoch, in UTC. All in ms. */
  static of(size: DurationLike, slide: DurationLike, offset: DurationLike = 0): SlidingEventTimeWindows {
    return new SlidingEventTimeWindows(slidesOf('SlidingEventTimeWindows.of', { size, slide, offset }))
  }

  assignWindows(_element: unknown, timestamp: number): readonly TimeWindow[] {
    return slidingWindowsOf(timestamp, this.#slides)
  }

  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }

  isEventTime(): boolean {
    return true
  }

  /** Ms. */
  getSize(): number {
    return this.#slides.sizeMs
  }

  /** Ms. */
  getSlide(): number {
    return this.#slides.slideMs
  }

  override toString(): string {
    const { sizeMs, slideMs } = this.#slides
    return `SlidingEventTimeWindows(${String(sizeMs)}, ${String(slideMs)})`
  }
}
