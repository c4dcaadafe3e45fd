import type { Collector } from '../../src/api/functions/collector.js'
import {
  ProcessWindowFunction,
  type ProcessWindowFunctionContext,
} from '../../src/api/windowing/functions/process-window-function.js'
import type { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import type { Window } from '../../src/api/windowing/windows/window.js'
import type { Event } from './window-case.js'

/** Key, bounds and the values of the window, in their order. */
export class Values extends ProcessWindowFunction<Event, unknown, string, TimeWindow> {
  process(
    key: string,
    context: ProcessWindowFunctionContext<TimeWindow>,
    elements: Iterable<Event>,
    out: Collector<unknown>,
  ): void {
    const window = context.window()
    out.collect([key, window.getStart(), window.getEnd(), [...elements].map(([, value]) => value)])
  }
}

/** Of windows of any kind. */
export class AnyValues extends ProcessWindowFunction<Event, unknown, string, Window> {
  process(
    key: string,
    _context: ProcessWindowFunctionContext<Window>,
    elements: Iterable<Event>,
    out: Collector<unknown>,
  ): void {
    out.collect([key, [...elements].map(([, value]) => value)])
  }
}

export function add(left: Event, right: Event): Event {
  return [left[0], left[1] + right[1]]
}

/** Count and sum. */
export const average = {
  createAccumulator: (): readonly [number, number] => [0, 0],
  add: ([, value]: Event, [count, sum]: readonly [number, number]): readonly [number, number] => [
    count + 1,
    sum + value,
  ],
  getResult: ([count, sum]: readonly [number, number]): number => sum / count,
  merge: (left: readonly [number, number], right: readonly [number, number]): readonly [number, number] => [
    left[0] + right[0],
    left[1] + right[1],
  ],
}
