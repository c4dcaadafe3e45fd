// Duty: what becomes of values when the declared type of their state has changed, by Flink's rules for records: fields come and go,
// whatever else changes needs a migration.
// Invariants: a conversion never throws and changes no value that it was given: a part that is not what its type says, or is
// null, goes on as it is. A field that is new is undefined; fields that no type declared travel along, as ever.
// Thread: the task worker that owns the backend.
import type { RegisteredTypes } from '../../../../core/types/registered-types.js'
import {
  describeType,
  type FieldDescription,
  type SimpleTypeName,
  type TypeDescription,
} from '../../../../core/types/type-description.js'

export type Conversion = (value: unknown) => unknown

/** Of two types that are not the same. */
export interface TypeChange {
  /** Undefined where the values stay what they are, whatever their bytes are then. */
  readonly convert: Conversion | undefined
  /** A class has another name: bytes of any form have the old one. */
  readonly isRenamed: boolean
}

type RecordDescription = Extract<TypeDescription, { readonly kind: 'object' | 'pojo' }>

/** Without loss: a number of JavaScript is the same in all of them. */
const WIDER: Partial<Record<SimpleTypeName, readonly SimpleTypeName[]>> = {
  INT: ['LONG', 'DOUBLE'],
  LONG: ['DOUBLE'],
  BIG_INT: ['LONG_BIGINT'],
  LONG_BIGINT: ['BIG_INT'],
}

const same: Conversion = (value) => value

/** Undefined where only a migration makes the one of the other. */
export function typeChange(
  stored: TypeDescription,
  declared: TypeDescription,
  classes: RegisteredTypes,
): TypeChange | undefined {
  const finder = new ConversionFinder(classes)
  const convert = finder.find(stored, declared)
  if (convert === undefined) return undefined
  return { convert: convert === same ? undefined : convert, isRenamed: finder.isRenamed }
}

class ConversionFinder {
  readonly #classes: RegisteredTypes
  isRenamed = false

  constructor(classes: RegisteredTypes) {
    this.#classes = classes
  }

  find(stored: TypeDescription, declared: TypeDescription): Conversion | undefined {
    if (describeType(stored) === describeType(declared)) return same
    // The bytes of what was not declared, and of a user's type inside another one, say themselves what they are.
    if (stored.kind === 'other' || (stored.kind === 'simple' && stored.name === 'GENERIC')) return same
    switch (stored.kind) {
      case 'simple':
        return declared.kind === 'simple' && WIDER[stored.name]?.includes(declared.name) === true ? same : undefined
      case 'list':
        return declared.kind === 'list' ? listOf(this.find(stored.element, declared.element)) : undefined
      case 'map':
        return declared.kind === 'map'
          ? mapOf(this.find(stored.key, declared.key), this.find(stored.value, declared.value))
          : undefined
      case 'tuple':
        return declared.kind === 'tuple' ? this.#tuple(stored.fields, declared.fields) : undefined
      default:
        return declared.kind === stored.kind && this.#isSameClass(stored, declared)
          ? this.#record(stored.fields, declared.fields)
          : undefined
    }
  }

  #isSameClass(stored: RecordDescription, declared: RecordDescription): boolean {
    if (stored.kind === 'object' || declared.kind === 'object') return stored.kind === declared.kind
    if (stored.className === declared.className) return true
    this.isRenamed = true
    return this.#classes.named(stored.className)?.name === declared.className
  }

  #tuple(stored: readonly TypeDescription[], declared: readonly TypeDescription[]): Conversion | undefined {
    if (stored.length !== declared.length) return undefined
    const parts = stored.flatMap((part, index) => {
      const other = declared[index]
      const found = other === undefined ? undefined : this.find(part, other)
      return found === undefined ? [] : [found]
    })
    if (parts.length < stored.length) return undefined
    if (parts.every((part) => part === same)) return same
    return (value) => (Array.isArray(value) ? value.map((part, index) => (parts[index] ?? same)(part)) : value)
  }

  /** A declaration without fields says nothing of them. */
  #record(stored: readonly FieldDescription[], declared: readonly FieldDescription[]): Conversion | undefined {
    if (stored.length === 0 || declared.length === 0) return same
    const before = new Map(stored)
    const fields = new Map<string, Conversion>()
    for (const [name, type] of declared) {
      const was = before.get(name)
      const found = was === undefined ? same : this.find(was, type)
      if (found === undefined) return undefined
      fields.set(name, found)
    }
    const dropped = new Set(stored.map(([name]) => name).filter((name) => !fields.has(name)))
    const isSame =
      fields.size === before.size && dropped.size === 0 && [...fields.values()].every((each) => each === same)
    return isSame ? same : (value) => convertedRecord(value, fields, dropped)
  }
}

function listOf(element: Conversion | undefined): Conversion | undefined {
  if (element === undefined || element === same) return element
  return (value) => (Array.isArray(value) ? value.map((each) => element(each)) : value)
}

function mapOf(key: Conversion | undefined, mapped: Conversion | undefined): Conversion | undefined {
  if (key === undefined || mapped === undefined) return undefined
  if (key === same && mapped === same) return same
  return (value) => (value instanceof Map ? new Map([...value].map(([each, its]) => [key(each), mapped(its)])) : value)
}

/** With the declared fields first, in their order: as the generated code writes it. */
function convertedRecord(
  value: unknown,
  fields: ReadonlyMap<string, Conversion>,
  dropped: ReadonlySet<string>,
): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const converted = Object.create(Object.getPrototypeOf(value) as object | null) as object
  const before = value as Readonly<Record<string, unknown>>
  for (const [name, convert] of fields) {
    setField(converted, name, Object.hasOwn(before, name) ? convert(before[name]) : undefined)
  }
  for (const name of Object.keys(before)) {
    if (!fields.has(name) && !dropped.has(name)) setField(converted, name, before[name])
  }
  return converted
}

/** Whatever the prototype makes of the name. */
function setField(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
}
