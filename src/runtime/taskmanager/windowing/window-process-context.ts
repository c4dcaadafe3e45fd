// Duty: what a ProcessWindowFunction knows of the window that fires or ends.
// Invariants: one object serves all windows; `current` is set before each call of the function.
// Thread: the task worker that owns the operator.
import type { OutputTag } from '../../../api/functions/output-tag.js'
import type { KeyedStateStore } from '../../../api/state/keyed-state-store.js'
import type { ProcessWindowFunctionContext } from '../../../api/windowing/functions/process-window-function.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import { tagIdOf } from '../operators/side-output-tag.js'
import type { Output } from '../operators/output.js'
import type { InternalTimerService } from '../timers/internal-timer-service.js'

export interface ProcessSurroundings {
  readonly timers: Pick<InternalTimerService<Window>, 'currentProcessingTime' | 'currentWatermark'>
  readonly output: Pick<Output, 'collectSideOutput'>
  readonly globalState: KeyedStateStore
  windowStateOf(window: Window): KeyedStateStore
}

export class WindowProcessContext implements ProcessWindowFunctionContext<Window> {
  current: Window
  readonly #surroundings: ProcessSurroundings

  constructor(window: Window, surroundings: ProcessSurroundings) {
    this.current = window
    this.#surroundings = surroundings
  }

  window(): Window {
    return this.current
  }

  currentProcessingTime(): number {
    return this.#surroundings.timers.currentProcessingTime()
  }

  currentWatermark(): number {
    return this.#surroundings.timers.currentWatermark()
  }

  windowState(): KeyedStateStore {
    return this.#surroundings.windowStateOf(this.current)
  }

  globalState(): KeyedStateStore {
    return this.#surroundings.globalState
  }

  output<X>(outputTag: OutputTag<X>, value: X): void {
    this.#surroundings.output.collectSideOutput(tagIdOf(outputTag), value, this.current.maxTimestamp())
  }
}
