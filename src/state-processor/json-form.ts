/**
 * Values as JSON without loss, and back. What JSON has stands for itself; what it has not is an object whose first field begins
 * with `$` (json-form.md). `read` takes what `write` gives.
 */
import { FlinkError } from '../core/errors/flink-error.js'
import { errorNamed, typedArrayOfPrototype } from '../core/types/object-graph.js'
import { withOneZero } from './json-fields.js'
import type { InstanceForm, PlainInstance, ShownClasses } from './shown-classes.js'
import {
  bytesOf,
  dateOf,
  entriesIn,
  fieldsIn,
  listIn,
  namesOfArray,
  numberNamed,
  numberUpTo,
  pairsIn,
  regExpOf,
  wrong,
  type Entries,
} from './signed-json.js'

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

const SIGN = '$'
/** Deeper values are refused: the stack is not to end first. */
const DEEPEST = 1000
/** Deeper values may hold themselves. */
const DEEPEST_AT_ONCE = 50
/** As the language has it. */
const LONGEST_ARRAY = 2 ** 32 - 1

export class JsonForm {
  readonly #classes: ShownClasses

  constructor(classes: ShownClasses) {
    this.#classes = classes
  }

  /** JSON text of the value. */
  write(value: unknown): string {
    if (isJson(value, 0)) return JSON.stringify(value)
    return JSON.stringify(this.#toJson(value, []))
  }

  /** Of what JSON.parse gave; JSON_FORM_INVALID says what is wrong in words. */
  read(json: unknown): unknown {
    return holdsSign(json, 0) ? this.#fromJson(json, []) : json
  }

  /** Of a key: JSON has one zero, so -0 is 0, and only a `$number` names the key -0 that is one of its own. */
  readKey(json: unknown): unknown {
    return this.read(withOneZero(json))
  }

  /** The canonical text of a key that somebody wrote down, also in another form than `write` gives it. */
  canonicalKey(json: unknown): string {
    return canonicalText(JSON.parse(this.write(this.readKey(json))))
  }

  #toJson(value: unknown, above: readonly object[]): Json {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: numberText(value) }
      case 'bigint':
        return { $bigint: value.toString() }
      case 'undefined':
        return { $undefined: true }
      case 'object':
        return value === null ? null : this.#objectToJson(value, above)
      default:
        throw new FlinkError('ASSERTION_FAILED', { what: `a ${typeof value} was read out of a snapshot` })
    }
  }

  #objectToJson(value: object, above: readonly object[]): Json {
    const at = above.lastIndexOf(value)
    if (at >= 0) return { $up: above.length - at }
    if (above.length > DEEPEST) throw wrong(`a value is nested more than ${String(DEEPEST)} deep`)
    const path = [...above, value]
    const inner = (each: unknown): Json => this.#toJson(each, path)
    const pairs = (entries: Iterable<readonly [unknown, unknown]>): Json =>
      Array.from(entries, ([key, held]) => [inner(key), inner(held)])
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return objectToJson(value, prototype === null, inner)
    if (Array.isArray(value)) {
      return isDense(value) ? value.map(inner) : { $array: value.length, fields: pairs(Object.entries(value)) }
    }
    if (value instanceof Map) return { $map: pairs(value as Map<unknown, unknown>) }
    if (value instanceof Set) return { $set: Array.from(value as Set<unknown>, inner) }
    if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() }
    if (value instanceof RegExp) return { $regexp: [value.source, value.flags] }
    const known = this.#classes.ofPrototype(prototype)
    if (isError(value)) return errorToJson(value, known?.name, inner)
    if (known?.form !== undefined) return { $instance: known.name, plain: inner((value as PlainInstance).plain) }
    if (known !== undefined) return { $instance: known.name, fields: objectToJson(value, false, inner) }
    return bytesToJson(value, prototype)
  }

  #fromJson(json: unknown, above: readonly unknown[]): unknown {
    if (typeof json !== 'object' || json === null) return json
    if (above.length > DEEPEST) throw wrong(`a value is nested more than ${String(DEEPEST)} deep`)
    if (Array.isArray(json)) {
      const list: unknown[] = []
      for (const each of json as readonly unknown[]) list.push(this.#fromJson(each, [...above, list]))
      return list
    }
    const fields = json as Readonly<Record<string, unknown>>
    const [sign = ''] = Object.keys(fields)
    if (sign.startsWith(SIGN)) return this.#signed(sign, fields, above)
    return fill({}, Object.entries(fields), (each, object) => this.#fromJson(each, [...above, object]))
  }

  #signed(sign: string, fields: Readonly<Record<string, unknown>>, above: readonly unknown[]): unknown {
    const given = fields[sign]
    const others = fields['fields']
    const within = (each: unknown, holder: unknown): unknown => this.#fromJson(each, [...above, holder])
    switch (sign) {
      case '$undefined':
        return undefined
      case '$bigint':
        if (typeof given !== 'string' || !/^-?\d+$/.test(given)) throw wrong('$bigint wants digits in quotes')
        return BigInt(given)
      case '$number':
        return numberNamed(given)
      case '$date':
        return dateOf(given)
      case '$up':
        return above.at(-numberUpTo(above.length, sign, given, 1))
      case '$map': {
        const map = new Map<unknown, unknown>()
        for (const [key, held] of pairsIn(sign, given)) map.set(within(key, map), within(held, map))
        return map
      }
      case '$set': {
        const set = new Set<unknown>()
        for (const each of listIn(sign, given)) set.add(within(each, set))
        return set
      }
      case '$object':
        return fill({}, entriesIn(sign, given), within)
      case '$nullObject':
        return fill(Object.create(null) as object, entriesIn(sign, given), within)
      case '$array':
        return fill(new Array(numberUpTo(LONGEST_ARRAY, sign, given)), namesOfArray(entriesIn(sign, others)), within)
      case '$regexp':
        return regExpOf(listIn(sign, given))
      case '$bytes':
        return bytesOf(given, fields['class'])
      case '$instance':
        return this.#instance(String(given), fields, within)
      case '$error':
        return this.#error(fields, within)
      default:
        throw wrong(`${sign} says nothing; a field of that name is written in {"$object": [["${sign}", value]]}`)
    }
  }

  #instance(
    name: string,
    fields: Readonly<Record<string, unknown>>,
    within: (json: unknown, holder: unknown) => unknown,
  ): unknown {
    const make = (form: InstanceForm): object => Object.create(this.#classes.prototypeOf(name, form)) as object
    if ('plain' in fields) {
      const instance = make('plain')
      const value = within(fields['plain'], instance)
      return Object.defineProperty(instance, 'plain', { value, enumerable: true })
    }
    return fill(make('fields'), fieldsIn(fields['fields']), within)
  }

  #error(fields: Readonly<Record<string, unknown>>, within: (json: unknown, holder: unknown) => unknown): unknown {
    const native = errorNamed(fields['$error'])
    const name = fields['class']
    const error = native === undefined ? new Error() : new native()
    if (typeof name === 'string') Object.setPrototypeOf(error, this.#classes.prototypeOf(name, 'error'))
    else if (native === undefined) throw wrong(`${String(fields['$error'])} is no error of the language`)
    for (const key of ['name', 'message', 'stack', 'cause']) {
      const value = key in fields ? within(fields[key], error) : undefined
      if (key !== 'cause' && key in fields && typeof value !== 'string') throw wrong(`"${key}" of an error is a text`)
      if (key in fields || key === 'stack') define(error, key, value, false)
    }
    return fill(error, fieldsIn(fields['fields']), within)
  }
}

