// Duty: arrays and maps of avsc that believe no number of a message which the message has no bytes for. avsc reads as many elements as are
// named, and looks afterwards where the message ended: seven bytes that name 2^40 entries of a map hold the thread of the task for days,
// and five that name 2^26 nulls are half a gigabyte.
// Invariants: a block that names no more elements than there are bytes left is read as avsc reads it. Elements without bytes, such as null,
// are no more than MAX_EMPTY in all of a message. A key of a map is a key, also `__proto__`.
// Thread: any.
import type { Schema, Type } from 'avsc'
import { ReasonError } from '../../core/errors/reason-error.js'
import type { AvroLibrary } from './load-avsc.js'

/** What avsc reads from: bytes, and how far it is. */
interface Tap {
  readonly buf: Uint8Array
  pos: number
  readLong(): number
  skipLong(): void
  readString(): string
  skipString(): void
}

/** The methods of a type that other types call; of a resolver, too, which has its own types under the same names. */
interface Element {
  _read(tap: Tap): unknown
  _skip(tap: Tap): void
}
interface OfArray {
  readonly itemsType: Element
}
interface OfMap {
  readonly valuesType: Element
}

type Options = Parameters<AvroLibrary['Type']['forSchema']>[1]

const MAX_EMPTY = 1_000_000

/** How many elements without bytes a message has had so far. */
const emptyOf = new WeakMap<Tap, number>()

/** The type of an array or a map; undefined for any other schema. */
export function boundedBlocks({ types }: AvroLibrary, schema: Schema, options: Options): Type | undefined {
  const type = typeof schema === 'object' && 'type' in schema ? schema.type : undefined
  if (type === 'array') return bounded(new types.ArrayType(schema, options), { _read: readArray, _skip: skipArray })
  if (type === 'map') return bounded(new types.MapType(schema, options), { _read: readMap, _skip: skipMap })
  return undefined
}

/** avsc freezes its types. */
function bounded(type: Type, methods: object): Type {
  return Object.assign(Object.create(type) as Type, methods)
}

function readArray(this: OfArray, tap: Tap): unknown[] {
  const { itemsType } = this
  const all: unknown[] = []
  for (let left = elementsOfBlock(tap); left > 0; left = elementsOfBlock(tap)) {
    for (; left > 0; left -= 1) all.push(itemsType._read(tap))
  }
  return all
}

function skipArray(this: OfArray, tap: Tap): void {
  const { itemsType } = this
  for (let left = elementsOfBlock(tap); left > 0; left = elementsOfBlock(tap)) {
    for (; left > 0; left -= 1) itemsType._skip(tap)
  }
}

function readMap(this: OfMap, tap: Tap): Record<string, unknown> {
  const { valuesType } = this
  const all: Record<string, unknown> = {}
  for (let left = elementsOfBlock(tap, 1); left > 0; left = elementsOfBlock(tap, 1)) {
    for (; left > 0; left -= 1) {
      const key = tap.readString()
      const value = valuesType._read(tap)
      if (key === '__proto__')
        Object.defineProperty(all, key, { value, enumerable: true, writable: true, configurable: true })
      else all[key] = value
    }
  }
  return all
}

function skipMap(this: OfMap, tap: Tap): void {
  const { valuesType } = this
  for (let left = elementsOfBlock(tap, 1); left > 0; left = elementsOfBlock(tap, 1)) {
    for (; left > 0; left -= 1) {
      tap.skipString()
      valuesType._skip(tap)
    }
  }
}

/** How many elements follow; 0 at the end. `bytesEach`: as many each has at least. */
function elementsOfBlock(tap: Tap, bytesEach: 0 | 1 = 0): number {
  let elements = tap.readLong()
  if (elements < 0) {
    elements = -elements
    // How many bytes they have, for whoever leaves them out.
    tap.skipLong()
  }
  const bytesLeft = Math.max(0, tap.buf.length - tap.pos)
  if (elements > bytesLeft) {
    const empty = (emptyOf.get(tap) ?? 0) + elements
    if (bytesEach > 0 || empty > MAX_EMPTY) {
      throw new ReasonError(`it names ${String(elements)} elements, and has ${String(bytesLeft)} bytes for them`)
    }
    emptyOf.set(tap, empty)
  }
  return elements
}
