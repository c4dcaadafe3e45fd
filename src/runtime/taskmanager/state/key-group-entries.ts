// Duty: the entries of one state in one key group, as snapshots walk them: the living ones and, while snapshots run, the
// values that living ones had before (copy on write, as Flink's CopyOnWriteStateMap).
// Invariants: a value that a running snapshot may need is put into `preserved` with the versions [from, to) it was valid
// for before it is replaced or removed. A snapshot of version v sees the living values with version <= v and the preserved
// ones with from <= v < to: each entry once.
// Thread: the task worker that owns the backend.
import type { SnapshotVersions } from './snapshot-versions.js'
import type { StateEntry, VisibleEntry } from './state-entry.js'

interface PreservedValue extends VisibleEntry {
  readonly from: number
  readonly to: number
}

export class KeyGroupEntries {
  readonly #versions: SnapshotVersions
  readonly #entries: StateEntry[] = []
  #preserved: PreservedValue[] = []

  constructor(versions: SnapshotVersions) {
    this.#versions = versions
  }

  get preservedCount(): number {
    return this.#preserved.length
  }

  add(entry: StateEntry): void {
    entry.position = this.#entries.length
    this.#entries.push(entry)
  }

  remove(entry: StateEntry): void {
    this.#preserve(entry)
    const last = this.#entries.pop()
    if (last === undefined || last === entry) return
    last.position = entry.position
    this.#entries[entry.position] = last
  }

  replace(entry: StateEntry, value: unknown): void {
    this.#preserve(entry)
    entry.value = value
    entry.version = this.#versions.current
  }

  /** The entries as the snapshot with this version saw them. */
  visibleAt(version: number): VisibleEntry[] {
    const visible: VisibleEntry[] = []
    for (const { key, namespace, value, version: since } of this.#entries) {
      if (since <= version) visible.push({ key, namespace, value })
    }
    for (const preserved of this.#preserved) {
      if (preserved.from <= version && version < preserved.to) visible.push(preserved)
    }
    return visible
  }

  /** Called when a snapshot has ended: forgets what no running one needs. */
  prunePreserved(): void {
    if (this.#preserved.length === 0) return
    const { oldest, newest } = this.#versions
    this.#preserved = newest === 0 ? [] : this.#preserved.filter(({ from, to }) => from <= newest && to > oldest)
  }

  #preserve(entry: StateEntry): void {
    if (entry.version > this.#versions.newest) return
    const { key, namespace, value, version } = entry
    this.#preserved.push({ key, namespace, value, from: version, to: this.#versions.current })
  }
}
