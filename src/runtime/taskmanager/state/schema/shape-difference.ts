// Duty: two types side by side, field by field, for the message that says why one does not become the other.
// Thread: the task worker that owns the backend.
import type { RegisteredTypes } from '../../../../core/types/registered-types.js'
import {
  describeType,
  quotedName,
  type FieldDescription,
  type TypeDescription,
} from '../../../../core/types/type-description.js'
import { typeChange } from './type-change.js'

/** `-`: not declared any more; `+`: new; `!`: needs a migration. */
type Mark = ' ' | '-' | '+' | '!'

interface Row {
  readonly mark: Mark
  readonly stored: string
  readonly declared: string
}

const INDENT = '  '
const MARGIN = '    '
const GAP = '   '
const WIDEST = 60

/** Lines, each beginning with a line break. */
export function shapeDifference(stored: TypeDescription, declared: TypeDescription, classes: RegisteredTypes): string {
  const rows = new RowMaker(classes).rows({ label: '', depth: 0 }, stored, declared)
  const head: Row = { mark: ' ', stored: 'stored', declared: 'declared' }
  const all = [head, ...rows]
  const width = Math.min(WIDEST, Math.max(...all.map((row) => row.stored.length)))
  return all.map((row) => `\n${MARGIN}${row.mark} ${row.stored.padEnd(width)}${GAP}${row.declared}`.trimEnd()).join('')
}

/** The names of a class in both types, the first that differ where no alias makes them one; undefined where none do. */
export function renamedClass(
  stored: TypeDescription,
  declared: TypeDescription,
  classes: RegisteredTypes,
): readonly [stored: string, declared: string] | undefined {
  if (stored.kind === 'list' && declared.kind === 'list') return renamedClass(stored.element, declared.element, classes)
  if (stored.kind === 'map' && declared.kind === 'map') return renamedClass(stored.value, declared.value, classes)
  if (stored.kind === 'pojo' && declared.kind === 'pojo') {
    const isSame = typeChange({ ...stored, fields: [] }, { ...declared, fields: [] }, classes) !== undefined
    if (!isSame) return [stored.className, declared.className]
  }
  if (!isRecord(stored) || !isRecord(declared)) return undefined
  const now = new Map(declared.fields)
  for (const [name, before] of stored.fields) {
    const other = now.get(name)
    const renamed = other === undefined ? undefined : renamedClass(before, other, classes)
    if (renamed !== undefined) return renamed
  }
  return undefined
}

interface Place {
  readonly label: string
  readonly depth: number
}

class RowMaker {
  readonly #classes: RegisteredTypes

  constructor(classes: RegisteredTypes) {
    this.#classes = classes
  }

  rows({ label, depth }: Place, stored: TypeDescription, declared: TypeDescription): Row[] {
    const text = (what: string): string => `${INDENT.repeat(depth)}${label}${what}`
    const deeper = (part: string): Place => ({ label: part, depth: depth + 1 })
    if (describeType(stored) !== describeType(declared)) {
      const head = (before: string, now: string): Row => {
        return { mark: before === now ? ' ' : '!', stored: text(before), declared: text(now) }
      }
      if (isRecord(stored) && isRecord(declared)) {
        const isSame = typeChange({ ...stored, fields: [] }, { ...declared, fields: [] }, this.#classes) !== undefined
        const { mark, ...names } = head(nameOf(stored), nameOf(declared))
        return [{ mark: isSame ? ' ' : mark, ...names }, ...this.#fields(depth, stored.fields, declared.fields)]
      }
      if (stored.kind === 'list' && declared.kind === 'list') {
        return [head('LIST of', 'LIST of'), ...this.rows(deeper(''), stored.element, declared.element)]
      }
      if (stored.kind === 'map' && declared.kind === 'map') {
        const keys = this.rows(deeper('key: '), stored.key, declared.key)
        return [head('MAP', 'MAP'), ...keys, ...this.rows(deeper('value: '), stored.value, declared.value)]
      }
      if (stored.kind === 'tuple' && declared.kind === 'tuple') {
        const numbered = (fields: readonly TypeDescription[]): FieldDescription[] =>
          fields.map((field, index) => [String(index), field])
        const row = head(`TUPLE of ${String(stored.fields.length)}`, `TUPLE of ${String(declared.fields.length)}`)
        return [row, ...this.#fields(depth, numbered(stored.fields), numbered(declared.fields))]
      }
    }
    const mark = typeChange(stored, declared, this.#classes) === undefined ? '!' : ' '
    return [{ mark, stored: text(describeType(stored)), declared: text(describeType(declared)) }]
  }

  #fields(depth: number, stored: readonly FieldDescription[], declared: readonly FieldDescription[]): Row[] {
    const now = new Map(declared)
    const before = new Set(stored.map(([name]) => name))
    const text = (name: string, type: TypeDescription): string =>
      `${INDENT.repeat(depth + 1)}${quotedName(name)}: ${describeType(type)}`
    const kept = stored.flatMap(([name, type]): Row[] => {
      const other = now.get(name)
      if (other === undefined) return [{ mark: '-', stored: text(name, type), declared: '' }]
      return this.rows({ label: `${quotedName(name)}: `, depth: depth + 1 }, type, other)
    })
    const added = declared.filter(([name]) => !before.has(name))
    return [...kept, ...added.map(([name, type]): Row => ({ mark: '+', stored: '', declared: text(name, type) }))]
  }
}

function isRecord(type: TypeDescription): type is Extract<TypeDescription, { readonly kind: 'object' | 'pojo' }> {
  return type.kind === 'object' || type.kind === 'pojo'
}

function nameOf(type: Extract<TypeDescription, { readonly kind: 'object' | 'pojo' }>): string {
  return type.kind === 'object' ? 'OBJECT' : `POJO ${type.className}`
}
