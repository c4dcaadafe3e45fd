/**
 * How keys become bytes and hashes, out of the keys themselves: a snapshot does not say how the type of the key was declared. Keys lie
 * there as they were declared: fields in their order, and 0 in the place of -0 unless that is a key of its own. So a number
 * counts as DOUBLE, and whoever relies on a hash checks it against the key group that the key lies in.
 */
import type { KeyKind } from '../core/keygroups/canonical-key.js'

/** What lies deeper, or in itself, is no key. */
const DEEPEST = 100

/** Of a key as a snapshot has it, or of what somebody wrote down: what is no key has a kind as well, for which it is refused. */
export function kindOfKey(key: unknown): KeyKind {
  return kindAt(key, 0)
}

function kindAt(key: unknown, depth: number): KeyKind {
  if (typeof key === 'number') return 'double'
  if (typeof key !== 'object' || key === null || key instanceof Date || depth > DEEPEST) return 'auto'
  if (!Array.isArray(key)) return { record: Object.entries(key).map(([name, part]) => [name, kindAt(part, depth + 1)]) }
  const parts: readonly unknown[] = key
  // A hole is found at once, where all of a length of thousands of millions would be gone through for minutes.
  return parts.includes(undefined) ? 'auto' : { tuple: parts.map((part) => kindAt(part, depth + 1)) }
}

/** Of keys that are only known by their shapes; a record inside another key has none of its own. */
export function kindOfShapes(shapes: readonly string[] | undefined): KeyKind {
  const record = shapes?.find((shape) => shape.startsWith('{'))
  return record === undefined ? 'auto' : { record: fieldsOfShape(record).map((name) => [name, 'auto']) }
}

/** A key that somebody wrote down, with its fields in the order that keys of these shapes have. */
export function orderedLike(key: unknown, shapes: readonly string[] | undefined): unknown {
  if (typeof key !== 'object' || key === null || Array.isArray(key) || key instanceof Date) return key
  const fields = key as Readonly<Record<string, unknown>>
  const names = Object.keys(fields)
  const wanted = (shapes ?? [])
    .map((shape) => (shape.startsWith('{') ? fieldsOfShape(shape) : []))
    .find((each) => each.length === names.length && each.every((name) => Object.hasOwn(fields, name)))
  return wanted === undefined ? key : Object.fromEntries(wanted.map((name) => [name, fields[name]]))
}

/** `{id: number, name: string}` */
function fieldsOfShape(shape: string): string[] {
  const inner = shape.slice(1, -1)
  return inner === '' ? [] : inner.split(', ').map((field) => field.slice(0, field.lastIndexOf(': ')))
}
