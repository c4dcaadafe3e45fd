// Duty: what a snapshot has of a store, as it was when the snapshot began.
// Thread: the task worker that owns the backend.
import type { KeyKind } from '../../../../core/keygroups/canonical-key.js'
import type { KeyGroupRange } from '../../../../core/keygroups/key-group-range.js'
import type { StateMetadata } from '../../../../storage/state-handles.js'
import type { KvView } from './kv-store.js'

export interface StoreContents {
  readonly view: KvView
  readonly keyKind: KeyKind
  readonly keyGroups: KeyGroupRange
  /** In the order of their ids. */
  readonly states: readonly StateMetadata[]
  /** The ids of those that nobody has asked for: their restored blocks lie beside the entries. */
  readonly waiting: ReadonlySet<number>
  /** Of the restored keys, of all keys where entries came without being decoded; undefined where it is not known. */
  readonly keyShapes: readonly string[] | undefined
}
