import type { Trigger } from '../triggers/trigger.js'
import { TIME_WINDOW_SERIALIZER } from '../windows/time-window.js'
import type { Window } from '../windows/window.js'
import type { WindowSerializer } from '../windows/window-serializer.js'

/**
 * What a {@link WindowAssigner} may ask of its operator.
 *
 * @example
 * ```ts
 * import { TimeWindow, type WindowAssignerContext } from 'flink-ts'
 *
 * const thisSecond = (context: WindowAssignerContext): TimeWindow => {
 *   const now = context.getCurrentProcessingTime()
 *   return new TimeWindow(now - (now % 1000), now - (now % 1000) + 1000)
 * }
 * ```
 */
export interface WindowAssignerContext {
  /** Ms since the epoch, by the clock. */
  getCurrentProcessingTime(): number
}

/**
 * Says in which windows a record lies. To be extended; the built-in ones are {@link TumblingEventTimeWindows},
 * {@link SlidingEventTimeWindows}, {@link EventTimeSessionWindows}, those by processing time, and {@link GlobalWindows}.
 *
 * @example
 * ```ts
 * import { EventTimeTrigger, TimeWindow, WindowAssigner } from 'flink-ts'
 *
 * class Mornings extends WindowAssigner<unknown, TimeWindow> {
 *   assignWindows(_element: unknown, timestamp: number): readonly TimeWindow[] {
 *     const day = timestamp - (timestamp % 86_400_000)
 *     return timestamp - day < 43_200_000 ? [new TimeWindow(day, day + 43_200_000)] : []
 *   }
 *   getDefaultTrigger(): EventTimeTrigger {
 *     return EventTimeTrigger.create()
 *   }
 *   isEventTime(): boolean {
 *     return true
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#window-assigners
 */
export abstract class WindowAssigner<T, W extends Window> {
  /** `timestamp`: ms since the epoch. Where the windows are of event time, a record without one is RECORD_WITHOUT_TIMESTAMP. */
  abstract assignWindows(element: T, timestamp: number, context: WindowAssignerContext): readonly W[]
  /** When windows fire, unless `trigger(...)` says it. */
  abstract getDefaultTrigger(): Trigger<T, W>
  /** Whether windows end by watermarks, else by the clock. */
  abstract isEventTime(): boolean

  /** How its windows are written: time windows, unless this is overridden. */
  getWindowSerializer(): WindowSerializer<W> {
    return TIME_WINDOW_SERIALIZER as unknown as WindowSerializer<W>
  }

  toString(): string {
    return `${this.constructor.name}()`
  }
}
