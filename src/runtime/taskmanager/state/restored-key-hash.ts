// Duty: the hash of a key that a snapshot has in one of its key groups.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { hashKey } from '../../../core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../core/keygroups/key-group-assignment.js'
import type { KeyedStateBackendParameters } from './state-backend.js'

/** STATE_TYPE_INCOMPATIBLE where the key belongs to another key group now. */
export function restoredKeyHash(
  { key, keyGroup, state }: { readonly key: unknown; readonly keyGroup: number; readonly state: string },
  { operatorName: operator, keyKind, maxParallelism }: KeyedStateBackendParameters,
): number {
  const hash = hashKey(key, keyKind)
  if (keyGroupForHash(hash, maxParallelism) === keyGroup) return hash
  const reason = `a key of key group ${String(keyGroup)} now hashes to another one: was the type of the key changed?`
  throw new FlinkError('STATE_TYPE_INCOMPATIBLE', { state, operator, reason })
}
