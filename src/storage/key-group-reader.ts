// Duty: the key groups of a keyed handle, one after the other, out of a stream of its bytes.
// Invariants: no more than a piece and a key group is in memory for it. All bytes of the handle are read, those of other
// key groups as well, so that its checksum is verified.
// Thread: task workers (restore).
import { FlinkError } from '../core/errors/flink-error.js'
import type { KeyGroupRange } from '../core/keygroups/key-group-range.js'
import type { KeyedStateHandle } from './state-handles.js'

export interface KeyGroupBytes {
  readonly keyGroup: number
  readonly bytes: Uint8Array
}

/** Those of the range that have bytes; `pieces` are the bytes of the handle. */
export async function* readKeyGroups(
  { keyGroups, offsets }: KeyedStateHandle,
  range: KeyGroupRange,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<KeyGroupBytes> {
  let next = keyGroups.start
  let position = 0
  let held: Uint8Array[] = []
  for await (const piece of pieces) {
    let from = 0
    for (; next <= keyGroups.end; next += 1) {
      const [start, end] = boundsOf(offsets, next - keyGroups.start, next)
      const isWanted = next >= range.start && next <= range.end && end > start
      const [first, last] = [Math.max(start - position, from), Math.min(end - position, piece.length)]
      if (isWanted && last > first) held.push(piece.subarray(first, last))
      if (end > position + piece.length) break
      from = Math.max(from, last)
      if (isWanted) yield { keyGroup: next, bytes: held.length === 1 ? (held[0] ?? piece) : Buffer.concat(held) }
      held = []
    }
    position += piece.length
  }
  for (; next <= keyGroups.end; next += 1) {
    const [, end] = boundsOf(offsets, next - keyGroups.start, next)
    if (end > position) throw missing(next)
  }
}

function boundsOf(offsets: readonly number[], index: number, keyGroup: number): readonly [start: number, end: number] {
  const start = offsets[index]
  const end = offsets[index + 1]
  if (start === undefined || end === undefined || start > end) throw missing(keyGroup)
  return [start, end]
}

function missing(keyGroup: number): FlinkError {
  const what = `a keyed state handle has no bytes of key group ${String(keyGroup)}`
  return new FlinkError('ASSERTION_FAILED', { what })
}
