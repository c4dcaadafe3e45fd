import { CountEvictor } from '../windowing/evictors/count-evictor.js'
import type { Evictor } from '../windowing/evictors/evictor.js'
import { CountTrigger } from '../windowing/triggers/count-trigger.js'
import { PurgingTrigger } from '../windowing/triggers/purging-trigger.js'
import type { Trigger } from '../windowing/triggers/trigger.js'
import { positiveCount } from '../windowing/window-arguments.js'
import type { GlobalWindow } from '../windowing/windows/global-window.js'

interface Windowed {
  trigger(trigger: Trigger<unknown, GlobalWindow>): this
  evictor(evictor: Evictor<unknown, GlobalWindow>): this
}

/** Windows by the number of records: tumbling, or sliding where there is a slide. */
export function countWindows<S extends Windowed>(
  windows: S,
  { method, size, slide }: { readonly method: string; readonly size: number; readonly slide: number | undefined },
): S {
  positiveCount(size, { method, name: 'size' })
  if (slide === undefined) return windows.trigger(PurgingTrigger.of(CountTrigger.of(size)))
  positiveCount(slide, { method, name: 'slide' })
  return windows.evictor(CountEvictor.of(size)).trigger(CountTrigger.of(slide))
}
