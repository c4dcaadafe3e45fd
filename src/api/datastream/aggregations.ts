import { describeValue } from '../../core/errors/describe-value.js'
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

/** What a method such as `sum` reduces with: it also knows whether a record that is combined with no other will do. */
export class FieldAggregation<T> implements ReduceFunction<T> {
  readonly reduce: (current: T, next: T) => T
  /** Throws FIELD_NOT_USABLE. */
  readonly check: (first: T) => void

  constructor(reduce: (current: T, next: T) => T, check: (first: T) => void) {
    this.reduce = reduce
    this.check = check
  }
}

/** sum: the field is added up, the others stay those of the first element. Results are new objects. */
export function sumOf<T>(field: FieldReference): FieldAggregation<T> {
  const expected = 'a number, or a BigInt in all of them'
  return new FieldAggregation<T>(
    (current, next) => {
      const left = fieldOf(current, field)
      const right = fieldOf(next, field)
      if (typeof left === 'number' && typeof right === 'number') return withField(current, field, left + right)
      if (typeof left === 'bigint' && typeof right === 'bigint') return withField(current, field, left + right)
      throw notUsable(next, field, 'sum', expected)
    },
    (first) => {
      const part = fieldOf(first, field)
      if (typeof part !== 'number' && typeof part !== 'bigint') throw notUsable(first, field, 'sum', expected)
    },
  )
}

/** min and max: the field holds the smallest or greatest value, the others stay those of the first element. */
export function extremeOf<T>(field: FieldReference, which: 'min' | 'max'): FieldAggregation<T> {
  const isBetter = comparison(which)
  return new FieldAggregation<T>(
    (current, next) => {
      const value = comparable(next, field, which)
      return isBetter(value, comparable(current, field, which)) ? withField(current, field, value) : current
    },
    (first) => {
      comparable(first, field, which)
    },
  )
}

/** Its result depends on which record came first where two are equal. */
export class ExtremeElement<T> extends FieldAggregation<T> {}

/** minBy and maxBy: the whole element; of equal ones the first, or the newest when `first` is false. */
export function extremeElementOf<T>(field: FieldReference, which: 'min' | 'max', first: boolean): ExtremeElement<T> {
  const isBetter = comparison(which)
  const method = `${which}By`
  return new ExtremeElement<T>(
    (current, next) => {
      const left = comparable(current, field, method)
      const right = comparable(next, field, method)
      const isTie = !isBetter(right, left) && !isBetter(left, right)
      return isBetter(right, left) || (isTie && !first) ? next : current
    },
    (only) => {
      comparable(only, field, method)
    },
  )
}

function comparison(which: 'min' | 'max'): Comparison {
  return which === 'min' ? (next, current) => next < current : (next, current) => next > current
}

function fieldOf(value: unknown, field: FieldReference): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined
}

function comparable(value: unknown, field: FieldReference, method: string): number | bigint | string {
  const part = fieldOf(value, field)
  if (typeof part === 'number' || typeof part === 'bigint' || typeof part === 'string') return part
  throw notUsable(value, field, method, 'a number, a BigInt or a string')
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

function notUsable(record: unknown, field: FieldReference, method: string, expected: string): FlinkError {
  const call = `${method}(${typeof field === 'number' ? String(field) : `'${field}'`})`
  const given = describeValue(fieldOf(record, field))
  const details = { call, field, expected, given, record: describeValue(record) }
  return new FlinkError('FIELD_NOT_USABLE', details)
}
