import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { InvalidKeyError, type KeyKind } from '../../core/keygroups/canonical-key.js'
import type { KeySpec } from '../dag/key-spec.js'
import type { KeySelector } from '../functions/key-selector.js'
import { declaredKeyShape } from '../types/declared-key-shape.js'
import { isTypeInformation } from '../types/type-check.js'

/**
 * A key as keyBy takes it: a function, a KeySelector, a position of a tuple, or a path of field names (`user.id`).
 *
 * @example
 * ```ts
 * import type { DataStream, KeyArgument, KeyedStream } from 'flink-ts'
 *
 * function grouped<T, K>(stream: DataStream<T>, key: KeyArgument<T, K>): KeyedStream<T, K> {
 *   return stream.keyBy(key)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#keyed-datastream
 */
export type KeyArgument<T, K> = ((value: T) => K) | KeySelector<T, K> | number | string

/** The key of `keyBy(...)`: one argument and perhaps its type, or several positions or paths that make a tuple. */
export function keySpecOf(keys: readonly unknown[], method: string): KeySpec {
  const [first, second] = keys
  const isTyped = isTypeInformation(second)
  const type = isTyped ? second : undefined
  const given = (isTyped ? [first] : keys).filter((key) => key !== undefined)
  const isList = given.every((key) => typeof key === 'number' || typeof key === 'string')
  if (given.length > 1 && !isList) throw severalKeys(method, second)
  const selectors = given.map((key) => selectorOf(key as KeyArgument<never, unknown>, method))
  const [only] = selectors
  if (only === undefined) throw new FlinkError('GRAPH_INVALID', { operator: method, reason: 'it was given no key' })
  const kind: KeyKind = type?.keyKind() ?? 'auto'
  const shape = declaredKeyShape(type)
  const declared = shape === undefined ? { kind } : { kind, declaredShape: shape }
  if (selectors.length === 1) return { ...declared, ...only }
  const path = selectors.map((selector) => selector.path).join(',')
  return { ...declared, path, select: (value) => selectors.map((selector) => selector.select(value)) }
}

function selectorOf(key: KeyArgument<never, unknown>, method: string): Pick<KeySpec, 'select' | 'path'> {
  if (typeof key === 'function') return { select: key as (value: unknown) => unknown }
  if (typeof key === 'number') {
    if (!Number.isInteger(key) || key < 0) throw notAKey(method, `the position ${String(key)}`)
    return { path: String(key), select: fieldReader(key) }
  }
  if (typeof key === 'string') {
    if (key.split('.').includes('')) throw notAKey(method, `the path '${key}', in which a name is empty`)
    return { path: key, select: pathReader(key) }
  }
  if (typeof key === 'object' && key !== null && typeof key.getKey === 'function') {
    return { select: (value) => key.getKey(value as never) }
  }
  throw notAKey(method, key === null ? 'null' : typeof key)
}

/** Plain JavaScript may give something else where the type of the key stands. */
function severalKeys(method: string, second: unknown): FlinkError {
  const reason = `beside a key comes its type, such as Types.STRING, and several keys are positions or paths of fields; it was given ${describeValue(second)}`
  return new FlinkError('GRAPH_INVALID', { operator: method, reason })
}

function notAKey(method: string, given: string): FlinkError {
  const reason = `a key is a function, a KeySelector, a position from 0 on or a path of fields, not ${given}`
  return new FlinkError('GRAPH_INVALID', { operator: method, reason })
}

/** A field of a tuple or object; a record without it is refused. */
export function fieldReader(field: number | string): (value: unknown) => unknown {
  return (value) => {
    const part: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined
    if (part !== undefined) return part
    // Whoever reads the field knows the place in the program: the operator, or the key selector of one.
    throw new InvalidKeyError(withoutField(value, field))
  }
}

function withoutField(value: unknown, field: number | string): string {
  const record = `the record ${describeValue(value)} has no field ${String(field)}`
  const isPosition = typeof field === 'number' && !Array.isArray(value)
  return isPosition
    ? `${record}: a number names a position of a tuple. For another key write keyBy((value) => ...)`
    : record
}

function pathReader(path: string): (value: unknown) => unknown {
  const readers = path.split('.').map(fieldReader)
  return (value) => readers.reduce((part, read) => read(part), value)
}
