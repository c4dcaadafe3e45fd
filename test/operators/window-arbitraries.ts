/** Random windows for tests against the oracle, and the same as a program says them. */
import fc from 'fast-check'
import { EventTimeSessionWindows } from '../../src/api/windowing/assigners/event-time-session-windows.js'
import { SlidingEventTimeWindows } from '../../src/api/windowing/assigners/sliding-event-time-windows.js'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import type { WindowAssigner } from '../../src/api/windowing/assigners/window-assigner.js'
import { CountTrigger } from '../../src/api/windowing/triggers/count-trigger.js'
import { EventTimeTrigger } from '../../src/api/windowing/triggers/event-time-trigger.js'
import { PurgingTrigger } from '../../src/api/windowing/triggers/purging-trigger.js'
import type { Trigger } from '../../src/api/windowing/triggers/trigger.js'
import type { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import type { AssignerCase, TriggerCase, WindowCase } from './window-oracle.js'

const assigners: fc.Arbitrary<AssignerCase> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: -11, max: 11 }))
    .map(([size, slide, offset]) => ({ kind: 'aligned' as const, size, slide, offset: offset % slide })),
  fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: -11, max: 11 }))
    .map(([size, offset]) => ({ kind: 'aligned' as const, size, slide: size, offset: offset % size })),
  fc.integer({ min: 1, max: 8 }).map((gap) => ({ kind: 'session' as const, gap })),
)
const triggers: fc.Arbitrary<TriggerCase> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<TriggerCase>({ kind: 'default' }) },
  { weight: 1, arbitrary: fc.constant<TriggerCase>({ kind: 'purging' }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }).map((count) => ({ kind: 'count' as const, count })) },
)
export const windowCases: fc.Arbitrary<WindowCase> = fc.record({
  assigner: assigners,
  trigger: triggers,
  lateness: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 15 })),
})

export function assignerOf(of: AssignerCase): WindowAssigner<unknown, TimeWindow> {
  if (of.kind === 'session') return EventTimeSessionWindows.withGap(of.gap)
  const { size, slide, offset } = of
  return size === slide ? TumblingEventTimeWindows.of(size, offset) : SlidingEventTimeWindows.of(size, slide, offset)
}

export function triggerOf(of: TriggerCase): Trigger<unknown, TimeWindow> {
  if (of.kind === 'count') return CountTrigger.of(of.count)
  return of.kind === 'purging' ? PurgingTrigger.of(EventTimeTrigger.create()) : EventTimeTrigger.create()
}
