// Duty: where a state has entries, in memory or in the store.
// Invariants: what is to be left out and what the store does not have is noted when the walk begins, and the store is walked as
// it was then: so entries may be read, and leave memory, meanwhile.
// Thread: the task worker that owns the backend.
import { decodeKey, hashKey, type KeyKind } from '../../../../core/keygroups/canonical-key.js'
import type { KeyGroupRange } from '../../../../core/keygroups/key-group-range.js'
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import type { AnyNamespaceType } from '../namespace-type.js'
import type { EntryKey } from '../state-table.js'
import type { CachedEntries } from './cached-entries.js'
import { beginsWith } from './begins-with.js'
import { entriesOf } from './cursor-entries.js'
import { decodeEntryKey, statePrefix } from './entry-key.js'
import type { KvView } from './kv-store.js'
import type { WriteBuffer } from './write-buffer.js'

export interface StateInStore {
  readonly stateId: number
  readonly keyKind: KeyKind
  readonly keyGroups: KeyGroupRange
  readonly namespaces: AnyNamespaceType
}

export function* keysOfState(state: StateInStore, entries: CachedEntries, buffer: WriteBuffer): Generator<EntryKey> {
  const view = buffer.view()
  try {
    const removed = new Set(entries.removedPrefixes().map(textOf))
    yield* entries.keysBesideStore()
    for (const prefix of prefixesOf(state, view)) if (!removed.has(textOf(prefix))) yield decoded(prefix, state)
  } finally {
    view.close()
  }
}

/** Of a key and namespace that has several entries once, as these lie together. */
function* prefixesOf({ stateId, keyGroups }: StateInStore, view: KvView): Generator<Uint8Array> {
  let last = new Uint8Array(0)
  for (let keyGroup = keyGroups.start; keyGroup <= keyGroups.end; keyGroup += 1) {
    for (const { key } of entriesOf(view.range(statePrefix(keyGroup, stateId)))) {
      if (last.length > 0 && beginsWith(key, last)) continue
      last = key.slice(0, decodeEntryKey(key).prefixLength)
      yield last
    }
  }
}

function decoded(prefix: Uint8Array, { keyKind, namespaces }: StateInStore): EntryKey {
  const { key: bytes, namespace } = decodeEntryKey(prefix)
  const key = decodeKey(keyKind, new DataInputView(bytes))
  return {
    key,
    keyHash: hashKey(key, keyKind),
    namespace: namespaces.serializer.deserialize(new DataInputView(namespace)),
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
