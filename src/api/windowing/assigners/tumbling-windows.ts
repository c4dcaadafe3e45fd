import type { DurationLike } from '../../eventtime/time.js'
import { offsetMilliseconds, positiveMilliseconds } from '../window-arguments.js'
import { TimeWindow } from '../windows/time-window.js'

/** Windows of one length, one after the other. */
export interface Tumbles {
  readonly sizeMs: number
  readonly offsetMs: number
}

/** GRAPH_INVALID, with the method, where a length is no whole number of ms or does not fit. */
export function tumblesOf(method: string, size: DurationLike, offset: DurationLike): Tumbles {
  const sizeMs = positiveMilliseconds(size, { method, name: 'size' })
  return { sizeMs, offsetMs: offsetMilliseconds(offset, sizeMs, { method, name: 'offset' }) }
}

/** The one in which the time lies. */
export function tumblingWindowOf(timeMs: number, { sizeMs, offsetMs }: Tumbles): readonly TimeWindow[] {
  const start = TimeWindow.getWindowStartWithOffset(timeMs, offsetMs, sizeMs)
  return [new TimeWindow(start, start + sizeMs)]
}
