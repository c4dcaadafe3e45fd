import { DeclaredType, plainFormOf } from './declared-type.js'
import type { TypeInformation } from './type-information.js'

/** Null and undefined elements are kept as they are, whatever the element's type. */
function convertWith(convert: (value: unknown) => unknown): (value: unknown) => unknown {
  return (value) => (value === null || value === undefined ? value : convert(value))
}

const unchanged = (value: unknown): unknown => value

function conversions(type: TypeInformation<unknown>): { to: (v: unknown) => unknown; from: (v: unknown) => unknown } {
  const form = plainFormOf(type)
  if (form === undefined) return { to: unchanged, from: unchanged }
  return { to: convertWith((value) => form.toPlain(value)), from: convertWith((value) => form.fromPlain(value)) }
}

export function listType<T>(element: TypeInformation<T>): DeclaredType<T[]> {
  const description = `LIST(${element.description})`
  if (plainFormOf(element) === undefined) return new DeclaredType(description, 'auto')
  const { to, from } = conversions(element)
  return new DeclaredType<T[]>(description, 'auto', {
    toPlain: (list) => list.map(to),
    fromPlain: (plain) => (plain as unknown[]).map(from) as T[],
  })
}

export function mapType<K, V>(key: TypeInformation<K>, value: TypeInformation<V>): DeclaredType<Map<K, V>> {
  const description = `MAP(${key.description}, ${value.description})`
  if (plainFormOf(key) === undefined && plainFormOf(value) === undefined) return new DeclaredType(description, 'auto')
  const keys = conversions(key)
  const values = conversions(value)
  return new DeclaredType<Map<K, V>>(description, 'auto', {
    toPlain: (map) => new Map([...map].map(([k, v]) => [keys.to(k), values.to(v)])),
    fromPlain: (plain) =>
      new Map([...(plain as Map<unknown, unknown>)].map(([k, v]) => [keys.from(k), values.from(v)])) as Map<K, V>,
  })
}

export function tupleType<T extends readonly unknown[]>(fields: readonly TypeInformation<unknown>[]): DeclaredType<T> {
  const description = `TUPLE(${fields.map((field) => field.description).join(', ')})`
  const keyKind = { tuple: fields.map((field) => field.keyKind()) }
  if (fields.every((field) => plainFormOf(field) === undefined)) return new DeclaredType(description, keyKind)
  const converters = fields.map(conversions)
  return new DeclaredType<T>(description, keyKind, {
    toPlain: (tuple) => tuple.map((value, index) => (converters[index]?.to ?? unchanged)(value)),
    fromPlain: (plain) =>
      (plain as unknown[]).map((value, index) => (converters[index]?.from ?? unchanged)(value)) as unknown as T,
  })
}
