import type { KeyKind } from '../../core/keygroups/canonical-key.js'
import { registeredClass, type ClassOf, type RegisteredClass } from '../../core/types/registered-types.js'
import { isFieldName, type RowField, type RowShape } from '../../core/types/row-shape.js'
import { describeFields, quotedName } from '../../core/types/type-description.js'
import { composedForm, DeclaredType } from './declared-type.js'
import { checkType } from './type-check.js'
import type { TypeInformation } from './type-information.js'

/** Types of fields by name. */
export type FieldTypes = Readonly<Record<string, TypeInformation<unknown>>>

/** The type of plain objects with these fields; fields that are not declared travel along. */
export function recordType<T extends object>(fields: FieldTypes): DeclaredType<T> {
  checkFields('Types.OBJECT', fields)
  const form = composedForm(Object.values(fields), (kinds) =>
    kindOfFields(fields, kinds, Object.prototype, (object) => ({ object })),
  )
  return new DeclaredType(`OBJECT(${descriptionOf(fields)})`, keyOf(fields), form)
}

/** The type of instances of a class: own fields are stored, and an instance is made without calling the constructor. */
export function pojoType<T extends object>(pojoClass: ClassOf<T>, fields: FieldTypes): DeclaredType<T> {
  checkFields('Types.POJO', fields)
  return typeOfInstances(registeredClass(pojoClass), fields)
}

/** The same of a class that was found by its name. */
export function typeOfInstances<T extends object>(pojo: RegisteredClass, fields: FieldTypes): DeclaredType<T> {
  const { kind, classes } = composedForm(Object.values(fields), (kinds) =>
    kindOfFields(fields, kinds, pojo.prototype, (own) => ({ instance: [pojo.name, own] })),
  )
  const form = { kind: pojo.isError ? undefined : kind, classes: [pojo, ...classes] }
  return new DeclaredType(`POJO<${quotedName(pojo.name)}>(${descriptionOf(fields)})`, keyOf(fields), form)
}

function checkFields(place: string, fields: FieldTypes): void {
  for (const [name, type] of Object.entries(fields)) checkType(`the field ${name} of ${place}`, type)
}

/** Undefined where no field is declared, which says nothing, or a name means something to the prototype. */
function kindOfFields(
  fields: FieldTypes,
  kinds: readonly RowShape[],
  prototype: object,
  wrap: (fields: readonly RowField[]) => RowShape,
): RowShape | undefined {
  const names = Object.keys(fields)
  if (names.length === 0 || !names.every((name) => isFieldName(name, prototype))) return undefined
  return wrap(names.flatMap((name, index) => kinds.slice(index, index + 1).map((kind): RowField => [name, kind])))
}

function descriptionOf(fields: FieldTypes): string {
  return describeFields(Object.entries(fields).map(([name, type]) => [name, type.description]))
}

function keyOf(fields: FieldTypes): KeyKind {
  const entries = Object.entries(fields)
  return entries.length === 0 ? 'auto' : { record: entries.map(([name, type]) => [name, type.keyKind()] as const) }
}
