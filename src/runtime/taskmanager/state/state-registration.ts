// Duty: what a descriptor means to a backend: the metadata that goes into snapshots and the serializer of values; and
// whether state that was restored under the same name fits.
// Invariants: value, reducing and aggregating state store the value itself, list state an array, map state a UserMap.
// A type that was not declared is GENERIC, whose bytes every later declaration can read. What other changes come to: schema/.
// Thread: the task worker that owns the backend.
import type { MapStateDescriptor } from '../../../api/state/map-state-descriptor.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import { DeclaredType } from '../../../api/types/declared-type.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import {
  describeMapState,
  describeType,
  parseMapDescription,
  parseTypeDescription,
} from '../../../core/types/type-description.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { StateMetadata } from '../../../storage/state-handles.js'
import { ListSerializer } from './list-serializer.js'
import { VOID_NAMESPACES, type AnyNamespaceType } from './namespace-type.js'
import { isSameType, restoredValues, type StoredSchema } from './schema/restored-schema.js'
import { isTtlFingerprint, ttlFingerprint, withoutTtl } from './ttl/ttl-fingerprint.js'
import { ttlReader } from './ttl/ttl-reader.js'
import { TtlSerializer } from './ttl/ttl-serializer.js'
import type { UserKeys } from './user-map.js'
import { UserMapSerializer } from './user-map-serializer.js'

export const GENERIC = 'GENERIC'
/** An entry says that it is there, and nothing more. */
const PRESENCE = 'PRESENCE'
const NO_SCHEMA = 0

export type AnyMapStateDescriptor = MapStateDescriptor<unknown, unknown>

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
  const value = elementFingerprint(descriptor)
  const typeFingerprint = isMapDescriptor(descriptor)
    ? describeMapState(fingerprintOf(descriptor.keyType), value)
    : value
  const { name, kind, schema } = descriptor
  return { name, kind, typeFingerprint, schemaVersion: schema.version, ...namespaceMetadata(namespaces) }
}

/** Of a value, of a list's element or of a map's value, with the time that may lie beside it. */
function elementFingerprint({ type, ttlConfig }: StateDescriptor<unknown>): string {
  return ttlConfig.isEnabled() ? ttlFingerprint(fingerprintOf(type)) : fingerprintOf(type)
}

function elementSerializer(
  { type, ttlConfig }: StateDescriptor<unknown>,
  registered: RegisteredTypes,
): TypeSerializer<unknown> {
  const own = serializerOf(type, registered)
  return ttlConfig.isEnabled() ? new TtlSerializer(own) : own
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
  const value = elementSerializer(descriptor, registered)
  if (isMapDescriptor(descriptor)) {
    const keys = userKeysOf(descriptor, operator, registered)
    const map = new UserMapSerializer(serializerOf(descriptor.keyType, registered), value, keys)
    return map
  }
  if (descriptor.kind === 'list') return new ListSerializer(value)
  return value
}

/**
 * Reads restored values as what the descriptor declares; undefined where the serializer of the state does. Throws where the state is
 * of another kind, or its values do not become those by themselves and nobody says how.
 */
export function restoredReader(
  stored: StateMetadata,
  requested: StateMetadata,
  asked: AskedState,
): TypeSerializer<unknown> | undefined {
  const { descriptor, operator, registered } = asked
  checkSameKind(stored, requested, operator)
  const { schemaVersion: version, typeFingerprint } = stored
  if (!isMapDescriptor(descriptor)) {
    const values = restoredElements({ description: typeFingerprint, version }, asked)
    return values !== undefined && descriptor.kind === 'list' && isKeyed(stored) ? new ListSerializer(values) : values
  }
  const types = mapTypesOf(stored, requested, elementFingerprint(descriptor))
  const areNewlyDeclared = types.keys[0] === GENERIC && descriptor.keyType instanceof DeclaredType
  if (!areNewlyDeclared && !isSameType(...types.keys)) throw keyTypeChanged(requested.name, operator, types.keys)
  const reader = restoredElements({ description: types.values, version }, asked)
  // A key may have other bytes then, by which a store on the disk finds its entry: all are made anew.
  const isFoundOtherwise = areNewlyDeclared && descriptor.keyType.keyKind() !== 'auto'
  if (reader === undefined && !isFoundOtherwise) return undefined
  const keys = serializerOf(descriptor.keyType, registered)
  const values = reader ?? elementSerializer(descriptor, registered)
  return new UserMapSerializer(keys, values, userKeysOf(descriptor, operator, registered))
}

/** Of a value, element or accumulator, of a map its values: whatever is stored or not beside it. */
function restoredElements(
  { description, version }: StoredSchema,
  { descriptor, operator, registered, nowMs }: AskedState,
): TypeSerializer<unknown> | undefined {
  const reader = restoredValues({ description: withoutTtl(description), version }, descriptor, { operator, registered })
  const declared = serializerOf(descriptor.type, registered)
  return ttlReader(
    { wasWithTtl: isTtlFingerprint(description), isWithTtl: descriptor.ttlConfig.isEnabled() },
    {
      reader,
      declared,
      nowMs,
    },
  )
}

/** Who asks for which state. */
export interface AskedState {
  readonly descriptor: StateDescriptor<unknown>
  readonly operator: string
  readonly registered: RegisteredTypes
  /** Processing time; of no use for state that has no time to live. */
  readonly nowMs: () => number
}

