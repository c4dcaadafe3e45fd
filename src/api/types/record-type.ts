import type { KeyKind } from '../../core/keygroups/canonical-key.js'
import { DeclaredType, plainFormOf, type PlainForm } from './declared-type.js'
import type { TypeInformation } from './type-information.js'

/** Types of fields by name. */
export type FieldTypes = Readonly<Record<string, TypeInformation<unknown>>>

/** The type of plain objects with these fields; fields that are not declared travel along. */
export function recordType<T extends object>(fields: FieldTypes): DeclaredType<T> {
  const entries = Object.entries(fields)
  const description = `OBJECT(${describeFields(fields)})`
  if (entries.every(([, type]) => plainFormOf(type) === undefined)) return new DeclaredType(description, keyOf(fields))
  return new DeclaredType(description, keyOf(fields), {
    toPlain: (value) => convertFields(value, fields, 'toPlain'),
    fromPlain: (plain) => convertFields(plain as object, fields, 'fromPlain') as T,
  })
}

/** The type of instances of a class: own fields are stored, and an instance is made without calling the constructor. */
export function pojoType<T extends object>(
  pojoClass: { readonly prototype: T; readonly name: string },
  fields: FieldTypes,
): DeclaredType<T> {
  const prototype: object = pojoClass.prototype
  return new DeclaredType(`POJO<${pojoClass.name}>(${describeFields(fields)})`, keyOf(fields), {
    toPlain: (value) => convertFields(value, fields, 'toPlain'),
    fromPlain: (plain) =>
      Object.assign(Object.create(prototype) as T, convertFields(plain as object, fields, 'fromPlain')),
  })
}

function describeFields(fields: FieldTypes): string {
  return Object.entries(fields)
    .map(([name, type]) => `${name}: ${type.description}`)
    .join(', ')
}

function keyOf(fields: FieldTypes): KeyKind {
  const entries = Object.entries(fields)
  return entries.length === 0 ? 'auto' : { record: entries.map(([name, type]) => [name, type.keyKind()] as const) }
}

function convertFields(
  value: object,
  fields: FieldTypes,
  direction: keyof PlainForm<unknown>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...value }
  for (const [name, type] of Object.entries(fields)) {
    const form = plainFormOf(type)
    const field = result[name]
    if (form !== undefined && field !== null && field !== undefined) result[name] = form[direction](field)
  }
  return result
}
