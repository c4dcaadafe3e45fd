import { composedForm, DeclaredType } from './declared-type.js'
import { checkType } from './type-check.js'
import type { TypeInformation } from './type-information.js'

export function listType<T>(element: TypeInformation<T>): DeclaredType<T[]> {
  checkType('Types.LIST', element)
  const form = composedForm([element], ([list]) => (list === undefined ? undefined : { list }))
  return new DeclaredType(`LIST(${element.description})`, 'auto', form)
}

export function mapType<K, V>(key: TypeInformation<K>, value: TypeInformation<V>): DeclaredType<Map<K, V>> {
  checkType('Types.MAP', key)
  checkType('Types.MAP', value)
  const form = composedForm([key, value], ([keyKind, valueKind]) =>
    keyKind === undefined || valueKind === undefined ? undefined : { map: [keyKind, valueKind] },
  )
  return new DeclaredType(`MAP(${key.description}, ${value.description})`, 'auto', form)
}

export function tupleType<T extends readonly unknown[]>(fields: readonly TypeInformation<unknown>[]): DeclaredType<T> {
  for (const field of fields) checkType('Types.TUPLE', field)
  const description = `TUPLE(${fields.map((field) => field.description).join(', ')})`
  const keyKind = { tuple: fields.map((field) => field.keyKind()) }
  return new DeclaredType(
    description,
    keyKind,
    composedForm(fields, (tuple) => ({ tuple })),
  )
}
