// Duty: a WindowOperator with an evictor: all records of a window are kept, and the evictor takes some away when it fires.
// Invariants: what was taken away is gone from the contents, too. Reduce and aggregate run over what is left, at each firing, and
// what they change of it the contents do not see.
// Thread: the task worker that owns the operator.
import type { WindowSpec } from '../../../api/dag/operators/window-spec.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { Evictor, EvictorContext } from '../../../api/windowing/evictors/evictor.js'
import { TimestampedValue } from '../../../api/windowing/evictors/timestamped-value.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import { asyncNotAllowed, isThenable } from '../state/thenable.js'
import { contentsFold, type ContentsFold } from './contents-fold.js'
import { timestampedValueType } from './timestamped-value-type.js'
import { listDescriptor } from './window-contents.js'
import type { AfterFiring } from './window-copies.js'
import { WindowOperator } from './window-operator.js'

type EvictorMethod = 'evictBefore' | 'evictAfter'

export class EvictingWindowOperator extends WindowOperator {
  readonly #evictor: Evictor<unknown, Window>
  readonly #evictorContext: EvictorContext
  /** Undefined where a function is given all records. */
  readonly #fold: ContentsFold | undefined

  constructor(
    binding: OperatorBinding,
    context: OperatorContext,
    parts: { spec: WindowSpec; evictor: Evictor<unknown, Window> },
  ) {
    super(binding, context, parts.spec)
    this.#evictor = parts.evictor
    this.#fold = contentsFold(parts.spec, this.name, context.registeredTypes)
    this.#evictorContext = {
      getCurrentProcessingTime: () => this.parts.timers.currentProcessingTime(),
      getCurrentWatermark: () => this.parts.timers.currentWatermark(),
      getMetricGroup: () => context.metrics,
    }
  }

  protected override contentsDescriptor(): StateDescriptor<unknown> {
    return listDescriptor(timestampedValueType(this.spec.elementType))
  }

  protected override keptForm(value: unknown, timestamp: number): unknown {
    return new TimestampedValue(value, timestamp)
  }

  protected override emitContents(window: Window, held: unknown, after: AfterFiring): void {
    const elements = [...(held as Iterable<TimestampedValue<unknown>>)]
    this.#evict('evictBefore', elements, window)
    const values = elements.map((element) => element.getValue())
    const given = after === 'kept' ? this.parts.copies.ofRecords(values) : values
    this.parts.results.emit(this.backend.currentKey(), window, this.#combined(given))
    this.#evict('evictAfter', elements, window)
    if (after === 'dropped') return
    const contents: unknown = this.parts.contents
    ;(contents as ListState<unknown>).update(elements)
  }

  #evict(method: EvictorMethod, elements: TimestampedValue<unknown>[], window: Window): void {
    const evictor = this.#evictor
    const returned: unknown = evictor[method](elements, elements.length, window, this.#evictorContext)
    if (returned === undefined) return
    if (isThenable(returned)) throw asyncNotAllowed(returned, this.name, method, evictor)
    if (!Array.isArray(returned)) return
    throw resultsUnused(this.name, method, evictor)
  }

  /** As a list of one, or of none where there is nothing to reduce. */
  #combined(values: readonly unknown[]): readonly unknown[] {
    const { contents } = this.spec
    const fold = this.#fold
    if (fold === undefined) return values
    if (values.length === 0 && contents.kind !== 'aggregating') return []
    let combined = contents.kind === 'aggregating' ? contents.function.createAccumulator() : undefined
    for (const value of values) combined = fold.add(combined, value)
    return [fold.result(combined)]
  }
}

function resultsUnused(operator: string, method: EvictorMethod, { constructor }: object): FlinkError {
  // A class expression need not have a name.
  const evictor = constructor.name === '' ? '' : ` ${constructor.name}`
  return new FlinkError('EVICTOR_RESULT_UNUSED', { operator, method, evictor })
}
