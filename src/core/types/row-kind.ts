/**
 * The shape of a value as the row serializer writes it: what is known of it need not travel with each record.
 *
 * - `int`: a whole number of 32 bits but -0; `double`: any number; `bigint`: one of 64 bits; `absent`: null or undefined;
 *   `scalar`: any primitive, told by a tag
 * - `nullable`: null, undefined or the kind; `list`: a dense array of one kind, null for one that was always empty;
 *   `tuple`: a dense array of that length; `object`: a plain object with exactly these fields in this order
 */
export type RowKind =
  | 'int'
  | 'double'
  | 'string'
  | 'boolean'
  | 'bigint'
  | 'date'
  | 'absent'
  | 'scalar'
  | { readonly nullable: RowKind }
  | { readonly list: RowKind | null }
  | { readonly tuple: readonly RowKind[] }
  | { readonly map: readonly [key: RowKind, value: RowKind] }
  | { readonly set: RowKind }
  | { readonly object: readonly RowField[] }

export type RowField = readonly [name: string, kind: RowKind]

const DEEPEST = 8
const MAX_FIELDS = 64
const MAX_TUPLE = 16
/** So many elements of a list are looked at. */
const MAX_OBSERVED = 64
const INT64_BITS = 64

/** The kind of a value, undefined for one that the row serializer leaves to the structured one. */
export function kindOf(value: unknown, depth = 0): RowKind | undefined {
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
      return depth > DEEPEST ? undefined : kindOfObject(value, depth)
    default:
      return undefined
  }
}

/** The smallest kind for values of both, undefined when there is none. */
export function unify(left: RowKind, right: RowKind): RowKind | undefined {
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

/** True when values of the kind are objects, which may be shared or contain each other. */
export function isReference(kind: RowKind): boolean {
  return kind === 'date' || (typeof kind === 'object' && (!('nullable' in kind) || isReference(kind.nullable)))
}

function kindOfObject(value: object, depth: number): RowKind | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return kindOfFields(value as Readonly<Record<string, unknown>>, depth)
  if (prototype === Array.prototype) return kindOfArray(value as readonly unknown[], depth)
  if (prototype === Date.prototype) return 'date'
  if (prototype === Set.prototype) return wrapped(commonKind([...(value as Set<unknown>)], depth), (set) => ({ set }))
  if (prototype !== Map.prototype) return undefined
  const map = value as ReadonlyMap<unknown, unknown>
  const key = commonKind([...map.keys()], depth)
  const mapped = commonKind([...map.values()], depth)
  if (key === undefined || mapped === undefined) return undefined
  return { map: [key, mapped] }
}

function kindOfFields(fields: Readonly<Record<string, unknown>>, depth: number): RowKind | undefined {
  const names = Object.keys(fields)
  if (names.length > MAX_FIELDS || Object.getOwnPropertySymbols(fields).length > 0) return undefined
  const object: RowField[] = []
  for (const name of names) {
    // A name of Object.prototype would need more than an object literal to come back.
    const kind = name in Object.prototype ? undefined : kindOf(fields[name], depth + 1)
    if (kind === undefined) return undefined
    object.push([name, kind])
  }
  return { object }
}

function kindOfArray(elements: readonly unknown[], depth: number): RowKind | undefined {
  if (elements.length === 0) return { list: null }
  const kinds: RowKind[] = []
  for (const element of elements.slice(0, MAX_OBSERVED)) {
    const kind = kindOf(element, depth + 1)
    if (kind === undefined) return undefined
    kinds.push(kind)
  }
  const list = unifyAll(kinds)
  const isUniform = list !== undefined && list !== 'scalar'
  if (isUniform || kinds.length > MAX_TUPLE) return list === undefined ? undefined : { list }
  return { tuple: kinds }
}

/** `absent` for no values at all. */
function commonKind(values: readonly unknown[], depth: number): RowKind | undefined {
  const kinds = values.slice(0, MAX_OBSERVED).map((value) => kindOf(value, depth + 1))
  const known = kinds.filter((kind) => kind !== undefined)
  if (known.length < kinds.length) return undefined
  return known.length === 0 ? 'absent' : unifyAll(known)
}

function unifyAll(kinds: readonly RowKind[]): RowKind | undefined {
  let result = kinds[0]
  for (const kind of kinds) result = result === undefined ? undefined : unify(result, kind)
  return result
}

function unifyComposites(left: Exclude<RowKind, string>, right: Exclude<RowKind, string>): RowKind | undefined {
  if ('object' in left && 'object' in right) return unifyObjects(left.object, right.object)
  if ('list' in left && 'list' in right) {
    if (left.list === null || right.list === null) return left.list === null ? right : left
    return wrapped(unify(left.list, right.list), (list) => ({ list }))
  }
  if ('tuple' in left && 'tuple' in right) return unifyTuples(left.tuple, right.tuple)
  if ('set' in left && 'set' in right) return wrapped(unifyElements(left.set, right.set), (set) => ({ set }))
  if (!('map' in left && 'map' in right)) return undefined
  const key = unifyElements(left.map[0], right.map[0])
  const value = unifyElements(left.map[1], right.map[1])
  return key === undefined || value === undefined ? undefined : { map: [key, value] }
}

/** Of collections, where `absent` says that there was no element yet: null elements only make it nullable. */
function unifyElements(left: RowKind, right: RowKind): RowKind | undefined {
  return unify(left, right)
}

function unifyObjects(left: readonly RowField[], right: readonly RowField[]): RowKind | undefined {
  if (left.length !== right.length) return undefined
  const object: RowField[] = []
  for (const [index, [name, kind]] of left.entries()) {
    const other = right[index]
    const unified = other?.[0] === name ? unify(kind, other[1]) : undefined
    if (unified === undefined) return undefined
    object.push([name, unified])
  }
  return { object }
}

function unifyTuples(left: readonly RowKind[], right: readonly RowKind[]): RowKind | undefined {
  if (left.length !== right.length) return undefined
  const tuple: RowKind[] = []
  for (const [index, kind] of left.entries()) {
    const other = right[index]
    const unified = other === undefined ? undefined : unify(kind, other)
    if (unified === undefined) return undefined
    tuple.push(unified)
  }
  return { tuple }
}

function wrapped(kind: RowKind | undefined, wrap: (kind: RowKind) => RowKind): RowKind | undefined {
  return kind === undefined ? undefined : wrap(kind)
}

function withoutNull(kind: RowKind): RowKind {
  return typeof kind === 'object' && 'nullable' in kind ? kind.nullable : kind
}

function nullableOf(kind: RowKind): RowKind {
  return kind === 'scalar' ? kind : { nullable: kind }
}

function isNumber(kind: RowKind): boolean {
  return kind === 'int' || kind === 'double'
}

function isPrimitive(kind: RowKind): boolean {
  return typeof kind === 'string' && kind !== 'date'
}
