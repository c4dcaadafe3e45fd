// Duty: a WindowOperator with an evictor: all records of a window are kept, and the evictor takes some away when it fires.
// Invariants: what was taken away is gone from the contents, too. Reduce and aggregate run over what is left, at each firing.
// Thread: the task worker that owns the operator.
import type { WindowContentsSpec, WindowSpec } from '../../../api/dag/operators/window-spec.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { Evictor, EvictorContext } from '../../../api/windowing/evictors/evictor.js'
import { TimestampedValue } from '../../../api/windowing/evictors/timestamped-value.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import { timestampedValueType } from './timestamped-value-type.js'
import { listDescriptor } from './window-contents.js'
import { WindowOperator } from './window-operator.js'

export class EvictingWindowOperator extends WindowOperator {
  readonly #evictor: Evictor<unknown, Window>
  readonly #evictorContext: EvictorContext

  constructor(
    binding: OperatorBinding,
    context: OperatorContext,
    parts: { spec: WindowSpec; evictor: Evictor<unknown, Window> },
  ) {
    super(binding, context, parts.spec)
    this.#evictor = parts.evictor
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

  protected override emitContents(window: Window, held: unknown): void {
    const elements = [...(held as Iterable<TimestampedValue<unknown>>)]
    this.#evictor.evictBefore(elements, elements.length, window, this.#evictorContext)
    const values = elements.map((element) => element.getValue())
    this.parts.results.emit(this.backend.currentKey(), window, this.#combined(values, this.spec.contents))
    this.#evictor.evictAfter(elements, elements.length, window, this.#evictorContext)
    const contents: unknown = this.parts.contents
    ;(contents as ListState<unknown>).update(elements)
  }

  /** As a list of one, or of none where there is nothing to reduce. */
  #combined(values: readonly unknown[], spec: WindowContentsSpec): readonly unknown[] {
    switch (spec.kind) {
      case 'list':
        return values
      case 'reducing': {
        const [first, ...others] = values
        if (values.length === 0) return []
        return [others.reduce((combined, value) => spec.function.reduce(combined, value), first)]
      }
      case 'aggregating': {
        const aggregator = spec.function
        const start = aggregator.createAccumulator()
        const accumulator = values.reduce((before, value) => aggregator.add(value, before), start)
        return [aggregator.getResult(accumulator)]
      }
    }
  }
}
