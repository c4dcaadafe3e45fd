import { NO_REGISTERED_TYPES, type RegisteredTypes } from './registered-types.js'

/**
 * The shape of a value as the row serializer writes it: what is known of it need not travel with each record.
 *
 * - `int`: a whole number of 32 bits but -0; `double`: any number; `bigint`: one of 64 bits; `absent`: null or undefined;
 *   `scalar`: any primitive, told by a tag
 * - `nullable`: null, undefined or the inner shape; `list`: a dense array of one shape, null for one that was always empty;
 *   `tuple`: a dense array of that length; `object`: a plain object with exactly these fields in this order; `instance`: the
 *   same of a registered class
 */
export type RowShape =
  | 'int'
  | 'double'
  | 'string'
  | 'boolean'
  | 'bigint'
  | 'date'
  | 'absent'
  | 'scalar'
  | { readonly nullable: RowShape }
  | { readonly list: RowShape | null }
  | { readonly tuple: readonly RowShape[] }
  | { readonly map: readonly [key: RowShape, value: RowShape] }
  | { readonly set: RowShape }
  | { readonly object: readonly RowField[] }
  | { readonly instance: readonly [className: string, fields: readonly RowField[]] }

export type RowField = readonly [name: string, kind: RowShape]

const DEEPEST = 8
const MAX_FIELDS = 64
const MAX_TUPLE = 16
/** So many elements of a list are looked at. */
const MAX_OBSERVED = 64
const INT64_BITS = 64

/** The kind of a value, undefined for one that the row serializer leaves to the structured one. */
export function kindOf(value: unknown, registered: RegisteredTypes = NO_REGISTERED_TYPES): RowShape | undefined {
  return new KindFinder(registered).kindOf(value, 0)
}

/** The kind with null and undefined allowed in every field of a tuple, object or instance. */
export function withNullableFields(kind: RowShape): RowShape {
  if (typeof kind === 'string') return kind
  if ('nullable' in kind) return { nullable: withNullableFields(kind.nullable) }
  if ('list' in kind) return { list: kind.list === null ? null : withNullableFields(kind.list) }
  if ('set' in kind) return { set: withNullableFields(kind.set) }
  if ('map' in kind) return { map: [withNullableFields(kind.map[0]), withNullableFields(kind.map[1])] }
  if ('tuple' in kind) return { tuple: kind.tuple.map(nullableField) }
  const fields = ([name, field]: RowField): RowField => [name, nullableField(field)]
  if ('object' in kind) return { object: kind.object.map(fields) }
  return { instance: [kind.instance[0], kind.instance[1].map(fields)] }
}

/** The smallest kind for values of both, undefined when there is none. */
export function unify(left: RowShape, right: RowShape): RowShape | undefined {
  if (left === right) return left
  const [a, b] = [withoutNull(left), withoutNull(right)]
  if (a !== left || b !== right) {
    if (a === 'absent' || b === 'absent') return { nullable: a === 'absent' ? b : a }
    const inner = unify(a, b)
    return inner === undefined || inner === 'scalar' ? inner : { nullable: inner }
  }
  if (left === 'absent') return nullableOf(right)
  if (right === 'absent') return nullableOf(left)
  if (isNumber(left) && isNumber(right)) return 'double'
  if (isPrimitive(left) && isPrimitive(right)) return 'scalar'
  if (typeof left !== 'object' || typeof right !== 'object') return undefined
  return unifyComposites(left, right)
}

/** True for names that generated code can give to an own property: none that means something to the prototype. */
export function isFieldName(name: string, prototype: object): boolean {
  return !(name in prototype)
}

/** True when values of the kind are objects, which may be shared or contain each other. */
export function isReference(kind: RowShape): boolean {
  return kind === 'date' || (typeof kind === 'object' && (!('nullable' in kind) || isReference(kind.nullable)))
}

/** Looks at a value to find its kind. */
class KindFinder {
  readonly #registered: RegisteredTypes

  constructor(registered: RegisteredTypes) {
    this.#registered = registered
  }

  kindOf(value: unknown, depth: number): RowShape | undefined {
    switch (typeof value) {
      case 'string':
        return 'string'
      case 'number':
        return (value | 0) === value && !Object.is(value, -0) ? 'int' : 'double'
      case 'boolean':
        return 'boolean'
      case 'bigint':
        return BigInt.asIntN(INT64_BITS, value) === value ? 'bigint' : undefined
      case 'undefined':
        return 'absent'
      case 'object':
        if (value === null) return 'absent'
        return depth > DEEPEST ? undefined : this.#kindOfObject(value, depth)
      default:
        return undefined
    }
  }

  #kindOfObject(value: object, depth: number): RowShape | undefined {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return wrapped(this.#fields(value, depth), (object) => ({ object }))
    if (prototype === Array.prototype) return this.#kindOfArray(value as readonly unknown[], depth)
    if (prototype === Date.prototype) return 'date'
    if (prototype === Set.prototype) {
      return wrapped(this.#commonKind([...(value as Set<unknown>)], depth), (set) => ({ set }))
    }
    if (prototype === Map.prototype) return this.#kindOfMap(value as ReadonlyMap<unknown, unknown>, depth)
    const registered = this.#registered.ofPrototype(prototype)
    if (registered === undefined || registered.form !== undefined || registered.isError) return undefined
    return wrapped(this.#fields(value, depth), (fields) => ({ instance: [registered.name, fields] }))
  }

  #kindOfMap(map: ReadonlyMap<unknown, unknown>, depth: number): RowShape | undefined {
    const key = this.#commonKind([...map.keys()], depth)
    const mapped = this.#commonKind([...map.values()], depth)
    if (key === undefined || mapped === undefined) return undefined
    return { map: [key, mapped] }
  }