/** The same text for two values that differ only in the order of fields of objects and of entries of maps and sets. */
export function canonicalText(json: unknown): string {
  return JSON.stringify(sorted(json))
}

function sorted(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(sorted)
  const fields = Object.entries(json).map(([name, value]): [string, unknown] => {
    const inner = sorted(value)
    return [name, (name === '$map' || name === '$set') && Array.isArray(inner) ? sortedTexts(inner) : inner]
  })
  return Object.fromEntries(fields.sort(([left], [right]) => (left < right ? -1 : 1)))
}

function sortedTexts(list: readonly unknown[]): unknown[] {
  const texts = list.map((each) => [JSON.stringify(each), each] as const)
  return texts.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, each]) => each)
}

/** What JSON gives back as it is. */
function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && (value !== 0 || !Object.is(value, -0))
    case 'object':
      break
    default:
      return false
  }
  if (value === null) return true
  if (depth > DEEPEST_AT_ONCE) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Array.prototype) return isJsonArray(value as readonly unknown[], depth)
  if (prototype !== Object.prototype) return false
  const fields = value as Readonly<Record<string, unknown>>
  for (const name in fields) {
    if (name.startsWith(SIGN) || name === '__proto__' || !isJson(fields[name], depth + 1)) return false
  }
  return true
}

