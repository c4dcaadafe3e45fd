import type { KeyKind } from '../../core/keygroups/canonical-key.js'
import type { RegisteredTypes } from '../../core/types/registered-types.js'
import type { TypeSerializer } from '../../core/types/type-serializer.js'

/**
 * The declared type of records, keys or state values. Made by {@link Types}, or by a user who wants bytes of his own;
 * optional everywhere. It says how values become bytes, in exchanges (`returns`, `addSource`) and in state, and how a key
 * of this type is hashed. Inside the types of {@link Types} one of a user's own counts as GENERIC.
 *
 * @example
 * ```ts
 * import { Types, type DataInputView, type DataOutputView, type TypeInformation } from 'flink-ts'
 *
 * const wordWithCount: TypeInformation<[string, number]> = Types.TUPLE(Types.STRING, Types.LONG)
 *
 * // Kilometres with one digit, in four bytes.
 * const kilometres: TypeInformation<number> = {
 *   description: 'KILOMETRES',
 *   keyKind: () => 'double',
 *   createSerializer: () => ({
 *     serialize: (value, output: DataOutputView) => output.writeInt32(Math.round(value * 10)),
 *     deserialize: (input: DataInputView) => input.readInt32() / 10,
 *     copy: (value) => value,
 *   }),
 * }
 * ```
 */
export interface TypeInformation<T> {
  /** The type in words, such as `TUPLE(STRING, LONG)`; equal for equal types, and stored with the state's snapshots. */
  readonly description: string
  /** How a key of this type becomes bytes and hash. */
  keyKind(): KeyKind
  /** Each value on its own; `registered` are the classes of `registerType`. */
  createSerializer(registered?: RegisteredTypes): TypeSerializer<T>
}
