import type { DurationLike } from '../../eventtime/time.js'
import { ProcessingTimeTrigger } from '../triggers/processing-time-trigger.js'
import type { TimeWindow } from '../windows/time-window.js'
import { slidesOf, slidingWindowsOf, type Slides } from './sliding-windows.js'
import { WindowAssigner, type WindowAssignerContext } from './window-assigner.js'

/**
 * Windows of one length, of which one begins every `slide`, by the clock: the windows in which records arrive. A record lies in size / slide of
 * them; where the slide is longer than the size, in one or none.
 *
 * @example
 * ```ts
 * import { SlidingProcessingTimeWindows, Time } from 'flink-ts'
 *
 * const lastMinuteEverySecond = SlidingProcessingTimeWindows.of(Time.minutes(1), Time.seconds(1))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#sliding-windows
 */
export class SlidingProcessingTimeWindows extends WindowAssigner<unknown, TimeWindow> {
  readonly #slides: Slides

  private constructor(slides: Slides) {
    super()
    this.#slides = slides
  }

  /** Windows begin at `offset` and its multiples by `slide`: without one at the epoch, in UTC. All in ms. */
  static of(size: DurationLike, slide: DurationLike, offset: DurationLike = 0): SlidingProcessingTimeWindows {
    return new SlidingProcessingTimeWindows(slidesOf('SlidingProcessingTimeWindows.of', { size, slide, offset }))
  }

  assignWindows(_element: unknown, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    return slidingWindowsOf(context.getCurrentProcessingTime(), this.#slides)
  }

  getDefaultTrigger(): ProcessingTimeTrigger {
    return ProcessingTimeTrigger.create()
  }

  isEventTime(): boolean {
    return false
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
    return `SlidingProcessingTimeWindows(${String(sizeMs)}, ${String(slideMs)})`
  }
}
