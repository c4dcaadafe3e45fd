import type { DurationLike } from '../../eventtime/time.js'
import { offsetMilliseconds, positiveMilliseconds } from '../window-arguments.js'
import { TimeWindow } from '../windows/time-window.js'

export interface Slides {
  readonly sizeMs: number
  readonly slideMs: number
  readonly offsetMs: number
}

interface SlideArguments {
  readonly size: DurationLike
  readonly slide: DurationLike
  readonly offset: DurationLike
}

export function slidesOf(method: string, { size, slide, offset }: SlideArguments): Slides {
  const sizeMs = positiveMilliseconds(size, { method, name: 'size' })
  const slideMs = positiveMilliseconds(slide, { method, name: 'slide' })
  return { sizeMs, slideMs, offsetMs: offsetMilliseconds(offset, slideMs, { method, name: 'offset' }) }
}

/** The newest window first. */
export function slidingWindowsOf(timestamp: number, { sizeMs, slideMs, offsetMs }: Slides): TimeWindow[] {
  const windows: TimeWindow[] = []
  const last = TimeWindow.getWindowStartWithOffset(timestamp, offsetMs, slideMs)
  for (let start = last; start > timestamp - sizeMs; start -= slideMs) {
    windows.push(new TimeWindow(start, start + sizeMs))
  }
  return windows
}
