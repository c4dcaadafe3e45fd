import type { TypeInformation } from '../../../../../../src/api/types/type-information.js'
import { Types } from '../../../../../../src/api/types/types-table.js'

export class Visit {
  user = 'nobody'
  pages: number | undefined
}

/** What `Visit` was called. */
export const PageView = { PageView: class extends Visit {} }.PageView
Object.setPrototypeOf(PageView.prototype, Object.prototype)

export function instance(prototype: object, fields: object): unknown {
  return Object.assign(Object.create(prototype) as object, fields)
}

/** A row of the table in the README: what has changed, and what comes of it. */
export interface MigrationRow {
  readonly change: string
  readonly result: 'as it is' | 'converted' | 'refused'
  readonly stored: TypeInformation<unknown> | undefined
  readonly declared: TypeInformation<unknown> | undefined
  readonly value: unknown
  /** Where it is not what was stored. */
  readonly becomes?: unknown
}

const USER = { user: Types.STRING }
const VISIT = { user: Types.STRING, pages: Types.INT }
const visit = { user: 'u', pages: 3 }
/** A type of a program's own. */
export const OWN_DOUBLES: TypeInformation<unknown> = {
  description: 'KILOMETRES',
  keyKind: () => 'double',
  createSerializer: () => ({
    serialize: (value, output) => {
      output.writeFloat64(value as number)
    },
    deserialize: (input) => input.readFloat64(),
    copy: (value) => value,
  }),
}

export const MIGRATION_TABLE: readonly MigrationRow[] = [
  row('nothing', 'as it is', Types.OBJECT(VISIT), Types.OBJECT(VISIT), visit),
  row('a type is declared that was not', 'as it is', undefined, Types.OBJECT(VISIT), visit),
  row(
    'a type is declared inside: `LIST(GENERIC)` to `LIST(LONG)`',
    'as it is',
    Types.LIST(Types.GENERIC()),
    Types.LIST(Types.LONG),
    [1, 2],
  ),
  row('a type is not declared any more', 'refused', Types.LONG, undefined, 1),
  row('`INT` to `LONG` or `DOUBLE`, `LONG` to `DOUBLE`', 'converted', Types.INT, Types.LONG, 7),
  row('`BIG_INT` to `LONG_BIGINT`, and back', 'converted', Types.BIG_INT, Types.LONG_BIGINT, 7n),
  row('`LONG` to `INT`', 'refused', Types.LONG, Types.INT, 7),
  row('`LONG` to `STRING`, and whatever else is another thing', 'refused', Types.LONG, Types.STRING, 7),
  row(
    'a field of an `OBJECT` is new: it is undefined',
    'converted',
    Types.OBJECT(USER),
    Types.OBJECT(VISIT),
    { user: 'u' },
    { user: 'u', pages: undefined },
  ),
  row(
    'a field of an `OBJECT` is gone: its value is dropped',
    'converted',
    Types.OBJECT(VISIT),
    Types.OBJECT(USER),
    visit,
    { user: 'u' },
  ),
  row(
    'fields in another order',
    'converted',
    Types.OBJECT(VISIT),
    Types.OBJECT({ pages: Types.INT, user: Types.STRING }),
    visit,
  ),
  row(
    'a field has another type that is wider',
    'converted',
    Types.OBJECT(VISIT),
    Types.OBJECT({ ...VISIT, pages: Types.LONG }),
    visit,
  ),
  row(
    'a field has any other type',
    'refused',
    Types.OBJECT(VISIT),
    Types.OBJECT({ ...VISIT, pages: Types.STRING }),
    visit,
  ),
  row(
    'a field of a record in a record, list, map or tuple is new or gone',
    'converted',
    Types.LIST(Types.MAP(Types.STRING, Types.TUPLE(Types.OBJECT({ inner: Types.OBJECT(USER) }), Types.LONG))),
    Types.LIST(Types.MAP(Types.STRING, Types.TUPLE(Types.OBJECT({ inner: Types.OBJECT(VISIT) }), Types.LONG))),
    [new Map([['a', [{ inner: { user: 'u' } }, 1]]])],
    [new Map([['a', [{ inner: { user: 'u', pages: undefined } }, 1]]])],
  ),
  row(
    'a field that was never declared travels along',
    'converted',
    Types.OBJECT(USER),
    Types.OBJECT({ ...USER, at: Types.LONG }),
    { user: 'u', more: 1 },
    { user: 'u', at: undefined, more: 1 },
  ),
  row('a tuple has more or fewer parts', 'refused', Types.TUPLE(Types.LONG), Types.TUPLE(Types.LONG, Types.LONG), [1]),
  row(
    'a field of a `POJO` is new or gone, as of an `OBJECT`',
    'converted',
    Types.POJO(Visit, USER),
    Types.POJO(Visit, VISIT),
    instance(Visit.prototype, { user: 'u' }),
    instance(Visit.prototype, { user: 'u', pages: undefined }),
  ),
  row(
    'the class of a `POJO` has another name, and the old one as alias',
    'converted',
    Types.POJO(PageView, VISIT),
    Types.POJO(Visit, VISIT, { alias: 'PageView' }),
    instance(PageView.prototype, visit),
    instance(Visit.prototype, visit),
  ),
  row(
    'the class of a `POJO` has another name, and no alias',
    'refused',
    Types.POJO(PageView, VISIT),
    Types.POJO(Visit, VISIT),
    instance(PageView.prototype, visit),
  ),
  row(
    '`POJO` to `OBJECT`, and back',
    'refused',
    Types.POJO(Visit, VISIT),
    Types.OBJECT(VISIT),
    instance(Visit.prototype, visit),
  ),
  row("no type to one of the program's own", 'converted', undefined, OWN_DOUBLES, 1.5),
  row("a type of the program's own to another one", 'refused', OWN_DOUBLES, Types.DOUBLE, 1.5),
]

function row(
  change: string,
  result: MigrationRow['result'],
  stored: TypeInformation<never> | TypeInformation<unknown> | undefined,
  ...[declared, value, becomes = value]: [
    TypeInformation<never> | TypeInformation<unknown> | undefined,
    unknown,
    unknown?,
  ]
): MigrationRow {
  return {
    change,
    result,
    stored: stored,
    declared: declared,
    value,
    becomes,
  }
}
