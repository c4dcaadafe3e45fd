// Duty: what a reduction or an aggregation of windows does with records, and with what they were combined to, where the operator
// does it by itself: in panes, sessions, and under an evictor.
// Invariants: `merge` may change what it is given, as the functions may: who needs it afterwards gives a copy.
// Thread: the task worker that owns the operator.
import { FieldAggregation } from '../../../api/datastream/aggregations.js'
import type { WindowSpec } from '../../../api/dag/operators/window-spec.js'
import type { AggregateFunction } from '../../../api/functions/aggregate-function.js'
import type { ReduceFunction } from '../../../api/functions/reduce-function.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { asyncNotAllowed, CONTENTS_STATE, isThenable, resultMissing, stateMethod } from '../state/thenable.js'
import { RecordsSerializer } from './sessions-type.js'

export interface ContentsFold {
  /** `held`: undefined before the first record. */
  add(held: unknown, value: unknown): unknown
  merge(first: unknown, second: unknown): unknown
  result(held: unknown): unknown
  copy(held: unknown): unknown
}

/** Of what is held, where it is declared. */
export function heldType({ contents, elementType }: WindowSpec): TypeInformation<unknown> | undefined {
  return contents.kind === 'aggregating' ? contents.accumulatorType : elementType
}

/** Undefined for windows that keep all their records. */
export function contentsFold(
  spec: WindowSpec,
  operator: string,
  registered: RegisteredTypes,
): ContentsFold | undefined {
  const { contents } = spec
  if (contents.kind === 'list') return undefined
  const serializer = heldType(spec)?.createSerializer(registered) ?? structuredSerializer(registered)
  return contents.kind === 'reducing'
    ? new ReducingFold(contents.function, serializer, operator)
    : new AggregatingFold(contents.function, serializer, operator)
}

/** Also of windows that keep all their records. */
export function anyContentsFold(spec: WindowSpec, operator: string, registered: RegisteredTypes): ContentsFold {
  const fold = contentsFold(spec, operator, registered)
  if (fold !== undefined) return fold
  return new RecordsFold(
    new RecordsSerializer(heldType(spec)?.createSerializer(registered) ?? structuredSerializer(registered)),
  )
}

class RecordsFold implements ContentsFold {
  readonly #serializer: TypeSerializer<unknown>

  constructor(serializer: TypeSerializer<unknown>) {
    this.#serializer = serializer
  }

  add(held: unknown, value: unknown): unknown {
    if (held === undefined) return [value]
    const records = held as unknown[]
    records.push(value)
    return records
  }

  merge(first: unknown, second: unknown): unknown {
    return [...(first as unknown[]), ...(second as unknown[])]
  }

  result(held: unknown): unknown {
    return held
  }

  copy(held: unknown): unknown {
    return this.#serializer.copy(held)
  }
}

class ReducingFold implements ContentsFold {
  readonly #reducer: ReduceFunction<unknown>
  readonly #serializer: TypeSerializer<unknown>
  readonly #operator: string

  constructor(reducer: ReduceFunction<unknown>, serializer: TypeSerializer<unknown>, operator: string) {
    this.#reducer = reducer
    this.#serializer = serializer
    this.#operator = operator
  }

  add(held: unknown, value: unknown): unknown {
    if (held !== undefined) return this.merge(held, value)
    if (this.#reducer instanceof FieldAggregation) this.#reducer.check(value)
    return value
  }

  merge(first: unknown, second: unknown): unknown {
    return given(this.#reducer.reduce(first, second), 'reduce', this.#operator)
  }

  result(held: unknown): unknown {
    return held
  }

  copy(held: unknown): unknown {
    return copied(held, this.#serializer)
  }
}

class AggregatingFold implements ContentsFold {
  readonly #aggregator: AggregateFunction<unknown, unknown, unknown>
  readonly #serializer: TypeSerializer<unknown>
  readonly #operator: string

  constructor(
    aggregator: AggregateFunction<unknown, unknown, unknown>,
    serializer: TypeSerializer<unknown>,
    operator: string,
  ) {
    this.#aggregator = aggregator
    this.#serializer = serializer
    this.#operator = operator
  }

  add(held: unknown, value: unknown): unknown {
    const accumulator = held ?? this.#aggregator.createAccumulator()
    return given(this.#aggregator.add(value, accumulator), 'add', this.#operator)
  }

  merge(first: unknown, second: unknown): unknown {
    return given(this.#aggregator.merge(first, second), 'merge', this.#operator)
  }

  result(held: unknown): unknown {
    return given(this.#aggregator.getResult(held), 'getResult', this.#operator)
  }

  copy(held: unknown): unknown {
    return copied(held, this.#serializer)
  }
}

/** As of the state that windows without panes have. */
function given(result: unknown, method: string, operator: string): unknown {
  if (result !== undefined && !isThenable(result)) return result
  const what = stateMethod(method, CONTENTS_STATE)
  throw result === undefined ? resultMissing(operator, what) : asyncNotAllowed(result, operator, what)
}

function copied(held: unknown, serializer: TypeSerializer<unknown>): unknown {
  return typeof held === 'object' && held !== null ? serializer.copy(held) : held
}
