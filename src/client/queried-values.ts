import type { MapStateDescriptor } from '../api/state/map-state-descriptor.js'
import type { StateDescriptor } from '../api/state/state-descriptor.js'
import type { TypeInformation } from '../api/types/type-information.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { DataInputView } from '../core/memory/data-input-view.js'
import { NO_REGISTERED_TYPES } from '../core/types/registered-types.js'
import { structuredSerializer } from '../core/types/structured-serializer.js'
import type { TypeSerializer } from '../core/types/type-serializer.js'
import type { ValueReader } from '../state-processor/look-up.js'
import { storedTypesOf } from '../state-processor/stored-types.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { PlainClasses } from './plain-classes.js'

const GENERIC = 'GENERIC'
const MAP_SEPARATOR = ' => '
/** In checkpoints a time stands before a value that has a time to live; a job answers without it. */
const WITH_TIMES = /(?:^| => )TTL\(/

/**
 * How values of a state are read that were written as its metadata say: a list as an array, a map as a Map, of aggregating state the
 * accumulator. STATE_QUERY_INVALID where the descriptor is of another state, or without one where only the program knows the type.
 */
export function valueReaderOf(
  metadata: StateMetadata,
  descriptor: StateDescriptor<unknown> | undefined,
  name: string,
): ValueReader {
  if (descriptor !== undefined) {
    const declared = declaredReader(metadata, descriptor, name)
    if (declared !== undefined) return declared
  }
  const stored = storedTypesOf(metadata, new PlainClasses())?.value
  if (stored !== undefined) {
    const { kind, typeFingerprint } = metadata
    return WITH_TIMES.test(typeFingerprint)
      ? (input) => withoutTimes(stored.read(input), kind)
      : (input) => stored.read(input)
  }
  const reason = `it is written as ${metadata.typeFingerprint}, which only the job's program can read. Give the descriptor that the job has`
  throw new FlinkError('STATE_QUERY_INVALID', { name, reason })
}

/** Of a value, or of each element of a list or map; the newest checkpoint does not know how long they live. */
function withoutTimes(value: unknown, kind: string): unknown {
  if (kind === 'list') return (value as readonly unknown[]).map(withoutTime)
  if (kind !== 'map') return withoutTime(value)
  return new Map([...(value as ReadonlyMap<unknown, unknown>)].map(([key, held]) => [key, withoutTime(held)]))
}

function withoutTime(timed: unknown): unknown {
  return (timed as { readonly value: unknown }).value
}

/** Undefined where a time stands before the values. */
function declaredReader(
  { kind, typeFingerprint: stored }: StateMetadata,
  descriptor: StateDescriptor<unknown>,
  name: string,
): ValueReader | undefined {
  if (descriptor.kind !== kind) {
    const reason = `it is ${kind} state, and the descriptor is one of ${descriptor.kind} state`
    throw new FlinkError('STATE_QUERY_INVALID', { name, reason })
  }
  if (WITH_TIMES.test(stored)) return undefined
  const keyType = kind === 'map' ? (descriptor as MapStateDescriptor<unknown, unknown>).keyType : undefined
  const types = kind === 'map' ? [keyType, descriptor.type] : [descriptor.type]
  const parts = stored.split(MAP_SEPARATOR)
  const isReadable = types.every((type, at) => parts[at] === GENERIC || type?.description === parts[at])
  if (!isReadable) {
    // Nothing is declared: what the metadata say is enough.
    if (types.every((type) => type === undefined)) return undefined
    const given = types.map((type) => type?.description ?? GENERIC).join(MAP_SEPARATOR)
    const reason = `it is written as ${stored}, and the descriptor says ${given}`
    throw new FlinkError('STATE_QUERY_INVALID', { name, reason })
  }
  const value = serializerOf(descriptor.type)
  if (kind === 'list') return (input) => listIn(input, value)
  if (kind === 'map') return (input) => mapIn(input, serializerOf(keyType), value)
  return (input) => value.deserialize(input)
}

function serializerOf(type: TypeInformation<unknown> | undefined): TypeSerializer<unknown> {
  return type === undefined ? structuredSerializer(new PlainClasses()) : type.createSerializer(NO_REGISTERED_TYPES)
}

function listIn(input: DataInputView, element: TypeSerializer<unknown>): unknown[] {
  return Array.from({ length: input.readVarInt() }, () => element.deserialize(input))
}

function mapIn(
  input: DataInputView,
  key: TypeSerializer<unknown>,
  value: TypeSerializer<unknown>,
): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>()
  for (let left = input.readVarInt(); left > 0; left -= 1) {
    const each = key.deserialize(input)
    map.set(each, value.deserialize(input))
  }
  return map
}
