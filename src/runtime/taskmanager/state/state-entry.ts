// Duty: the words for one entry of a keyed state in memory.
// Invariants: an entry keeps its identity while it is in its table, so it may be remembered between accesses.
// Thread: the task worker that owns the backend.

/** What a snapshot writes of an entry. */
export interface VisibleEntry {
  readonly key: unknown
  readonly namespace: unknown
  readonly value: unknown
}

export interface StateEntry extends VisibleEntry {
  /** Hash of key and namespace. */
  readonly hash: number
  readonly keyGroup: number
  value: unknown
  /** Snapshot version under which `value` was put; see SnapshotVersions. */
  version: number
  /** Index among the entries of its key group. */
  position: number
}
