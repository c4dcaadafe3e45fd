// Duty: whether a value is what a declared type says, and what of it is not: for what a step of a migration gives.
// Invariants: null and undefined are allowed wherever generated code allows them, which is in fields; fields that are not declared travel
// along. What a type does not tell apart (LONG from DOUBLE) is not told apart here.
// Thread: the task worker that owns the backend.
import { describeValue } from '../../../../core/errors/describe-value.js'
import type { RegisteredTypes } from '../../../../core/types/registered-types.js'
import {
  describeType,
  quotedName,
  type FieldDescription,
  type SimpleTypeName,
  type TypeDescription,
} from '../../../../core/types/type-description.js'

const SIMPLE: Readonly<Record<SimpleTypeName, (value: unknown) => boolean>> = {
  STRING: (value) => typeof value === 'string',
  LONG: (value) => typeof value === 'number',
  INT: (value) => typeof value === 'number',
  DOUBLE: (value) => typeof value === 'number',
  BOOLEAN: (value) => typeof value === 'boolean',
  BIG_INT: (value) => typeof value === 'bigint',
  LONG_BIGINT: (value) => typeof value === 'bigint',
  INSTANT: (value) => value instanceof Date,
  GENERIC: () => true,
}

/** What is wrong with the value, in words; undefined where nothing is. `path`: of the value within that which is checked. */
export function misfit(
  value: unknown,
  type: TypeDescription,
  classes: RegisteredTypes,
  path: string = '',
): string | undefined {
  const wrong = (what = describeType(type)): string =>
    `${path === '' ? 'it is' : `${path} is`} ${describeValue(value)}, where ${what} belongs`
  const inner = (part: unknown, partType: TypeDescription, step: string): string | undefined =>
    misfit(part, partType, classes, `${path}${step}`)
  switch (type.kind) {
    case 'simple':
      return SIMPLE[type.name](value) ? undefined : wrong()
    case 'list':
      if (!Array.isArray(value)) return wrong()
      return first(value.entries(), ([index, part]) => inner(part, type.element, `[${String(index)}]`))
    case 'map':
      if (!(value instanceof Map)) return wrong()
      return first(
        value.entries(),
        ([key, part]) => inner(key, type.key, '.keys()') ?? inner(part, type.value, `.get(${describeValue(key)})`),
      )
    case 'tuple': {
      if (!Array.isArray(value) || value.length !== type.fields.length) return wrong()
      const parts: readonly unknown[] = value
      return first(type.fields.entries(), ([index, part]) => optional(parts[index], part, `[${String(index)}]`, inner))
    }
    case 'object':
      return isRecord(value) ? misfitOfFields(value, type.fields, inner) : wrong()
    case 'pojo': {
      const prototype = classes.named(type.className)?.prototype
      if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== prototype) {
        return wrong(`an instance of ${type.className}`)
      }
      return misfitOfFields(value, type.fields, inner)
    }
    case 'other':
      return undefined
  }
}

type Inner = (part: unknown, type: TypeDescription, step: string) => string | undefined

function misfitOfFields(value: object, fields: readonly FieldDescription[], inner: Inner): string | undefined {
  const given = value as Readonly<Record<string, unknown>>
  return first(fields, ([name, type]) => optional(given[name], type, `.${quotedName(name)}`, inner))
}

function optional(part: unknown, type: TypeDescription, step: string, inner: Inner): string | undefined {
  return part === null || part === undefined ? undefined : inner(part, type, step)
}

function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function first<T>(parts: Iterable<T>, find: (part: T) => string | undefined): string | undefined {
  for (const part of parts) {
    const found = find(part)
    if (found !== undefined) return found
  }
  return undefined
}
