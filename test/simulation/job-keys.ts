/** What records are keyed by: a new kind is a row here. Equal labels are equal keys, for the engine as for the plain loop. */
import type { Random } from '../../src/core/random/random.js'
import { Types, type DataStream, type KeyedStream, type TypeInformation } from '../../src/index.js'
import { between, happens, oneOf } from './draw.js'
import type { NumberRecord } from './job-world.js'

export type KeyKind = 'string' | 'object' | 'tuple' | 'special'

export interface KeyPlan {
  readonly kind: KeyKind
  readonly keys: number
  /** Most records have the same key. */
  readonly isSkewed: boolean
}

/** NaN is one key, and 0 and -0 are one. */
const SPECIAL = [Number.NaN, -0, 0, 1.5, -1.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53]

const MAKERS: Readonly<Record<KeyKind, (index: number, value: number) => unknown>> = {
  string: (index) => `key ${index}`,
  // The order of the fields says nothing.
  object: (index, value) =>
    value % 2 === 0 ? { id: index, name: `key ${index}` } : { name: `key ${index}`, id: index },
  tuple: (index) => [index, `key ${index}`],
  special: (index) => SPECIAL[index % SPECIAL.length],
}

/** Where a key says nothing of itself. */
const DECLARED: Readonly<Partial<Record<KeyKind, TypeInformation<unknown>>>> = {
  object: Types.OBJECT({ id: Types.INT, name: Types.STRING }),
}

export function drawKeys(random: Random): KeyPlan {
  return {
    kind: oneOf(random, ['string', 'string', 'object', 'tuple', 'special']),
    keys: between(random, 1, 40),
    isSkewed: happens(random, 5),
  }
}

export function keyedBy<T extends NumberRecord>(numbers: DataStream<T>, plan: KeyPlan): KeyedStream<T, unknown> {
  return numbers.keyBy(...keyArgumentsOf(plan))
}

/** As where and equalTo take them. */
export function keyArgumentsOf(
  plan: KeyPlan,
): [(record: NumberRecord) => unknown, TypeInformation<unknown> | undefined] {
  return [({ value }) => keyOf(value, plan), DECLARED[plan.kind]]
}

export function keyOf(value: number, { kind, keys, isSkewed }: KeyPlan): unknown {
  const isFavourite = isSkewed && Math.abs(value) % 10 < 8
  const index = isFavourite ? 0 : (Math.imul(value, 2_654_435) >>> 0) % keys
  return MAKERS[kind](index, value)
}

export function labelOf(key: unknown): string {
  if (typeof key === 'string') return key
  if (typeof key === 'number') return `number ${String(key)}`
  if (Array.isArray(key)) return `tuple ${String(key[0])}`
  return `object ${String(Reflect.get(Object(key) as object, 'id'))}`
}
