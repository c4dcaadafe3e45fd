import { NeverTrigger } from '../triggers/never-trigger.js'
import type { Trigger } from '../triggers/trigger.js'
import { GLOBAL_WINDOW_SERIALIZER, GlobalWindow } from '../windows/global-window.js'
import type { WindowSerializer } from '../windows/window-serializer.js'
import { WindowAssigner } from './window-assigner.js'

const ONE: readonly GlobalWindow[] = [GlobalWindow.get()]

/**
 * All records of a key in one window, which has no end and fires only by a trigger of its own.
 *
 * @example
 * ```ts
 * import { CountTrigger, GlobalWindows, type KeyedStream, type WindowedStream, type GlobalWindow } from 'flink-ts'
 *
 * function everyHundred<T>(stream: KeyedStream<T, string>): WindowedStream<T, string, GlobalWindow> {
 *   return stream.window(GlobalWindows.create()).trigger(CountTrigger.of(100))
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#global-windows
 */
export class GlobalWindows extends WindowAssigner<unknown, GlobalWindow> {
  private constructor() {
    super()
  }

  static create(): GlobalWindows {
    return new GlobalWindows()
  }

  assignWindows(): readonly GlobalWindow[] {
    return ONE
  }

  getDefaultTrigger(): Trigger<unknown, GlobalWindow> {
    return new NeverTrigger()
  }

  isEventTime(): boolean {
    return false
  }

  override getWindowSerializer(): WindowSerializer<GlobalWindow> {
    return GLOBAL_WINDOW_SERIALIZER
  }

  override toString(): string {
    return 'GlobalWindows()'
  }
}
