// Duty: the values of a state out of a snapshot, as the program has it now: with a time to live that was given or taken away since,
// and without what has expired where a restore is to leave that out.
// Invariants: a value that was stored without the time of its last access was accessed at the restore.
// Thread: the task worker that owns the backend.
import type { DataInputView } from '../../../../core/memory/data-input-view.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import type { StateMetadata } from '../../../../storage/state-handles.js'
import { ListSerializer } from '../list-serializer.js'
import type { StateTypes } from '../state-table.js'
import { UserMapSerializer } from '../user-map-serializer.js'
import { hasTtl } from './ttl-fingerprint.js'
import { TtlSerializer } from './ttl-serializer.js'
import { TtlValue } from './ttl-value.js'
import { leftInSnapshots } from './without-expired.js'

export interface RestoredValues {
  /** The next value; undefined where it has expired. */
  read(input: DataInputView): unknown
  /** The bytes of values are those of the state now, and all of them are there. */
  readonly isAsStored: boolean
}

/** `stored`: what the snapshot says of the state. */
export function restoredValues(stored: StateMetadata, types: StateTypes): RestoredValues {
  const reader = readerOf(stored, types)
  const leftOf = leftInSnapshots(types)
  if (leftOf !== undefined) return { read: (input) => leftOf(reader.deserialize(input)), isAsStored: false }
  return { read: (input) => reader.deserialize(input), isAsStored: reader === types.serializer }
}

function readerOf({ typeFingerprint }: StateMetadata, { serializer, ttl }: StateTypes): TypeSerializer<unknown> {
  const wasWithTtl = hasTtl(typeFingerprint)
  if (wasWithTtl === (ttl !== undefined)) return serializer
  const nowMs = ttl?.currentMs() ?? 0
  return withElements(serializer, (element) => (wasWithTtl ? takesTimeAway(element) : addsTime(element, nowMs)))
}

/** Of a list or map that of its elements, else that of the value. */
function withElements(
  serializer: TypeSerializer<unknown>,
  change: (element: TypeSerializer<unknown>) => TypeSerializer<unknown>,
): TypeSerializer<unknown> {
  if (serializer instanceof ListSerializer) return new ListSerializer(change(serializer.element))
  if (serializer instanceof UserMapSerializer) {
    const { keySerializer, valueSerializer, userKeys } = serializer
    return new UserMapSerializer(keySerializer, change(valueSerializer), userKeys)
  }
  return change(serializer)
}

function addsTime(element: TypeSerializer<unknown>, nowMs: number): TypeSerializer<unknown> {
  if (!(element instanceof TtlSerializer)) return element
  return reading((input) => new TtlValue(element.inner.deserialize(input), nowMs))
}

function takesTimeAway(element: TypeSerializer<unknown>): TypeSerializer<unknown> {
  const stored = new TtlSerializer(element)
  return reading((input) => stored.deserialize(input).value)
}

/** Nothing is written or copied by it. */
function reading(deserialize: (input: DataInputView) => unknown): TypeSerializer<unknown> {
  return { deserialize, serialize: () => undefined, copy: (value) => value }
}
