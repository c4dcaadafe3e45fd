// Duty: answers about a state whose values have a time to live: the values without their times, and none that is not given out.
// Invariants: as of every answer, nothing counts as used and nothing changes: what has expired stays until it is found otherwise.
// Thread: the task worker that owns the backend.
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import { ListSerializer } from '../list-serializer.js'
import type { QueryableState } from '../queryable-state.js'
import type { StateTypes } from '../state-table.js'
import { UserMap } from '../user-map.js'
import { UserMapSerializer } from '../user-map-serializer.js'
import type { TimeToLive } from './time-to-live.js'
import { fingerprintWithoutTtl } from './ttl-fingerprint.js'
import { TtlSerializer } from './ttl-serializer.js'
import { TtlValue } from './ttl-value.js'
import { withoutExpiredOf } from './without-expired.js'

/** `stored`: of values with their times, as the table writes them; `types`: of the table. */
export function queriedValues(stored: QueryableState, types: StateTypes, ttl: TimeToLive): QueryableState {
  const { metadata } = stored
  const plain = withoutTimes(types.serializer)
  const withoutExpired = withoutExpiredOf(types.serializer)
  const output = new DataOutputView()
  return {
    ...stored,
    metadata: { ...metadata, typeFingerprint: fingerprintWithoutTtl(metadata.typeFingerprint) },
    writeValueOf: (key, keyHash, answer) => {
      output.reset()
      if (!stored.writeValueOf(key, keyHash, output)) return false
      const value = types.serializer.deserialize(new DataInputView(output.toBytes()))
      const given = ttl.returnsExpired ? value : withoutExpired(value, ttl.expiredUpToMs())
      if (given === undefined) return false
      plain.serialize(valueOf(given), answer)
      return true
    },
  }
}

function withoutTimes(serializer: TypeSerializer<unknown>): TypeSerializer<unknown> {
  if (serializer instanceof ListSerializer) return new ListSerializer(innerOf(serializer.element))
  if (!(serializer instanceof UserMapSerializer)) return innerOf(serializer)
  return new UserMapSerializer(serializer.keySerializer, innerOf(serializer.valueSerializer), serializer.userKeys)
}

function innerOf(element: TypeSerializer<unknown>): TypeSerializer<unknown> {
  return element instanceof TtlSerializer ? element.inner : element
}

function valueOf(given: unknown): unknown {
  if (given instanceof TtlValue) return given.value
  if (given instanceof UserMap) return given.copy((value) => (value as TtlValue).value)
  return (given as readonly TtlValue[]).map(({ value }) => value)
}