function isJsonArray(list: readonly unknown[], depth: number): boolean {
  for (const each of list) if (!isJson(each, depth + 1)) return false
  return Object.keys(list).length === list.length
}

/** True where somewhere an object has a field that begins with `$`, as text can have as well, and for what is too deep. */
function holdsSign(json: unknown, depth: number): boolean {
  if (typeof json !== 'object' || json === null) return false
  if (depth > DEEPEST) return true
  if (Array.isArray(json)) return json.some((each) => holdsSign(each, depth + 1))
  return Object.entries(json).some(
    ([name, value]) => name.startsWith(SIGN) || name === '__proto__' || holdsSign(value, depth + 1),
  )
}

function objectToJson(value: object, isBare: boolean, inner: (each: unknown) => Json): Json {
  const entries = Object.entries(value)
  const needsPairs = isBare || entries.some(([name]) => name.startsWith(SIGN) || name === '__proto__')
  if (!needsPairs) return Object.fromEntries(entries.map(([name, held]) => [name, inner(held)]))
  const pairs = entries.map(([name, held]): Json => [name, inner(held)])
  return isBare ? { $nullObject: pairs } : { $object: pairs }
}

/** Also where only the name of its class is known: what the language puts into each error is no field of it. */
function isError(value: object): value is Error {
  return Object.getOwnPropertyDescriptor(value, 'stack')?.enumerable === false
}

function errorToJson(error: Error, className: string | undefined, inner: (each: unknown) => Json): Json {
  const own = (['name', 'message', 'stack', 'cause'] as const).flatMap((key): [string, Json][] => {
    const property = Object.getOwnPropertyDescriptor(error, key)
    return property?.enumerable === false && property.value !== undefined ? [[key, inner(property.value)]] : []
  })
  const native = className === undefined ? error.constructor.name : 'Error'
  const fields = objectToJson(error, false, inner)
  return {
    $error: native,
    ...(className === undefined ? {} : { class: className }),
    ...Object.fromEntries(own),
    fields,
  }
}

function bytesToJson(value: object, prototype: unknown): Json {
  if (value instanceof ArrayBuffer) return { $bytes: Buffer.from(value).toString('base64'), class: 'ArrayBuffer' }
  if (!ArrayBuffer.isView(value))
    throw new FlinkError('ASSERTION_FAILED', { what: 'an object of no known kind was read' })
  const name = value instanceof DataView ? 'DataView' : (typedArrayOfPrototype(prototype)?.name ?? 'Buffer')
  return { $bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'), class: name }
}

function isDense(list: readonly unknown[]): boolean {
  const keys = Object.keys(list)
  return keys.length === list.length && (keys.at(-1) ?? '-1') === String(list.length - 1)
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function fill<T extends object>(object: T, entries: Entries, within: (json: unknown, holder: unknown) => unknown): T {
  for (const [name, json] of entries) define(object, name, within(json, object), true)
  return object
}

function define(object: object, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, name, { value, enumerable, writable: true, configurable: true })
}
