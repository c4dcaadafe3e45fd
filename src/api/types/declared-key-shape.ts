import { ANY_KEY_SHAPE, recordShape, tupleShape } from '../../core/keygroups/key-shapes.js'
import type { RowShape } from '../../core/types/row-shape.js'
import { DeclaredType } from './declared-type.js'
import type { TypeInformation } from './type-information.js'

/** The shape of keys of a declared type, where the declaration says it; GENERIC is for keys of any. */
export function declaredKeyShape(type: TypeInformation<unknown> | undefined): string | undefined {
  if (!(type instanceof DeclaredType)) return undefined
  const { kind } = type.form
  if (kind === undefined) return type.description === 'GENERIC' ? ANY_KEY_SHAPE : undefined
  if (typeof kind === 'object' && 'tuple' in kind) return composed(kind.tuple, tupleShape)
  const fields = fieldsOf(kind)
  if (fields === undefined) return partShape(kind)
  return composed(
    fields.map(([, field]) => field),
    (parts) => recordShape(fields.map(([name], index) => [name, parts[index] ?? ''])),
  )
}

function composed(kinds: readonly RowShape[], compose: (parts: readonly string[]) => string): string | undefined {
  const parts = kinds.map(partShape)
  return parts.includes(undefined) ? undefined : compose(parts.filter((part) => part !== undefined))
}

function partShape(kind: RowShape): string | undefined {
  switch (kind) {
    case 'int':
    case 'double':
      return 'number'
    case 'string':
    case 'boolean':
    case 'bigint':
    case 'date':
      return kind
    case 'absent':
    case 'scalar':
      return undefined
  }
  if ('tuple' in kind) return 'tuple'
  return fieldsOf(kind) === undefined ? undefined : 'record'
}

function fieldsOf(kind: RowShape): readonly (readonly [name: string, kind: RowShape])[] | undefined {
  if (typeof kind === 'string') return undefined
  if ('object' in kind) return kind.object
  return 'instance' in kind ? kind.instance[1] : undefined
}
