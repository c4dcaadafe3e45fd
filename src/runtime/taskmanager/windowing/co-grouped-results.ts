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

/** The room for the records of a larger window is given back. */
const MOST_KEPT = 1024

/** Of one stream; the same list for all windows, as a new one would have room for seventeen records and most have one or two. */
class WindowRecords {
  readonly #records: unknown[] = []
  size = 0

  add(record: unknown): void {
    this.#records[this.size] = record
    this.size += 1
  }

  at(index: number): unknown {
    return this.#records[index]
  }

  /** For functions, which may keep it. */
  list(): unknown[] {
    return this.#records.slice(0, this.size)
  }

  /** Holds no record. */
  clear(): void {
    if (this.#records.length > MOST_KEPT) this.#records.length = 0
    else this.#records.fill(undefined, 0, this.size)
    this.size = 0
  }
}

export class CoGroupedResults {
  readonly #operatorName: string
  readonly #collector: TimestampedCollector
  readonly #first = new WindowRecords()
  readonly #second = new WindowRecords()

  constructor(operatorName: string, collector: TimestampedCollector) {
    this.#operatorName = operatorName
    this.#collector = collector
  }

  /** The collector knows the timestamp of the results. */
  emit(result: CoGroupResultSpec, elements: Tagged): void {
    this.#part(elements)
    try {
      this.#emitParted(result)
    } finally {
      this.#first.clear()
      this.#second.clear()
    }
  }

  #part(elements: Tagged): void {
    for (const element of elements) {
      if (element.isOne()) this.#first.add(element.getOne())
      else this.#second.add(element.getTwo())
    }
  }

  #emitParted(result: CoGroupResultSpec): void {
    const first = this.#first
    const second = this.#second
    switch (result.kind) {
      case 'co-group':
        this.#coGroup(result.function, first.list(), second.list())
        return
      case 'join':
        for (let left = 0; left < first.size; left += 1) {
          for (let right = 0; right < second.size; right += 1) {
            const { function: userFunction } = result
            const returned: unknown = userFunction.join(first.at(left), second.at(right))
            this.#collector.collect(this.#checked(returned, 'join', userFunction))
          }
        }
        return
      case 'flat-join':
        for (let left = 0; left < first.size; left += 1) {
          for (let right = 0; right < second.size; right += 1) {
            const { function: userFunction } = result
            const returned: unknown = userFunction.join(first.at(left), second.at(right), this.#collector)
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
