import { describeValue } from '../../core/errors/describe-value.js'
import type { WindowingSpec } from '../dag/operators/window-spec.js'
import type { DurationLike } from '../eventtime/time.js'
import { hasMethods } from '../functions/has-methods.js'
import type { OutputTag } from '../functions/output-tag.js'
import type { WindowAssigner } from '../windowing/assigners/window-assigner.js'
import type { Evictor } from '../windowing/evictors/evictor.js'
import { knownWindowing } from '../windowing/known-windowing.js'
import type { Trigger } from '../windowing/triggers/trigger.js'
import { invalid, millisecondsOf, outputTagId } from '../windowing/window-arguments.js'
import type { Window } from '../windowing/windows/window.js'

/** Collects what is said of windows: where records lie, and when they fire. */
export class WindowingBuilder {
  #spec: Omit<WindowingSpec, 'known'>

  constructor(assigner: unknown, method: string) {
    if (!hasMethods(assigner, 'assignWindows', 'getDefaultTrigger', 'isEventTime', 'getWindowSerializer')) {
      throw invalid({ method }, `it takes a WindowAssigner, not ${describeValue(assigner)}`)
    }
    const windows = assigner as WindowAssigner<unknown, Window>
    const trigger = windows.getDefaultTrigger()
    this.#spec = { assigner: windows, trigger, evictor: undefined, allowedLatenessMs: 0, lateTag: undefined }
  }

  trigger(trigger: unknown): void {
    if (!hasMethods(trigger, 'onElement', 'onEventTime', 'onProcessingTime', 'clear', 'canMerge')) {
      throw invalid({ method: 'trigger' }, `it takes a Trigger, not ${describeValue(trigger)}`)
    }
    this.#spec = { ...this.#spec, trigger: trigger as Trigger<unknown, Window> }
    this.#checkMerging()
  }

  evictor(evictor: unknown): void {
    if (!hasMethods(evictor, 'evictBefore', 'evictAfter')) {
      throw invalid({ method: 'evictor' }, `it takes an Evictor, not ${describeValue(evictor)}`)
    }
    this.#spec = { ...this.#spec, evictor: evictor as Evictor<unknown, Window> }
  }

  allowedLateness(lateness: DurationLike): void {
    const method = 'allowedLateness'
    const allowedLatenessMs = millisecondsOf(lateness, { method, name: 'the allowed lateness' })
    if (allowedLatenessMs < 0) throw invalid({ method }, 'the allowed lateness cannot be negative')
    this.#spec = { ...this.#spec, allowedLatenessMs }
  }

  sideOutputLateData(tag: OutputTag<unknown>): void {
    this.#spec = { ...this.#spec, lateTag: outputTagId(tag, 'sideOutputLateData') }
  }

  /** All that was said. */
  windowing(): WindowingSpec {
    this.#checkMerging()
    return { ...this.#spec, known: knownWindowing(this.#spec.assigner, this.#spec.trigger) }
  }

  #checkMerging(): void {
    const { assigner, trigger } = this.#spec
    if (!hasMethods(assigner, 'mergeWindows') || trigger.canMerge()) return
    const reason = `the windows of ${classNameOf(assigner)} merge, which its trigger ${classNameOf(trigger)} does not support`
    throw invalid({ method: 'trigger' }, reason)
  }
}

/** How an operator of windows is described. */
export function describedWindows({ assigner, trigger, evictor }: WindowingSpec, functions: readonly object[]): string {
  const parts = [trigger, ...(evictor === undefined ? [] : [evictor]), ...functions].map(classNameOf)
  return `Window(${[String(assigner), ...parts].join(', ')})`
}

export function classNameOf(instance: object): string {
  return instance.constructor.name
}
