// Duty: takes the entries of some key groups over from another store, in which states have other ids.
// Invariants: the other store does not change. Restored blocks that nobody has asked for come with them.
// Thread: the task worker that owns the backend.
import type { KeyGroupRange } from '../../../../core/keygroups/key-group-range.js'
import { entriesOf } from './cursor-entries.js'
import { statePrefix } from './entry-key.js'
import type { KvBatch, KvStore } from './kv-store.js'
import { decodeRestoredBlockKey, restoredBlockKey, restoredStatePrefix } from './reserved-keys.js'

const BATCH_BYTES = 1_048_576

export interface CopiedState {
  /** In the store that it comes from. */
  readonly from: number
  readonly to: number
  readonly isWaiting: boolean
}

export class EntryCopy {
  readonly #from: KvStore
  readonly #to: KvStore
  readonly #batch: KvBatch

  constructor(from: KvStore, to: KvStore) {
    this.#from = from
    this.#to = to
    this.#batch = to.newBatch()
  }

  copy(states: readonly CopiedState[], { start, end }: KeyGroupRange): void {
    for (let keyGroup = start; keyGroup <= end; keyGroup += 1) {
      for (const state of states) {
        this.#copyEntries(state, keyGroup)
        if (state.isWaiting) this.#copyBlocks(state, keyGroup)
      }
    }
    this.#to.write(this.#batch)
  }

  #copyEntries({ from, to }: CopiedState, keyGroup: number): void {
    const target = statePrefix(keyGroup, to)
    for (const { key, value } of entriesOf(this.#from.range(statePrefix(keyGroup, from)))) {
      if (from !== to) key.set(target)
      this.#put(key, value)
    }
  }

  #copyBlocks({ from, to }: CopiedState, keyGroup: number): void {
    for (const { key, value } of entriesOf(this.#from.range(restoredStatePrefix(from, keyGroup)), 1)) {
      const { place } = decodeRestoredBlockKey(key)
      this.#put(restoredBlockKey({ state: to, keyGroup, place }), value)
    }
  }

  #put(key: Uint8Array, value: Uint8Array): void {
    this.#batch.put(key, value)
    if (this.#batch.sizeBytes >= BATCH_BYTES) this.#to.write(this.#batch)
  }
}
