// Duty: the accumulators of one task, and the merge of one of them, or of a copy while the task runs, with those of other subtasks.
// Invariants: a name is used once in a task, whatever is chained in it, as in Flink. An accumulator has to be
// serializable: the error comes when it is added where that can be seen then, else with the result of the job. Merging
// is the accumulator's own; what comes from another subtask has the class, the local value and the plain fields of the
// accumulator there.
// Thread: the task worker that owns the task.
import { isDeepStrictEqual } from 'node:util'
import type { AccumulatorResult } from '../../../api/environment/accumulator-result.js'
import type { Accumulator } from '../../../api/functions/accumulator.js'
import { DoubleCounter, IntCounter, ListAccumulator, LongCounter } from '../../../api/functions/accumulators.js'
import { AverageAccumulator } from '../../../api/functions/average-accumulator.js'
import {
  DoubleMaximum,
  DoubleMinimum,
  IntMaximum,
  IntMinimum,
  LongMaximum,
  LongMinimum,
} from '../../../api/functions/extremum-accumulators.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { Histogram } from '../../../api/functions/histogram.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { serializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { describeThrown } from '../../../core/errors/thrown-value.js'
import type { AccumulatorPart, AccumulatorParts } from '../../protocol/accumulators.js'
import { isThenable } from '../state/thenable.js'

/** Taking others in changes an accumulator, and this one still counts. */
const WITHOUT_COPY = 'this accumulator has parts that cannot be copied: there is a result when the job has finished'

/** A new one of these takes in whatever the others hold. Their fields are private, as those of many users are. */
const ENGINE_ACCUMULATORS: readonly (new () => AnyAccumulator | Accumulator<number, unknown>)[] = [
  ...[IntCounter, LongCounter, DoubleCounter, Histogram, AverageAccumulator, ListAccumulator],
  ...[IntMinimum, IntMaximum, LongMinimum, LongMaximum, DoubleMinimum, DoubleMaximum],
]

export type AnyAccumulator = Accumulator<unknown, unknown>

interface Registered {
  readonly accumulator: AnyAccumulator
  /** The operator whose function added it. */
  readonly operator: string
}

export class AccumulatorRegistry {
  readonly #registered = new Map<string, Registered>()

  add(name: string, accumulator: AnyAccumulator, operator: string): void {
    checkAccumulator(name, accumulator, operator)
    const existing = this.#registered.get(name)
    if (existing !== undefined) throw new FlinkError('ACCUMULATOR_EXISTS', { operator, name, owner: existing.operator })
    const registered = { accumulator, operator }
    if (hasValue(accumulator)) partOf(name, registered)
    this.#registered.set(name, registered)
  }

  /** The accumulator of the name, of this very class; a new one where there is none. */
  getOrAdd<A extends AnyAccumulator | Accumulator<number, unknown>>(
    name: string,
    type: new () => A,
    operator: string,
  ): A {
    const existing = this.#registered.get(name)
    if (existing === undefined) {
      const made = new type()
      this.add(name, made, operator)
      return made
    }
    const { accumulator, operator: owner } = existing
    const [wanted, found] = [type.name, typeOf(accumulator)]
    if (wanted === found) return accumulator as A
    throw new FlinkError('ACCUMULATOR_IS_ANOTHER', { operator, name, wanted, owner, found })
  }

  get(name: string): AnyAccumulator | undefined {
    return this.#registered.get(name)?.accumulator
  }

  /** As they will arrive. Never throws, as `merge`. */
  parts(): AccumulatorParts {
    return Object.fromEntries(
      [...this.#registered].map(([name, registered]) => [name, partOrFailure(name, registered)]),
    )
  }

  /** Never throws: that a result cannot be had is no reason for a job that has done its work to fail. */
  merge(name: string, others: readonly AccumulatorPart[], into: 'accumulator' | 'copy'): AccumulatorResult {
    const own = this.#registered.get(name)
    if (own === undefined) return failure({ name, reason: 'the first of them is not here' })
    try {
      const registered = into === 'copy' ? copyOf(name, own) : own
      if (registered === undefined) return failure({ name, reason: WITHOUT_COPY })
      const { accumulator } = registered
      for (const other of others) {
        const result: unknown = accumulator.merge(received(accumulator, other))
        if (!isThenable(result)) continue
        result.then(undefined, () => undefined)
        return failure({ name, reason: 'merge returned a promise, but it has to be synchronous' })
      }
      const { type, value } = partOf(name, registered)
      return { type, value }
    } catch (error) {
      return failure({ name, reason: describeThrown(error) }, error)
    }
  }
}

/** Plain JavaScript may give anything. */
function checkAccumulator(name: unknown, accumulator: unknown, operator: string): void {
  const refused = (reason: string): FlinkError => new FlinkError('ACCUMULATOR_MISUSED', { place: operator, reason })
  if (typeof name !== 'string')
    throw refused(`the name of an accumulator has to be a string, and it was given ${describeValue(name)}`)
  if (hasMethods(accumulator, 'add', 'getLocalValue', 'merge')) return
  const given = describeValue(accumulator)
  throw refused(
    `the accumulator '${name}' has to be an object with add, getLocalValue, resetLocal and merge, such as new IntCounter(), and it was given ${given}`,
  )
}

function failure(details: { readonly name: string; readonly reason: string }, cause?: unknown): AccumulatorResult {
  return { error: serializeError(new FlinkError('ACCUMULATOR_MERGE_FAILED', details, { cause })) }
}

function partOf(name: string, { accumulator, operator }: Registered): AccumulatorPart {
  try {
    const fields = Object.fromEntries(Object.entries(accumulator).filter(([, field]) => canTravel(field)))
    return structuredClone({ type: typeOf(accumulator), value: accumulator.getLocalValue(), fields })
  } catch (error) {
    throw new FlinkError('ACCUMULATOR_INVALID', { operator, name, reason: describeThrown(error) }, { cause: error })
  }
}

function partOrFailure(name: string, registered: Registered): AccumulatorPart {
  try {
    return partOf(name, registered)
  } catch (error) {
    return { type: typeOf(registered.accumulator), value: undefined, fields: {}, error: serializeError(error) }
  }
}

/** Undefined where it cannot be had. */
function copyOf(name: string, { accumulator, operator }: Registered): Registered | undefined {
  const part = partOrFailure(name, { accumulator, operator })
  if (part.error !== undefined) return undefined
  const prototype = Object.getPrototypeOf(accumulator) as object | null
  const type = ENGINE_ACCUMULATORS.find((each) => each.prototype === prototype)
  if (type !== undefined) {
    const copy = new type() as AnyAccumulator
    copy.merge(received(accumulator, part))
    return { accumulator: copy, operator }
  }
  const copy = Object.assign(Object.create(prototype) as AnyAccumulator, part.fields)
  const isWhole = Object.keys(part.fields).length === Object.keys(accumulator).length
  return isWhole && hasSameValue(copy, part.value) ? { accumulator: copy, operator } : undefined
}

/** Not where the value is made of what a copy does not have, such as private fields. */
function hasSameValue(copy: AnyAccumulator, value: unknown): boolean {
  try {
    return isDeepStrictEqual(copy.getLocalValue(), value)
  } catch {
    return false
  }
}

/** The accumulator of another subtask, as far as it has travelled. */
function received(mine: AnyAccumulator, { value, fields }: AccumulatorPart): AnyAccumulator {
  const other = Object.create(Object.getPrototypeOf(mine) as object) as AnyAccumulator
  return Object.assign(other, fields, { getLocalValue: () => value })
}

/** An object without a class is one of Object. */
function typeOf(accumulator: AnyAccumulator): string {
  const prototype = Object.getPrototypeOf(accumulator) as { readonly constructor?: { readonly name: string } } | null
  return prototype?.constructor?.name ?? 'Object'
}

function canTravel(field: unknown): boolean {
  try {
    structuredClone(field)
    return true
  } catch {
    return false
  }
}

/** False for one that gives none before the first record. */
function hasValue(accumulator: AnyAccumulator): boolean {
  try {
    accumulator.getLocalValue()
    return true
  } catch {
    return false
  }
}
