// Duty: reads the values of a state that was stored with a time to live as one that has none, and the other way round.
// Invariants: a value that was stored without the time of its last access was accessed at the restore. What is read is of the type
// that is declared now: changes of that come first (schema/).
// Thread: the task worker that owns the backend.
import type { DataInputView } from '../../../../core/memory/data-input-view.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import { TtlSerializer } from './ttl-serializer.js'
import { TtlValue } from './ttl-value.js'

export interface TtlChange {
  readonly wasWithTtl: boolean
  readonly isWithTtl: boolean
}

export interface ReadValues {
  /** Of the values themselves as they were stored; undefined where that of the declared type reads them. */
  readonly reader: TypeSerializer<unknown> | undefined
  readonly declared: TypeSerializer<unknown>
  readonly nowMs: () => number
}

/** Undefined where the serializer of the state reads them. */
export function ttlReader(
  { wasWithTtl, isWithTtl }: TtlChange,
  { reader, declared, nowMs }: ReadValues,
): TypeSerializer<unknown> | undefined {
  const values = reader ?? declared
  if (wasWithTtl === isWithTtl) {
    if (reader === undefined) return undefined
    return isWithTtl ? new TtlSerializer(reader) : reader
  }
  if (wasWithTtl) {
    const stored = new TtlSerializer(values)
    return { ...writing(declared), deserialize: (input: DataInputView) => stored.deserialize(input).value }
  }
  const restoredMs = nowMs()
  const now = new TtlSerializer(declared) as TypeSerializer<unknown>
  return { ...writing(now), deserialize: (input) => new TtlValue(values.deserialize(input), restoredMs) }
}

function writing(serializer: TypeSerializer<unknown>): Pick<TypeSerializer<unknown>, 'serialize' | 'copy'> {
  return {
    serialize: (value, output) => {
      serializer.serialize(value, output)
    },
    copy: (value) => serializer.copy(value),
  }
}
