// Duty: a type made from its description, for those who have a snapshot and not the program that wrote it.
// Invariants: reads what the type with that description wrote, and has the same description. Undefined where only the
// program knows the bytes: types of the user's own, and those of the engine's operators.
import { NO_REGISTERED_TYPES, type RegisteredClass, type RegisteredTypes } from '../../core/types/registered-types.js'
import {
  parseMapDescription,
  parseTypeDescription,
  type FieldDescription,
  type TypeDescription,
} from '../../core/types/type-description.js'
import { DeclaredType } from './declared-type.js'
import { typeOfInstances, type FieldTypes } from './record-type.js'
import type { TypeInformation } from './type-information.js'
import { Types } from './types-table.js'

type AnyType = TypeInformation<unknown>

/**
 * The type that has this description, such as `OBJECT(user: STRING, visits: LONG)`; undefined where it cannot be read without
 * the program. Instances of a class that is not among `classes` are plain objects: they are read as such, and a plain
 * object is written as an instance where the fields of the class are declared and all are there.
 */
export function typeDescribedAs(
  description: string,
  classes: RegisteredTypes = NO_REGISTERED_TYPES,
): AnyType | undefined {
  const type = parseTypeDescription(description)
  return type.kind === 'other' ? undefined : typeOf(type, classes)
}

/** The types of the keys and of the values of a map state with this description, `STRING => LONG` say. */
export function mapTypesDescribedAs(
  description: string,
  classes: RegisteredTypes = NO_REGISTERED_TYPES,
): readonly [key: AnyType, value: AnyType] | undefined {
  const [key, value] = parseMapDescription(description) ?? []
  if (key === undefined || value === undefined || key.kind === 'other' || value.kind === 'other') return undefined
  return [typeOf(key, classes), typeOf(value, classes)]
}

function typeOf(type: TypeDescription, classes: RegisteredTypes): AnyType {
  const inner = (each: TypeDescription): AnyType => typeOf(each, classes)
  switch (type.kind) {
    case 'simple':
      return type.name === 'GENERIC' ? Types.GENERIC() : Types[type.name]
    case 'list':
      return Types.LIST(inner(type.element))
    case 'map':
      return Types.MAP(inner(type.key), inner(type.value))
    case 'tuple':
      return Types.TUPLE(...type.fields.map(inner))
    case 'object':
      return Types.OBJECT(fieldTypes(type.fields, inner))
    case 'pojo':
      return typeOfInstances(classNamed(type.className, classes), fieldTypes(type.fields, inner))
    case 'other':
      // Inside another type it counted as GENERIC when it was written, too.
      return new DeclaredType(type.text, 'auto')
  }
}

function fieldTypes(fields: readonly FieldDescription[], typeOfField: (type: TypeDescription) => AnyType): FieldTypes {
  return Object.fromEntries(fields.map(([name, type]) => [name, typeOfField(type)]))
}

function classNamed(name: string, classes: RegisteredTypes): RegisteredClass {
  return classes.named(name) ?? { name, prototype: Object.prototype, form: undefined, isError: false }
}
