// Duty: what a state knows of its namespaces: how they are written, hashed and told apart.
// Invariants: a namespace never changes. Every state has one type of namespaces, which its snapshots name; that of plain
// keyed state has one namespace, which costs no byte and no comparison.
// Thread: any.
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { NamespaceColumn, TwoNumbers } from './namespace-column.js'

/** The only namespace of state that belongs to the key alone. */
export const VOID_NAMESPACE: undefined = undefined

export interface NamespaceType<N> {
  /** Goes into snapshots: state is not restored with namespaces of another one. */
  readonly fingerprint: string
  readonly serializer: TypeSerializer<N>
  /** 32 bits, the same for equal ones; called once a change of namespace. */
  hash(namespace: N): number
  equals(left: N, right: N): boolean
  /** How a table in memory keeps them; where there is none, as numbers or as the objects that they are. */
  newColumn?(): NamespaceColumn
  /** Where each is that of many keys, and goes with all that belongs to it: a table in memory keeps apart what each of them has. */
  readonly shared?: SharedNamespaces<N>
  /** Of namespaces that are no more than two numbers: a table in memory keeps these. */
  readonly numbers?: TwoNumbers<N>
}

export interface SharedNamespaces<N> {
  /** A number that few of them have in common. */
  slotOf(namespace: N): number
}

export const VOID_NAMESPACES: NamespaceType<undefined> = {
  fingerprint: 'VOID',
  serializer: { serialize: () => undefined, deserialize: () => VOID_NAMESPACE, copy: () => VOID_NAMESPACE },
  hash: () => 0,
  equals: () => true,
}

export type AnyNamespaceType = NamespaceType<unknown>
