// Duty: what a snapshot has to know of a store beside its entries, as it was when the snapshot was taken.
// Thread: the task worker that owns the backend.
import type { KeyKind } from '../../../../core/keygroups/canonical-key.js'
import type { KeyGroupRange } from '../../../../core/keygroups/key-group-range.js'
import type { StateMetadata } from '../../../../storage/state-handles.js'
import type { KvView } from './kv-store.js'
import type { LeftInEntry } from './left-in-entries.js'

export interface StoreDescription {
  readonly keyKind: KeyKind
  readonly keyGroups: KeyGroupRange
  /** In the order of their ids. */
  readonly states: readonly StateMetadata[]
  /** The ids of those that nobody has asked for: their restored blocks lie beside the entries. */
  readonly waiting: ReadonlySet<number>
  /** Of all keys that there may be; undefined where it is not known. */
  readonly keyShapes: readonly string[] | undefined
}

export interface StoreVersion extends StoreDescription {
  readonly view: KvView
  /** By id, of states that whole state is to hold without what has expired. */
  readonly leftIn: ReadonlyMap<number, LeftInEntry>
}
