// Duty: a parsed JSON value as a value of a declared type: checked, and made what JSON has no form for (Date, BigInt, Map, instances).
// Invariants: the value is changed in place, as nobody else has it. What is not declared, fields and GENERIC parts, stays as it is.
import { formOf } from '../../api/types/declared-type.js'
import { isStandardSchema } from '../../api/types/standard-schema.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import {
  parseTypeDescription,
  type FieldDescription,
  type SimpleTypeName,
  type TypeDescription,
} from '../../core/types/type-description.js'
import { instantOfText } from '../instant-of-text.js'
import { validatedValue, type RecordSchema } from '../validated-value.js'

/** As JSON writes them: an empty text is no 0. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

type Json = Record<string, unknown>
type Converter = (value: unknown) => unknown
type PrototypeOf = (className: string) => object | undefined

/** What makes a record of a parsed value; ReasonError where it is none. */
export function jsonConverter<T>(schema: RecordSchema<T> | undefined): (value: unknown) => T {
  if (schema === undefined) return (value) => value as T
  if (isStandardSchema(schema)) return (value) => validatedValue(value, schema) as T
  const { classes } = formOf(schema)
  const makers = new ConverterMaker((className) => classes.find(({ name }) => name === className)?.prototype)
  return makers.converterOf(parseTypeDescription(schema.description), '') as (value: unknown) => T
}

/** `path`: where in the record the value is, for the error; put together once, and not for each record. */
class ConverterMaker {
  readonly #prototypeOf: PrototypeOf

  constructor(prototypeOf: PrototypeOf) {
    this.#prototypeOf = prototypeOf
  }

  converterOf(type: TypeDescription, path: string): Converter {
    switch (type.kind) {
      case 'simple':
        return simple(type.name, path)
      case 'list':
        return listOf(this.converterOf(type.element, `${path}[]`), path)
      case 'map':
        return mapOf(type.key, this.converterOf(type.key, `${path}.*`), this.converterOf(type.value, `${path}.*`), path)
      case 'tuple':
        return tupleOf(
          type.fields.map((field, index) => this.converterOf(field, `${path}[${String(index)}]`)),
          path,
        )
      case 'object':
        return this.#objectOf(type.fields, path)
      case 'pojo':
        return instanceOf(this.#objectOf(type.fields, path), this.#prototypeOf(type.className))
      case 'other':
        return (value) => value
    }
  }

  #objectOf(fields: readonly FieldDescription[], path: string): Converter {
    const all = fields.map(([name, type]) => {
      const at = path === '' ? name : `${path}.${name}`
      return { name, at, convert: this.converterOf(type, at) }
    })
    return (value) => {
      if (!isObject(value)) return refuse(value, path, 'an object')
      for (const { name, at, convert } of all) {
        const before = value[name]
        if (before === undefined) throw new ReasonError(`${placeOf(at)} is missing`)
        const after = convert(before)
        if (after !== before) value[name] = after
      }
      return value
    }
  }
}

function simple(name: SimpleTypeName, path: string): Converter {
  switch (name) {
    case 'STRING':
      return (value) => (typeof value === 'string' ? value : refuse(value, path, 'a text'))
    case 'LONG':
    case 'INT':
      return (value) => (Number.isSafeInteger(value) ? value : refuse(value, path, 'a whole number up to 2^53'))
    case 'DOUBLE':
      return (value) => (typeof value === 'number' ? value : refuse(value, path, 'a number'))
    case 'BOOLEAN':
      return (value) => (typeof value === 'boolean' ? value : refuse(value, path, 'true or false'))
    case 'BIG_INT':
    case 'LONG_BIGINT':
      return (value) => bigInt(value) ?? refuse(value, path, 'a whole number, as a text where it is above 2^53')
    case 'INSTANT':
      return (value) => instant(value) ?? refuse(value, path, 'a time, such as "2024-05-01T10:00:00Z" or ms since 1970')
    case 'GENERIC':
      return (value) => value
  }
}

/** Above 2^53 a number of JSON has lost its last digits. */
function bigInt(value: unknown): bigint | undefined {
  if (Number.isSafeInteger(value)) return BigInt(value as number)
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : undefined
}

function instant(value: unknown): Date | undefined {
  if (typeof value === 'string') return instantOfText(value)
  const date = typeof value === 'number' ? new Date(value) : undefined
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
}

function listOf(element: Converter, path: string): Converter {
  return (value) => {
    if (!Array.isArray(value)) return refuse(value, path, 'a list')
    const list: unknown[] = value
    for (let index = 0; index < list.length; index += 1) list[index] = element(list[index])
    return list
  }
}

function tupleOf(fields: readonly Converter[], path: string): Converter {
  return (value) => {
    if (!Array.isArray(value) || value.length !== fields.length) {
      return refuse(value, path, `a list of ${String(fields.length)}`)
    }
    const list: unknown[] = value
    return fields.map((convert, index) => convert(list[index]))
  }
}

/** Names of JSON are texts, which are the numbers that they say where the keys are declared as such. */
function mapOf(keyType: TypeDescription, key: Converter, value: Converter, path: string): Converter {
  const isNumber = keyType.kind === 'simple' && ['LONG', 'INT', 'DOUBLE'].includes(keyType.name)
  const keyOf = (name: string): unknown => key(isNumber && NUMBER.test(name) ? Number(name) : name)
  return (given) => {
    if (!isObject(given)) return refuse(given, path, 'an object')
    return new Map(Object.entries(given).map(([name, each]) => [keyOf(name), value(each)]))
  }
}

function instanceOf(fields: Converter, prototype: object | undefined): Converter {
  return (value) => {
    const plain = fields(value) as object
    // Not by assignment, which calls setters, and takes a field that is named __proto__ for the prototype.
    return prototype === undefined ? plain : (Object.setPrototypeOf(plain, prototype) as object)
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function placeOf(path: string): string {
  return path === '' ? 'the record' : `the field ${path}`
}

function refuse(value: unknown, path: string, expected: string): never {
  throw new ReasonError(`${placeOf(path)} has to be ${expected}, but is ${describeValue(value)}`)
}
