// Duty: merging the values of several namespaces of a key into one.
// Invariants: a source that is the target as well loses nothing. The target is the current namespace afterwards.
// Thread: the task worker that owns the backend.
import type { StateTable } from './state-table.js'

/** `merge` gets what came first and what comes after it; it may change the first in place. */
export function mergeNamespaces(
  table: StateTable,
  target: unknown,
  sources: Iterable<unknown>,
  merge: (first: unknown, second: unknown) => unknown,
): void {
  let merged: unknown
  for (const source of sources) {
    table.setCurrentNamespace(source)
    const value = table.get()
    if (value === undefined) continue
    table.remove()
    merged = merged === undefined ? value : merge(merged, value)
  }
  table.setCurrentNamespace(target)
  if (merged === undefined) return
  const current = table.get()
  table.put(current === undefined ? merged : merge(current, merged))
}
