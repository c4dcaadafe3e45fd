import type { KeyKind } from '../../core/keygroups/canonical-key.js'

/** How a key is taken from a record, and what kind of value it is. */
export interface KeySpec {
  /** The key of a record; pure, called on the sending and on the receiving side of the exchange. */
  readonly select: (value: unknown) => unknown
  /** Declarative keys (`keyBy('user.id')`, `keyBy(0)`) keep their path, so that a plan can carry them as data. */
  readonly path?: string
  /** How key bytes, hash and equality are formed; `auto` when the type was not declared. */
  readonly kind: KeyKind
  /** What the declared type says of the keys, as core/keygroups/key-shapes.ts names it. */
  readonly declaredShape?: string
}