  #fields(value: object, depth: number): readonly RowField[] | undefined {
    const names = Object.keys(value)
    if (names.length > MAX_FIELDS || Object.getOwnPropertySymbols(value).length > 0) return undefined
    const prototype = Object.getPrototypeOf(value) as object
    const fields: RowField[] = []
    for (const name of names) {
      const kind = isFieldName(name, prototype)
        ? this.kindOf((value as Readonly<Record<string, unknown>>)[name], depth + 1)
        : undefined
      if (kind === undefined) return undefined
      fields.push([name, kind])
    }
    return fields
  }

  #kindOfArray(elements: readonly unknown[], depth: number): RowShape | undefined {
    if (elements.length === 0) return { list: null }
    const kinds: RowShape[] = []
    for (const element of elements.slice(0, MAX_OBSERVED)) {
      const kind = this.kindOf(element, depth + 1)
      if (kind === undefined) return undefined
      kinds.push(kind)
    }
    const list = unifyAll(kinds)
    const isUniform = list !== undefined && list !== 'scalar'
    if (isUniform || kinds.length > MAX_TUPLE) return list === undefined ? undefined : { list }
    return { tuple: kinds }
  }

  /** `absent` for no values at all. */
  #commonKind(values: readonly unknown[], depth: number): RowShape | undefined {
    const kinds = values.slice(0, MAX_OBSERVED).map((value) => this.kindOf(value, depth + 1))
    const known = kinds.filter((kind) => kind !== undefined)
    if (known.length < kinds.length) return undefined
    return known.length === 0 ? 'absent' : unifyAll(known)
  }
}

function unifyAll(kinds: readonly RowShape[]): RowShape | undefined {
  let result = kinds[0]
  for (const kind of kinds) result = result === undefined ? undefined : unify(result, kind)
  return result
}

function unifyComposites(left: Exclude<RowShape, string>, right: Exclude<RowShape, string>): RowShape | undefined {
  if ('object' in left && 'object' in right) {
    return wrapped(unifyFields(left.object, right.object), (object) => ({ object }))
  }
  if ('instance' in left && 'instance' in right) return unifyInstances(left.instance, right.instance)
  if ('list' in left && 'list' in right) {
    if (left.list === null || right.list === null) return left.list === null ? right : left
    return wrapped(unify(left.list, right.list), (list) => ({ list }))
  }
  if ('tuple' in left && 'tuple' in right) return unifyTuples(left.tuple, right.tuple)
  if ('set' in left && 'set' in right) return wrapped(unify(left.set, right.set), (set) => ({ set }))
  if (!('map' in left && 'map' in right)) return undefined
  const key = unify(left.map[0], right.map[0])
  const value = unify(left.map[1], right.map[1])
  return key === undefined || value === undefined ? undefined : { map: [key, value] }
}

function unifyInstances(
  [leftClass, left]: readonly [string, readonly RowField[]],
  [rightClass, right]: readonly [string, readonly RowField[]],
): RowShape | undefined {
  if (leftClass !== rightClass) return undefined
  return wrapped(unifyFields(left, right), (fields) => ({ instance: [leftClass, fields] }))
}

function unifyFields(left: readonly RowField[], right: readonly RowField[]): readonly RowField[] | undefined {
  if (left.length !== right.length) return undefined
  const fields: RowField[] = []
  for (const [index, [name, kind]] of left.entries()) {
    const other = right[index]
    const unified = other?.[0] === name ? unify(kind, other[1]) : undefined
    if (unified === undefined) return undefined
    fields.push([name, unified])
  }
  return fields
}

function unifyTuples(left: readonly RowShape[], right: readonly RowShape[]): RowShape | undefined {
  if (left.length !== right.length) return undefined
  const tuple: RowShape[] = []
  for (const [index, kind] of left.entries()) {
    const other = right[index]
    const unified = other === undefined ? undefined : unify(kind, other)
    if (unified === undefined) return undefined
    tuple.push(unified)
  }
  return { tuple }
}

function wrapped<T>(part: T | undefined, wrap: (part: T) => RowShape): RowShape | undefined {
  return part === undefined ? undefined : wrap(part)
}

function withoutNull(kind: RowShape): RowShape {
  return typeof kind === 'object' && 'nullable' in kind ? kind.nullable : kind
}

/** Null in a field needs no kind of its own where the field takes anything primitive. */
function nullableField(kind: RowShape): RowShape {
  if (kind === 'absent' || kind === 'scalar') return kind
  const inner = withNullableFields(kind)
  return typeof inner === 'object' && 'nullable' in inner ? inner : { nullable: inner }
}

function nullableOf(kind: RowShape): RowShape {
  return kind === 'scalar' ? kind : { nullable: kind }
}

function isNumber(kind: RowShape): boolean {
  return kind === 'int' || kind === 'double'
}

function isPrimitive(kind: RowShape): boolean {
  return typeof kind === 'string' && kind !== 'date'
}
