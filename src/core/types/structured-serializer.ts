import { deserialize, serialize } from 'node:v8'
import { Packr } from 'msgpackr'
import type { DataInputView } from '../memory/data-input-view.js'
import type { DataOutputView } from '../memory/data-output-view.js'
import type { TypeSerializer } from './type-serializer.js'
import { checkSerializable, isPlain } from './value-inspection.js'
import { ValueNotSerializableError } from './value-not-serializable-error.js'

/** Tags in front of every value. `plain`: msgpack; `exact`: V8's structured clone format; `undefined`: nothing follows. */
const TAG = { plain: 0, exact: 1, undefined: 2 } as const

/**
 * Carries every value that structured clone carries, by value: plain data as msgpack, which is fast, everything else
 * (Map, Set, Date, BigInt, typed arrays, errors, holes, -0, cycles) in V8's own format, which is exact. Values are
 * self-contained: no state is shared between them.
 */
class StructuredSerializer implements TypeSerializer<unknown> {
  readonly #packr = new Packr({ useRecords: false, mapsAsObjects: true, copyBuffers: true })

  serialize(value: unknown, output: DataOutputView): void {
    if (value === undefined) {
      output.writeInt8(TAG.undefined)
      return
    }
    const plain = isPlain(value)
    output.writeInt8(plain ? TAG.plain : TAG.exact)
    const bytes = plain ? this.#packr.pack(value) : exactBytes(value)
    output.writeVarInt(bytes.length)
    output.writeBytes(bytes)
  }

  deserialize(input: DataInputView): unknown {
    const tag = input.readInt8()
    if (tag === TAG.undefined) return undefined
    const bytes = input.readBytes(input.readVarInt())
    if (tag === TAG.plain) return this.#packr.unpack(bytes) as unknown
    return deserialize(bytes) as unknown
  }

  copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) {
      checkSerializable(value)
      return value
    }
    if (isPlain(value)) return copyPlain(value)
    return deserialize(exactBytes(value)) as unknown
  }
}

/** Serializers keep no state between values, so one serves everybody in a thread. */
const SHARED = new StructuredSerializer()

export function structuredSerializer(): TypeSerializer<unknown> {
  return SHARED
}

function exactBytes(value: unknown): Buffer {
  checkSerializable(value)
  try {
    return serialize(value)
  } catch (error) {
    throw new ValueNotSerializableError('the value', error instanceof Error ? `refused (${error.message})` : 'refused')
  }
}

function copyPlain(value: object): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map((item) => copyPart(item))
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) copy[key] = copyPart(item)
  return copy
}

function copyPart(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? copyPlain(value) : value
}
