// Duty: makes the results of a window of two streams, whose records are TaggedUnions.
// Invariants: records of each stream stay in the order in which they came.
// Thread: the task worker that owns the operator.
import type { CoGroupResultSpec } from '../../../api/dag/operators/window-spec.js'
import type { TaggedUnion } from '../../../api/datastream/tagged-union.js'
import type { CoGroupFunction } from '../../../api/functions/co-group-function.js'
import type { TimestampedCollector } from '../operators/timestamped-collector.js'
import { asyncNotAllowed, isThenable, refuseResults } from '../state/thenable.js'

type AnyCoGroupFunction = CoGroupFunction<unknown, unknown, unknown>
type Tagged = Iterable<TaggedUnion<unknown, unknown>>

export class CoGroupedResults {
  readonly #operatorName: string
  readonly #collector: TimestampedCollector

  constructor(operatorName: string, collector: TimestampedCollector) {
    this.#operatorName = operatorName
    this.#collector = collector
  }

  /** The collector knows the timestamp of the results. */
  emit(result: CoGroupResultSpec, elements: Tagged): void {
    const first: unknown[] = []
    const second: unknown[] = []
    for (const element of elements) {
      if (element.isOne()) first.push(element.getOne())
      else second.push(element.getTwo())
    }
    switch (result.kind) {
      case 'co-group':
        this.#coGroup(result.function, first, second)
        return
      case 'join':
        for (const left of first) {
          for (const right of second) {
            const { function: userFunction } = result
            this.#collector.collect(this.#checked(userFunction.join(left, right), 'join', userFunction))
          }
        }
        return
      case 'flat-join':
        for (const left of first) {
          for (const right of second) {
            const { function: userFunction } = result
            const returned: unknown = userFunction.join(left, right, this.#collector)
            refuseResults(returned, this.#operatorName, 'join', userFunction)
          }
        }
    }
  }

  #coGroup(userFunction: AnyCoGroupFunction, first: readonly unknown[], second: readonly unknown[]): void {
    const returned: unknown = userFunction.coGroup(first, second, this.#collector)
    refuseResults(returned, this.#operatorName, 'coGroup', userFunction)
  }

  #checked(returned: unknown, method: string, userFunction: object): unknown {
    if (isThenable(returned)) throw asyncNotAllowed(returned, this.#operatorName, method, userFunction)
    return returned
  }
}
