import { DynamicEventTimeSessionWindows } from './assigners/dynamic-event-time-session-windows.js'
import { DynamicProcessingTimeSessionWindows } from './assigners/dynamic-processing-time-session-windows.js'
import { EventTimeSessionWindows } from './assigners/event-time-session-windows.js'
import { ProcessingTimeSessionWindows } from './assigners/processing-time-session-windows.js'
import { SlidingEventTimeWindows } from './assigners/sliding-event-time-windows.js'
import type { Slides } from './assigners/sliding-windows.js'
import { SlidingProcessingTimeWindows } from './assigners/sliding-processing-time-windows.js'
import { TumblingEventTimeWindows } from './assigners/tumbling-event-time-windows.js'
import { TumblingProcessingTimeWindows } from './assigners/tumbling-processing-time-windows.js'
import { EventTimeTrigger } from './triggers/event-time-trigger.js'

/** What is known of windows whose assigner or trigger is one of the built-in ones, and none that extends it. */
export interface KnownWindowing {
  /** The trigger is EventTimeTrigger, with no method of its own. */
  readonly firesAtEnd: boolean
  /** Windows begin and end at the same times for all keys. */
  readonly isAligned: boolean
  /** Windows merge that touch, and become the one that covers them. */
  readonly mergesTouching: boolean
  /** Of sessions by event time with one gap for all records. */
  readonly sessionGapMs: number | undefined
  /** By event time, of which some overlap. */
  readonly slides: Slides | undefined
}

const SESSIONS: ReadonlySet<unknown> = new Set([
  EventTimeSessionWindows,
  ProcessingTimeSessionWindows,
  DynamicEventTimeSessionWindows,
  DynamicProcessingTimeSessionWindows,
])

const ALIGNED: ReadonlySet<unknown> = new Set([
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
])

export function knownWindowing(assigner: object, trigger: object): KnownWindowing {
  return {
    firesAtEnd: trigger.constructor === EventTimeTrigger && Object.keys(trigger).length === 0,
    isAligned: ALIGNED.has(assigner.constructor),
    mergesTouching: SESSIONS.has(assigner.constructor),
    sessionGapMs: sessionGapOf(assigner),
    slides: overlappingSlides(assigner),
  }
}

function sessionGapOf(assigner: object): number | undefined {
  if (!(assigner instanceof EventTimeSessionWindows) || assigner.constructor !== EventTimeSessionWindows)
    return undefined
  return assigner.assignWindows(undefined, 0)[0]?.getEnd()
}

function overlappingSlides(assigner: object): Slides | undefined {
  if (!(assigner instanceof SlidingEventTimeWindows) || assigner.constructor !== SlidingEventTimeWindows)
    return undefined
  const sizeMs = assigner.getSize()
  const slideMs = assigner.getSlide()
  if (sizeMs <= slideMs) return undefined
  const [newest] = assigner.assignWindows(undefined, 0)
  return newest === undefined ? undefined : { sizeMs, slideMs, offsetMs: newest.getStart() }
}
