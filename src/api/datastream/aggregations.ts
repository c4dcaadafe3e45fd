import { FlinkError } from '../../core/errors/flink-error.js'
import type { ReduceFunction } from '../functions/reduce-function.js'

/**
 * A position of a tuple or a field of an object, for `sum`, `min`, `max`, `minBy` and `maxBy`.
 *
 * @example
 * ```ts
 * import type { FieldReference, KeyedStream, SingleOutputStreamOperator } from 'flink-ts'
 *
 * function cheapest<T>(offers: KeyedStream<T, string>, price: FieldReference): SingleOutputStreamOperator<T> {
 *   return offers.minBy(price)
 * }
 * ```
 */
export type FieldReference = number | string

type Comparison = (next: number | bigint | string, current: number | bigint | string) => boolean

/** sum: the field is added up, the others stay those of the first element. Results are new objects. */
export function sumOf<T>(field: FieldReference): ReduceFunction<T> {
  return {
    reduce: (current, next) => {
      const left = fieldOf(current, field)
      const right = fieldOf(next, field)
      if (typeof left === 'number' && typeof right === 'number') return withField(current, field, left + right)
      if (typeof left === 'bigint' && typeof right === 'bigint') return withField(current, field, left + right)
      throw notUsable('sum', field, 'numbers, or all BigInts')
    },
  }
}

/** min and max: the field holds the smallest or greatest value, the others stay those of the first element. */
export function extremeOf<T>(field: FieldReference, which: 'min' | 'max'): ReduceFunction<T> {
  const isBetter = comparison(which)
  return {
    reduce: (current, next) => {
      const value = comparable(next, field, which)
      return isBetter(value, comparable(current, field, which)) ? withField(current, field, value) : current
    },
  }
}

/** minBy and maxBy: the whole element; of equal ones the first, or the newest when `first` is false. */
export function extremeElementOf<T>(field: FieldReference, which: 'min' | 'max', first: boolean): ReduceFunction<T> {
  return new ExtremeElement<T>(field, which, first)
}

export class ExtremeElement<T> implements ReduceFunction<T> {
  readonly #field: FieldReference
  readonly #which: 'min' | 'max'
  readonly #first: boolean
  readonly #isBetter: Comparison

  constructor(field: FieldReference, which: 'min' | 'max', first: boolean) {
    this.#field = field
    this.#which = which
    this.#first = first
    this.#isBetter = comparison(which)
  }

  reduce(current: T, next: T): T {
    const left = comparable(current, this.#field, this.#which)
    const right = comparable(next, this.#field, this.#which)
    const isTie = !this.#isBetter(right, left) && !this.#isBetter(left, right)
    return this.#isBetter(right, left) || (isTie && !this.#first) ? next : current
  }
}

function comparison(which: 'min' | 'max'): Comparison {
  return which === 'min' ? (next, current) => next < current : (next, current) => next > current
}

function fieldOf(value: unknown, field: FieldReference): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined
}

function comparable(value: unknown, field: FieldReference, which: string): number | bigint | string {
  const part = fieldOf(value, field)
  if (typeof part === 'number' || typeof part === 'bigint' || typeof part === 'string') return part
  throw notUsable(which, field, 'numbers, BigInts or strings')
}

function withField<T>(value: T, field: FieldReference, part: unknown): T {
  const copy: object = Array.isArray(value) ? [...(value as unknown[])] : instanceLike(value as object)
  Reflect.set(copy, field, part)
  return copy as T
}

/** Instances of a class stay instances of it. */
function instanceLike(value: object): object {
  return Object.assign(Object.create(Object.getPrototypeOf(value) as object | null) as object, value)
}

function notUsable(method: string, field: FieldReference, expected: string): FlinkError {
  const reason = `${method}(${String(field)}) needs field ${String(field)} to hold ${expected}`
  return new FlinkError('GRAPH_INVALID', { operator: method, reason })
}
