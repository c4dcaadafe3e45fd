import { listType, mapType, tupleType } from './container-types.js'
import type { ClassAlias, ClassOf } from '../../core/types/registered-types.js'
import type { RowShape } from '../../core/types/row-shape.js'
import { DeclaredType, type TypeForm } from './declared-type.js'
import { pojoType, recordType, type FieldTypes } from './record-type.js'
import type { TypeInformation } from './type-information.js'

/**
 * The value type of a TypeInformation.
 *
 * @example
 * ```ts
 * import { Types, type TypeOf } from 'flink-ts'
 *
 * const visit = Types.OBJECT({ user: Types.STRING, pages: Types.LONG })
 * const first: TypeOf<typeof visit> = { user: 'u1', pages: 3 }
 * ```
 */
export type TypeOf<I> = I extends TypeInformation<infer T> ? T : never

type TupleOf<I extends readonly TypeInformation<unknown>[]> = { -readonly [K in keyof I]: TypeOf<I[K]> }
type ObjectOf<F extends FieldTypes> = { -readonly [K in keyof F]: TypeOf<F[K]> }

function row(kind: RowShape): TypeForm {
  return { kind, classes: [] }
}

/** What {@link Types} holds. */
export interface TypesTable {
  readonly STRING: TypeInformation<string>
  /** A whole number as `number`: exact up to 2^53. */
  readonly LONG: TypeInformation<number>
  /** Written in 4 bytes where it is a whole number of 32 bits; any other number is kept too. */
  readonly INT: TypeInformation<number>
  /** As a key type: 0 and -0 are two keys, all NaN are one, as Java's Double. */
  readonly DOUBLE: TypeInformation<number>
  readonly BOOLEAN: TypeInformation<boolean>
  readonly BIG_INT: TypeInformation<bigint>
  /** A long as `bigint`. */
  readonly LONG_BIGINT: TypeInformation<bigint>
  /** A `Date`. */
  readonly INSTANT: TypeInformation<Date>
  LIST<T>(element: TypeInformation<T>): TypeInformation<T[]>
  MAP<K, V>(key: TypeInformation<K>, value: TypeInformation<V>): TypeInformation<Map<K, V>>
  TUPLE<I extends readonly TypeInformation<unknown>[]>(...fields: I): TypeInformation<TupleOf<I>>
  /**
   * Instances of a class: own fields and prototype, which is all that is kept; private `#fields` are none, and a class with
   * them is registered with a serializer (`getConfig().registerType`). Without `fields` all own fields are generic.
   * `alias`: names that the class had before, under which instances may be stored.
   */
  POJO<T extends object>(pojoClass: ClassOf<T>, fields?: FieldTypes, alias?: ClassAlias): TypeInformation<T>
  OBJECT<F extends FieldTypes>(fields: F): TypeInformation<ObjectOf<F>>
  /** Anything that structured clone takes. */
  GENERIC<T = unknown>(): TypeInformation<T>
}

/**
 * The types of records, keys and state values. Declaring them is optional; a declared key type decides how keys are
 * compared (DOUBLE, OBJECT), and `Types.POJO` lets class instances travel.
 *
 * @example
 * ```ts
 * import { Types, ValueStateDescriptor } from 'flink-ts'
 *
 * const perUser = Types.OBJECT({ user: Types.STRING, visits: Types.LONG })
 * const last = new ValueStateDescriptor('last', perUser)
 * const pairs = Types.LIST(Types.TUPLE(Types.STRING, Types.LONG))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/types_serialization/
 */
export const Types: TypesTable = {
  STRING: new DeclaredType<string>('STRING', 'auto', row('string')),
  LONG: new DeclaredType<number>('LONG', 'auto', row('double')),
  INT: new DeclaredType<number>('INT', 'auto', row('int')),
  DOUBLE: new DeclaredType<number>('DOUBLE', 'double', row('double')),
  BOOLEAN: new DeclaredType<boolean>('BOOLEAN', 'auto', row('boolean')),
  BIG_INT: new DeclaredType<bigint>('BIG_INT', 'auto', row('bigint')),
  LONG_BIGINT: new DeclaredType<bigint>('LONG_BIGINT', 'auto', row('bigint')),
  INSTANT: new DeclaredType<Date>('INSTANT', 'auto', row('date')),
  LIST: listType,
  MAP: mapType,
  TUPLE: (...fields) => tupleType(fields),
  POJO: (pojoClass, fields = {}, alias) => pojoType(pojoClass, fields, alias),
  OBJECT: (fields) => recordType(fields),
  GENERIC: <T>() => new DeclaredType<T>('GENERIC', 'auto'),
}
