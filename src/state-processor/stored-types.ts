/**
 * How the bytes of a state are read and written, out of what its metadata say of it: no program and no descriptor is asked. A type
 * that is none of the declared ones and of the engine's is undefined here: whose state that is can be carried, and not read.
 */
import { DeclaredType } from '../api/types/declared-type.js'
import { typeDescribedAs } from '../api/types/described-type.js'
import type { TypeInformation } from '../api/types/type-information.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { RegisteredTypes } from '../core/types/registered-types.js'
import { skipValue, type SkippingSerializer } from '../core/types/skip-value.js'
import { structuredSerializer } from '../core/types/structured-serializer.js'
import { describeType, parseMapDescription } from '../core/types/type-description.js'
import type { TypeSerializer } from '../core/types/type-serializer.js'
import { ValueNotSerializableError } from '../core/types/value-not-serializable-error.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { engineCodec } from './engine-types.js'
import { listIn } from './json-fields.js'
import type { StoredCodec } from './stored-codec.js'
import { namespaceCodec } from './stored-namespaces.js'

export interface StoredTypes {
  readonly key: StoredCodec
  /** Undefined where the state belongs to the key alone. */
  readonly namespace: StoredCodec | undefined
  /** Undefined where an entry says no more than that it is there (timers). */
  readonly value: StoredCodec | undefined
}

/** What a row of a declared type begins with, and no other value. */
const ROW = 0
const PRESENCE = 'PRESENCE'

/** Of keyed state, or of the elements of operator state; undefined where only the program can read it. */
export function storedTypesOf(metadata: StateMetadata, classes: RegisteredTypes): StoredTypes | undefined {
  const { kind, typeFingerprint, namespaceFingerprint } = metadata
  const namespace = namespaceFingerprint === undefined ? undefined : namespaceCodec(namespaceFingerprint)
  if (namespaceFingerprint !== undefined && namespace === undefined) return undefined
  if (kind === 'map' || kind === 'broadcast') return mapTypes(metadata, namespace, classes)
  const key = keyCodec(classes)
  if (typeFingerprint === PRESENCE) return { key, namespace, value: undefined }
  const value = codecOfType(typeFingerprint, classes)
  if (value === undefined) return undefined
  return { key, namespace, value: kind === 'list' ? listCodec(value) : value }
}

/** A map state has its entries in one value; each of a broadcast state stands alone. */
function mapTypes(
  { kind, typeFingerprint }: StateMetadata,
  namespace: StoredCodec | undefined,
  classes: RegisteredTypes,
): StoredTypes | undefined {
  const parts = parseMapDescription(typeFingerprint) ?? []
  const [key, value] = parts.map((part) => codecOfType(describeType(part), classes))
  if (key === undefined || value === undefined) return undefined
  if (kind === 'broadcast') return { key, namespace, value }
  return { key: keyCodec(classes), namespace, value: mapCodec(key, value) }
}

/** Undefined where the description is none of the declared types and of the engine's. */
export function codecOfType(description: string, classes: RegisteredTypes): StoredCodec | undefined {
  const type = refusingType(description, classes)
  return type === undefined
    ? engineCodec(description, (inner) => refusingType(inner, classes), classes)
    : codecOf(type.createSerializer(classes))
}

function keyCodec(classes: RegisteredTypes): StoredCodec {
  return codecOf(refusing(structuredSerializer(classes), undefined))
}

function codecOf(serializer: SkippingSerializer<unknown>): StoredCodec {
  return {
    read: (input) => serializer.deserialize(input),
    skip: (input) => {
      serializer.skip(input)
    },
    write: (value, output) => {
      serializer.serialize(value, output)
    },
  }
}

interface RefusingType extends TypeInformation<unknown> {
  createSerializer(classes: RegisteredTypes): SkippingSerializer<unknown>
}

/** The declared type with this description; it refuses values that it has no row for, though a job would store them. */
function refusingType(description: string, classes: RegisteredTypes): RefusingType | undefined {
  const type = typeDescribedAs(description, classes)
  if (type === undefined) return undefined
  const hasRows = type instanceof DeclaredType && type.form.kind !== undefined
  return {
    description,
    keyKind: () => type.keyKind(),
    createSerializer: (registered) => refusing(type.createSerializer(registered), hasRows ? description : undefined),
  }
}

/** `rows`: of which type each value is to be a row. */
function refusing(serializer: TypeSerializer<unknown>, rows: string | undefined): SkippingSerializer<unknown> {
  return {
    serialize: (value, output) => {
      const start = output.position
      try {
        serializer.serialize(value, output)
      } catch (error) {
        if (!(error instanceof ValueNotSerializableError)) throw error
        throw new FlinkError('JSON_FORM_INVALID', { reason: error.message }, { cause: error })
      }
      if (rows === undefined || output.bytes[start] === ROW) return
      throw new FlinkError('JSON_FORM_INVALID', { reason: `the value is no ${rows}` })
    },
    deserialize: (input) => serializer.deserialize(input),
    skip: (input) => {
      skipValue(serializer, input)
    },
    copy: (value) => serializer.copy(value),
  }
}

function listCodec(element: StoredCodec): StoredCodec {
  return {
    read: (input) => Array.from({ length: input.readVarInt() }, () => element.read(input)),
    skip: (input) => {
      for (let left = input.readVarInt(); left > 0; left -= 1) element.skip(input)
    },
    write: (value, output) => {
      const list = listIn(value, 'the value of a list state')
      output.writeVarInt(list.length)
      for (const each of list) element.write(each, output)
    },
  }
}

/** As a Map, whose keys a job tells apart by value; two equal ones are in no snapshot. */
function mapCodec(key: StoredCodec, value: StoredCodec): StoredCodec {
  return {
    read: (input) => {
      const map = new Map<unknown, unknown>()
      for (let left = input.readVarInt(); left > 0; left -= 1) {
        const each = key.read(input)
        map.set(each, value.read(input))
      }
      return map
    },
    skip: (input) => {
      for (let left = input.readVarInt(); left > 0; left -= 1) {
        key.skip(input)
        value.skip(input)
      }
    },
    write: (given, output) => {
      if (!(given instanceof Map)) {
        throw new FlinkError('JSON_FORM_INVALID', {
          reason: 'the value of a map state is {"$map": [[key, value], ...]}',
        })
      }
      output.writeVarInt(given.size)
      for (const [each, held] of given as ReadonlyMap<unknown, unknown>) {
        key.write(each, output)
        value.write(held, output)
      }
    },
  }
}
