// Duty: what a whole snapshot of a store has of an entry whose values have a time to live, out of its bytes alone.
// Invariants: only the times are read; values are skipped. Entries of lists hold several elements, those of maps one.
// Thread: the task worker that owns the backend.
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { skipValue } from '../../../../core/types/skip-value.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import { ListSerializer } from '../list-serializer.js'
import type { StateTypes } from '../state-table.js'
import { UserMapSerializer } from '../user-map-serializer.js'

/** The bytes of an entry without what has expired; undefined where that is all. */
export type LeftInEntry = (value: Uint8Array) => Uint8Array | undefined

/** Of a snapshot that begins now; undefined for a state whose snapshots have everything. */
export function leftInEntries({ serializer, ttl }: StateTypes): LeftInEntry | undefined {
  if (ttl?.config.getCleanupStrategies().inFullSnapshot() !== true) return undefined
  return livingIn(serializer, ttl.expiredUpToMs())
}

/** What of an entry was accessed after that time. */
export function livingIn(serializer: TypeSerializer<unknown>, expiredUpToMs: number): LeftInEntry {
  if (serializer instanceof ListSerializer) {
    return (value) => livingElements(value, serializer.element, expiredUpToMs)
  }
  const keySerializer = serializer instanceof UserMapSerializer ? serializer.keySerializer : undefined
  return (value) => {
    const input = new DataInputView(value)
    if (keySerializer !== undefined) skipValue(keySerializer, input)
    return input.readFloat64() > expiredUpToMs ? value : undefined
  }
}

function livingElements(
  chunk: Uint8Array,
  element: TypeSerializer<unknown>,
  expiredUpToMs: number,
): Uint8Array | undefined {
  const input = new DataInputView(chunk)
  const count = input.readVarInt()
  const living: Uint8Array[] = []
  for (let index = 0; index < count; index += 1) {
    const start = input.position
    const isLiving = input.readFloat64() > expiredUpToMs
    input.position = start
    skipValue(element, input)
    if (isLiving) living.push(chunk.subarray(start, input.position))
  }
  if (living.length === count) return chunk
  if (living.length === 0) return undefined
  const output = new DataOutputView()
  output.writeVarInt(living.length)
  for (const each of living) output.writeBytes(each)
  return output.toBytes()
}
