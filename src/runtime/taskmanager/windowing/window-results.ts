// Duty: makes the results of a window by its function, whichever of its forms it has.
// Invariants: what it emits has the greatest timestamp of the window.
// Thread: the task worker that owns the operator.
import type { WindowResultSpec } from '../../../api/dag/operators/window-spec.js'
import type { TaggedUnion } from '../../../api/datastream/tagged-union.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import type { TimestampedCollector } from '../operators/timestamped-collector.js'
import { asyncNotAllowed, isThenable, refuseResults } from '../state/thenable.js'
import { CoGroupedResults } from './co-grouped-results.js'
import type { WindowProcessContext } from './window-process-context.js'

export interface ResultSurroundings {
  readonly operatorName: string
  readonly collector: TimestampedCollector
  readonly context: WindowProcessContext
}

export class WindowResults {
  readonly #result: WindowResultSpec
  readonly #surroundings: ResultSurroundings
  readonly #coGrouped: CoGroupedResults

  constructor(result: WindowResultSpec, surroundings: ResultSurroundings) {
    this.#result = result
    this.#surroundings = surroundings
    this.#coGrouped = new CoGroupedResults(surroundings.operatorName, surroundings.collector)
  }

  /** `elements`: all records, or the one value. */
  emit(key: unknown, window: Window, elements: Iterable<unknown>): void {
    const { collector, context } = this.#surroundings
    const result = this.#result
    collector.timestamp = window.maxTimestamp()
    context.current = window
    switch (result.kind) {
      case 'contents':
        for (const element of elements) collector.collect(element)
        return
      case 'process': {
        const returned: unknown = result.function.process(key, context, elements, collector)
        this.#refuseResults(returned, 'process')
        return
      }
      case 'process-all': {
        const returned: unknown = result.function.process(context, elements, collector)
        this.#refuseResults(returned, 'process')
        return
      }
      case 'apply': {
        const returned: unknown = result.function.apply(key, window, elements, collector)
        this.#refuseResults(returned, 'apply')
        return
      }
      case 'apply-all': {
        const returned: unknown = result.function.apply(window, elements, collector)
        this.#refuseResults(returned, 'apply')
        return
      }
      default:
        this.#coGrouped.emit(result, elements as Iterable<TaggedUnion<unknown, unknown>>)
    }
  }

  /** The window ends. */
  clear(window: Window): void {
    const result = this.#result
    if (result.kind !== 'process' && result.kind !== 'process-all') return
    this.#surroundings.context.current = window
    // A plain object need not have it.
    const { clear } = result.function as Partial<typeof result.function>
    this.#refusePromise(clear?.call(result.function, this.#surroundings.context), 'clear')
  }

  #refuseResults(returned: unknown, method: string): void {
    refuseResults(returned, this.#surroundings.operatorName, method, this.#function)
  }

  #refusePromise(returned: unknown, method: string): void {
    if (!isThenable(returned)) return
    throw asyncNotAllowed(returned, this.#surroundings.operatorName, method, this.#function)
  }

  get #function(): object {
    return 'function' in this.#result ? this.#result.function : {}
  }
}
