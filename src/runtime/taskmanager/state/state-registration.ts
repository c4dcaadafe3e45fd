// Duty: what a descriptor means to a backend: the metadata that goes into snapshots and the serializer of values; and
// whether state that was restored under the same name fits.
// Invariants: value, reducing and aggregating state store the value itself, list state an array, map state a UserMap.
// A type that was not declared is GENERIC, whose bytes every later declaration can read, but those of the engine's own types
// around it.
// Thread: the task worker that owns the backend.
import type { MapStateDescriptor } from '../../../api/state/map-state-descriptor.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { StateMetadata } from '../../../storage/state-handles.js'
import { isTtlFingerprint, ttlFingerprint, withoutTtl } from './ttl/ttl-fingerprint.js'
import { TtlSerializer } from './ttl/ttl-serializer.js'
import { ListSerializer } from './list-serializer.js'
import { VOID_NAMESPACES, type AnyNamespaceType } from './namespace-type.js'
import type { UserKeys } from './user-map.js'
import { UserMapSerializer } from './user-map-serializer.js'

export const GENERIC = 'GENERIC'
/** An entry says that it is there, and nothing more. */
const PRESENCE = 'PRESENCE'
const NO_SCHEMA = 0
const MAP_SEPARATOR = ' => '
/** Types of the engine's own operators, which write something beside the values that they are about. */
const ENGINE_TYPE = /^(?:FEEDBACK|TIMESTAMPED|PANES|TAGGED|JOIN_BUFFERS|MERGING|[A-Z]+_SESSIONS)\(/
/** An engine's type around one that a job declares or not. */
const AROUND_ONE = /^([A-Z]+_SESSIONS)\((.*)\)$/

export type AnyMapStateDescriptor = MapStateDescriptor<unknown, unknown>

export function hasTimeToLive({ ttlConfig }: StateDescriptor<unknown>): boolean {
  return ttlConfig?.isEnabled() === true
}

export function isMapDescriptor(descriptor: StateDescriptor<unknown>): descriptor is AnyMapStateDescriptor {
  return descriptor.kind === 'map'
}

export function serializerOf(
  type: TypeInformation<unknown> | undefined,
  registered: RegisteredTypes,
): TypeSerializer<unknown> {
  return type === undefined ? structuredSerializer(registered) : type.createSerializer(registered)
}

export function fingerprintOf(type: TypeInformation<unknown> | undefined): string {
  return type?.description ?? GENERIC
}

/** What the maps of the state know of their keys. */
export function userKeysOf(descriptor: AnyMapStateDescriptor, operator: string, registered: RegisteredTypes): UserKeys {
  const serializer = serializerOf(descriptor.keyType, registered)
  return {
    kind: descriptor.keyType?.keyKind() ?? 'auto',
    place: `State '${descriptor.name}' of ${operator}`,
    copy: (key) => serializer.copy(key),
  }
}

/** Of state without namespaces where none are given. */
export function metadataOf(
  descriptor: StateDescriptor<unknown>,
  namespaces: AnyNamespaceType = VOID_NAMESPACES,
): StateMetadata {
  const own = fingerprintOf(descriptor.type)
  const value = hasTimeToLive(descriptor) ? ttlFingerprint(own) : own
  const typeFingerprint = isMapDescriptor(descriptor)
    ? `${fingerprintOf(descriptor.keyType)}${MAP_SEPARATOR}${value}`
    : value
  const { name, kind } = descriptor
  return { name, kind, typeFingerprint, schemaVersion: NO_SCHEMA, ...namespaceMetadata(namespaces) }
}

/** Of a priority queue: the elements are the namespaces of its entries. */
export function queueMetadata(name: string, namespaces: AnyNamespaceType): StateMetadata {
  const kind = 'priority-queue'
  return { name, kind, typeFingerprint: PRESENCE, schemaVersion: NO_SCHEMA, ...namespaceMetadata(namespaces) }
}

function namespaceMetadata(namespaces: AnyNamespaceType): Pick<StateMetadata, 'namespaceFingerprint'> {
  return namespaces === VOID_NAMESPACES ? {} : { namespaceFingerprint: namespaces.fingerprint }
}

/** Serializer of what a keyed table holds for the state. */
export function keyedValueSerializer(
  descriptor: StateDescriptor<unknown>,
  operator: string,
  registered: RegisteredTypes,
): TypeSerializer<unknown> {
  const own = serializerOf(descriptor.type, registered)
  const value = hasTimeToLive(descriptor) ? new TtlSerializer(own) : own
  if (isMapDescriptor(descriptor)) {
    const keys = userKeysOf(descriptor, operator, registered)
    const map = new UserMapSerializer(serializerOf(descriptor.keyType, registered), value, keys)
    return map
  }
  if (descriptor.kind === 'list') return new ListSerializer(value)
  return value
}

/** Throws when one name stands for two kinds of state, or restored values cannot be read as the type asked for. */
export function checkCompatible(existing: StateMetadata, requested: StateMetadata, operator: string): void {
  const { name: state } = requested
  if (existing.kind !== requested.kind) {
    const details = { state, operator, existing: `${existing.kind} state`, requested: `${requested.kind} state` }
    throw new FlinkError('STATE_NAME_CONFLICT', details)
  }
  if (existing.namespaceFingerprint !== requested.namespaceFingerprint) {
    const [was, is] = [existing, requested].map((each) => each.namespaceFingerprint ?? VOID_NAMESPACES.fingerprint)
    const reason = `its namespaces were of the type ${String(was)} and are declared as ${String(is)}.`
    throw new FlinkError('STATE_TYPE_INCOMPATIBLE', { state, operator, reason })
  }
  const before = existing.typeFingerprint.split(MAP_SEPARATOR)
  const now = requested.typeFingerprint.split(MAP_SEPARATOR)
  if (now.every((part, index) => canRead(part, before[index]))) return
  const reason =
    `it was written as ${existing.typeFingerprint} and is declared as ${requested.typeFingerprint}. ` +
    'Declare the type that it was written with, or give the state a new name.'
  throw new FlinkError('STATE_TYPE_INCOMPATIBLE', { state, operator, reason })
}

function canRead(now: string, before: string | undefined): boolean {
  if (before !== undefined && isTtlFingerprint(before) !== isTtlFingerprint(now)) {
    return canRead(withoutTtl(now), withoutTtl(before))
  }
  if (before === now || (before === GENERIC && !ENGINE_TYPE.test(now))) return true
  const [, around, inner = ''] = AROUND_ONE.exec(now) ?? []
  const [, aroundBefore, innerBefore] = AROUND_ONE.exec(before ?? '') ?? []
  return around !== undefined && around === aroundBefore && canRead(inner, innerBefore)
}

/** Throws when one name is asked for twice by the same program: as state of a window and of the key alone, or as another type. */
export function checkSameState(existing: StateMetadata, requested: StateMetadata, operator: string): void {
  for (const described of existing.kind === requested.kind ? [scopeOf, typeOf] : []) {
    const details = { existing: described(existing), requested: described(requested) }
    if (details.existing === details.requested) continue
    throw new FlinkError('STATE_NAME_CONFLICT', { state: requested.name, operator, ...details })
  }
  checkCompatible(existing, requested, operator)
}

function typeOf({ kind, typeFingerprint }: StateMetadata): string {
  return `${kind} state of ${typeFingerprint === GENERIC ? 'no declared type' : typeFingerprint}`
}

function scopeOf({ kind, namespaceFingerprint }: StateMetadata): string {
  return `${kind} state of ${namespaceFingerprint === undefined ? 'the key' : 'the key and window'}`
}
