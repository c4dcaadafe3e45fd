import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { TypeInformation } from './type-information.js'

/** What stands in `Types` for a class that plain JavaScript may name in its place. */
const TYPES_OF_BUILT_IN: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [String, 'Types.STRING'],
  [Number, 'Types.LONG or Types.DOUBLE'],
  [Boolean, 'Types.BOOLEAN'],
  [BigInt, 'Types.BIG_INT'],
  [Date, 'Types.INSTANT'],
  [Array, 'Types.LIST(...)'],
  [Map, 'Types.MAP(...)'],
  [Object, 'Types.OBJECT({ ... })'],
])

/**
 * The type as it was given, undefined included where none has to be: GRAPH_INVALID where plain JavaScript gave something that
 * is no TypeInformation. Without this the first record would find out, in a worker. `advice`: what else the user may have meant.
 */
export function checkOptionalType<T>(
  place: string,
  type: TypeInformation<T> | undefined,
  advice = '',
): TypeInformation<T> | undefined {
  return type === undefined ? undefined : checkType(place, type, advice)
}

/** The same where a type has to be given. */
export function checkType<T>(place: string, type: TypeInformation<T>, advice = ''): TypeInformation<T> {
  if (isTypeInformation(type)) return type
  const reason = `its type has to be a TypeInformation, such as Types.STRING, and it was given ${describe(type)}.${advice}`
  throw new FlinkError('GRAPH_INVALID', { operator: place, reason })
}

export function isTypeInformation(value: unknown): value is TypeInformation<unknown> {
  if (typeof value !== 'object' || value === null) return false
  const { description, keyKind, createSerializer } = value as Partial<TypeInformation<unknown>>
  return typeof description === 'string' && typeof keyKind === 'function' && typeof createSerializer === 'function'
}

function describe(value: unknown): string {
  if (typeof value !== 'function') return describeValue(value)
  const known = TYPES_OF_BUILT_IN.get(value)
  if (known !== undefined) return `the class ${value.name}: write ${known}`
  const isClass = /^class\b/.test(Function.prototype.toString.call(value))
  return isClass
    ? `the class ${value.name}: write Types.POJO(${value.name})`
    : `a function: call it where it makes a type, as Types.LIST(...)`
}
