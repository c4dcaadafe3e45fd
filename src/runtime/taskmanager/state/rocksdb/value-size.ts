// Duty: how much memory a value takes, roughly.
// Invariants: of a large value a few parts are looked at, so it takes no longer than for a small one; it never throws.
// Thread: the task worker that owns the backend.

/** Of an array or Map; the others are taken to be like them. */
const MOST_ELEMENTS = 4
const MOST_FIELDS = 16
const DEEPEST = 3
const OBJECT_BYTES = 32
const WORD_BYTES = 8
const MAP_ENTRY_BYTES = 40
const UNKNOWN_BYTES = 128

export function sizeOfValue(value: unknown): number {
  try {
    return sizeAt(value, 0)
  } catch {
    // A getter of the program's, or a proxy: it is told when the value is to be written.
    return UNKNOWN_BYTES
  }
}

function sizeAt(value: unknown, depth: number): number {
  switch (typeof value) {
    case 'string':
      return OBJECT_BYTES / 2 + value.length
    case 'number':
    case 'boolean':
    case 'undefined':
      return WORD_BYTES
    case 'object':
      return value === null ? WORD_BYTES : sizeOfObject(value, depth)
    default:
      return OBJECT_BYTES
  }
}

function sizeOfObject(value: object, depth: number): number {
  if (depth >= DEEPEST) return UNKNOWN_BYTES
  if (Array.isArray(value)) return OBJECT_BYTES + sizeOfElements(value as readonly unknown[], depth)
  if (ArrayBuffer.isView(value)) return UNKNOWN_BYTES + value.byteLength
  if (value instanceof Map) return OBJECT_BYTES + value.size * MAP_ENTRY_BYTES + sizeOfSome(value, value.size, depth)
  if (value instanceof Set) return OBJECT_BYTES + value.size * MAP_ENTRY_BYTES + sizeOfSome(value, value.size, depth)
  return OBJECT_BYTES + sizeOfFields(value as Readonly<Record<string, unknown>>, depth)
}

function sizeOfElements(elements: readonly unknown[], depth: number): number {
  const { length } = elements
  const step = Math.max(1, Math.floor(length / MOST_ELEMENTS))
  let looked = 0
  let bytes = 0
  for (let at = 0; at < length && looked < MOST_ELEMENTS; at += step) {
    bytes += WORD_BYTES + sizeAt(elements[at], depth + 1)
    looked += 1
  }
  return looked === 0 ? 0 : (bytes / looked) * length
}

function sizeOfSome(elements: Iterable<unknown>, size: number, depth: number): number {
  let looked = 0
  let bytes = 0
  for (const element of elements) {
    bytes += sizeAt(element, depth + 1)
    looked += 1
    if (looked === MOST_ELEMENTS) break
  }
  return looked === 0 ? 0 : (bytes / looked) * size
}

function sizeOfFields(fields: Readonly<Record<string, unknown>>, depth: number): number {
  let looked = 0
  let bytes = 0
  for (const name in fields) {
    bytes += WORD_BYTES + sizeAt(fields[name], depth + 1)
    looked += 1
    if (looked === MOST_FIELDS) break
  }
  return bytes
}