function isKeyed({ kind }: StateMetadata): boolean {
  return kind === 'list'
}

interface RestoredMapTypes {
  readonly keys: readonly [was: string, is: string]
  /** As they were stored. */
  readonly values: string
}

function mapTypesOf(stored: StateMetadata, requested: StateMetadata, declaredValues: string): RestoredMapTypes {
  const { typeFingerprint: is } = requested
  // Also where a type of the program's own has a description that nobody can tell from the other one's.
  if (stored.typeFingerprint === is) return { keys: [is, is], values: declaredValues }
  const [keyWas, valueWas] = parseMapDescription(stored.typeFingerprint) ?? []
  const [keyIs] = parseMapDescription(is) ?? []
  if (keyWas !== undefined && valueWas !== undefined && keyIs !== undefined) {
    return { keys: [describeType(keyWas), describeType(keyIs)], values: describeType(valueWas) }
  }
  return { keys: [stored.typeFingerprint, is], values: GENERIC }
}

function keyTypeChanged(state: string, operator: string, [was, is]: readonly [string, string]): FlinkError {
  const reason =
    `its keys were written as ${was} and are declared as ${is}. The type of the keys of a map cannot change, by no migration either. ` +
    'Declare the one that it was written with, or give the state a new name.'
  return new FlinkError('STATE_TYPE_INCOMPATIBLE', { state, operator, reason })
}

function checkSameKind(existing: StateMetadata, requested: StateMetadata, operator: string): void {
  const { name: state } = requested
  if (existing.kind !== requested.kind) {
    const details = { state, operator, existing: `${existing.kind} state`, requested: `${requested.kind} state` }
    throw new FlinkError('STATE_NAME_CONFLICT', details)
  }
  if (existing.namespaceFingerprint === requested.namespaceFingerprint) return
  const [was, is] = [existing, requested].map((each) => each.namespaceFingerprint ?? VOID_NAMESPACES.fingerprint)
  const reason = `its namespaces were of the type ${String(was)} and are declared as ${String(is)}.`
  throw new FlinkError('STATE_TYPE_INCOMPATIBLE', { state, operator, reason })
}

/** Throws where restored bytes are not exactly those that are asked for: of what no descriptor says how to read it otherwise. */
export function checkSameStored(existing: StateMetadata, requested: StateMetadata, operator: string): void {
  checkSameKind(existing, requested, operator)
  const { typeFingerprint: was } = existing
  const { name: state, typeFingerprint: is } = requested
  if (isSameType(was, is)) return
  const reason =
    `it was written as ${was} and is declared as ${is}. ` +
    'Declare the type that it was written with, or give the state a new name.'
  throw new FlinkError('STATE_TYPE_INCOMPATIBLE', { state, operator, reason })
}

/**
 * What several parts of a snapshot are together, which a subtask is given after a change of parallelism: of one shape, or one
 * of them without a declared type, whose bytes the other one reads.
 */
export function joinedMetadata(known: StateMetadata, other: StateMetadata, operator: string): StateMetadata {
  checkSameKind(known, other, operator)
  const { name: state } = known
  if (known.schemaVersion === other.schemaVersion) {
    if (known.typeFingerprint === other.typeFingerprint || (isUndeclared(other) && readsUndeclared(known))) return known
    if (isUndeclared(known) && readsUndeclared(other)) return other
  }
  const shapes = [known, other].map((each) => `${each.typeFingerprint} in version ${String(each.schemaVersion)}`)
  const reason =
    `the snapshot has it in two shapes, as ${shapes.join(' and as ')}: some subtasks had asked for it when it was taken, and others not yet. ` +
    'Start once with the parallelism of the snapshot, and ask for the state in open(), so that all of it is migrated.'
  throw new FlinkError('STATE_TYPE_INCOMPATIBLE', { state, operator, reason })
}

function isUndeclared({ typeFingerprint }: StateMetadata): boolean {
  return typeFingerprint === GENERIC || typeFingerprint === describeMapState(GENERIC, GENERIC)
}

/** Not a type of the program's own, nor one around others: beside a value that has a time to live its time is stored. */
function readsUndeclared({ typeFingerprint }: StateMetadata): boolean {
  const types = parseMapDescription(typeFingerprint) ?? [parseTypeDescription(typeFingerprint)]
  return types.every(({ kind }) => kind !== 'other')
}

/** Throws when one name is asked for twice by the same program: as state of a window and of the key alone, or as another type. */
export function checkSameState(existing: StateMetadata, requested: StateMetadata, operator: string): void {
  for (const described of existing.kind === requested.kind ? [scopeOf, typeOf] : []) {
    const details = { existing: described(existing), requested: described(requested) }
    if (details.existing === details.requested) continue
    throw new FlinkError('STATE_NAME_CONFLICT', { state: requested.name, operator, ...details })
  }
  checkSameKind(existing, requested, operator)
}

function typeOf({ kind, typeFingerprint, schemaVersion }: StateMetadata): string {
  const version = schemaVersion === NO_SCHEMA ? '' : `, version ${String(schemaVersion)}`
  return `${kind} state of ${typeFingerprint === GENERIC ? 'no declared type' : typeFingerprint}${version}`
}

function scopeOf({ kind, namespaceFingerprint }: StateMetadata): string {
  return `${kind} state of ${namespaceFingerprint === undefined ? 'the key' : 'the key and window'}`
}
