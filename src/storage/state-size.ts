// Duty: how many bytes of state handles name.
// Invariants: a part of a file that two of them name counts once.
// Thread: any.
import type { StreamStateHandle } from './state-handles.js'

/** Of all of them together. */
export function bytesOf(handles: readonly StreamStateHandle[]): number {
  const counted = new Set<string>()
  let sum = 0
  for (const handle of handles) {
    if (handle.kind === 'inline') {
      sum += handle.bytes.length
      continue
    }
    const place = `${String(handle.offset)} ${handle.uri}`
    if (!counted.has(place)) sum += handle.lengthBytes
    counted.add(place)
  }
  return sum
}
