import type { KeyKind } from '../../core/keygroups/canonical-key.js'
import type { TypeSerializer } from '../../core/types/type-serializer.js'

/**
 * The declared type of records, keys or state values. Made by {@link Types}; optional everywhere. It says how values
 * become bytes, and how a key of this type is hashed.
 *
 * @example
 * ```ts
 * import { Types, type TypeInformation } from 'flink-ts'
 *
 * const wordWithCount: TypeInformation<[string, number]> = Types.TUPLE(Types.STRING, Types.LONG)
 * ```
 */
export interface TypeInformation<T> {
  /** The type in words, such as `TUPLE(STRING, LONG)`; equal for equal types, and stored with the state's snapshots. */
  readonly description: string
  /** How a key of this type becomes bytes and hash. */
  keyKind(): KeyKind
  createSerializer(): TypeSerializer<T>
}
