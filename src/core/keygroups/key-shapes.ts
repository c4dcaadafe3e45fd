import { FlinkError } from '../errors/flink-error.js'
import type { KeyKind } from './canonical-key.js'

/** Stands for keys of so many shapes that nothing is expected of them, or of which nothing is to be expected. */
export const ANY_KEY_SHAPE = 'any'
const MOST_SHAPES = 16
const SEPARATOR = ', '

/**
 * The shape of a key in words: `number`, `string`, `boolean`, `bigint`, `date`, `[number, string]` for a tuple, `{id: number}`
 * for a record. A tuple or record inside another one is told by that word alone, null by `null`. Shapes are part of the
 * format of `_metadata`.
 */
export function keyShape(key: unknown, kind: KeyKind): string {
  if (typeof key !== 'object' || key === null) return partShape(key)
  if (Array.isArray(key)) return tupleShape(key.map(partShape))
  if (typeof kind !== 'object' || !('record' in kind)) return partShape(key)
  const fields = key as Readonly<Record<string, unknown>>
  return recordShape(kind.record.map(([name]) => [name, partShape(fields[name])]))
}

export function tupleShape(parts: readonly string[]): string {
  return `[${parts.join(SEPARATOR)}]`
}

export function recordShape(fields: readonly (readonly [name: string, shape: string])[]): string {
  return `{${fields.map((field) => field.join(': ')).join(SEPARATOR)}}`
}

/** The word for a key, or for a part of one. */
export function partShape(part: unknown): string {
  if (typeof part !== 'object') return typeof part
  if (part === null) return 'null'
  if (part instanceof Date) return 'date'
  return Array.isArray(part) ? 'tuple' : 'record'
}

/** The shapes of an operator's keys, each once. */
export class KeyShapes {
  readonly #kind: KeyKind
  readonly #shapes: Set<string>
  #last: unknown

  constructor(kind: KeyKind, shapes: readonly string[] = []) {
    this.#kind = kind
    this.#shapes = new Set(shapes)
  }

  add(key: unknown): void {
    // Nearly always keys of one shape follow each other: to put the words together for each would take longer than to write it.
    if (isAlike(this.#last, key)) return
    this.#last = key
    this.#shapes.add(keyShape(key, this.#kind))
  }

  addAll(shapes: Iterable<string>): void {
    for (const shape of shapes) this.#shapes.add(shape)
  }

  /** Null in a part fits every part; where tuples of several lengths were seen, those of any length are meant. */
  accepts(shape: string): boolean {
    if (this.#shapes.has(shape) || this.#shapes.has(ANY_KEY_SHAPE)) return true
    const known = [...this.#shapes]
    if (known.some((each) => fits(each, shape))) return true
    const lengths = new Set(known.filter(isTuple).map((each) => each.split(SEPARATOR).length))
    return isTuple(shape) && lengths.size > 1
  }

  /** In an order of their own, which is the same for the same shapes. */
  list(): readonly string[] {
    return this.#shapes.size > MOST_SHAPES ? [ANY_KEY_SHAPE] : [...this.#shapes].sort()
  }
}

/** The error where keys are of another shape than those of a restored state. */
export function keyTypeIncompatible(place: {
  readonly operator: string
  readonly state: string
  readonly before: readonly string[]
  readonly now: string
}): FlinkError {
  const { operator, state, before, now } = place
  const reason =
    `it was written with keys of the type ${before.join(' or ')}, and now the key is of the type ${now}. Key the stream ` +
    'as before, or give the operator another uid to begin without its state. Where keys of several types are meant, ' +
    'declare Types.GENERIC() as the type of the key.'
  return new FlinkError('STATE_TYPE_INCOMPATIBLE', { state, operator, reason })
}

/** True for two keys that surely have one shape; objects are looked into one level deep. */
function isAlike(left: unknown, right: unknown): boolean {
  if (typeof right !== 'object') return typeof left === typeof right
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
  const others: readonly unknown[] = right
  return left.every((part, index) => typeof part === typeof others[index] && typeof part !== 'object')
}

function fits(known: string, shape: string): boolean {
  const [before, now] = [known.split(SEPARATOR).map(words), shape.split(SEPARATOR).map(words)]
  if (before.length !== now.length || known.at(0) !== shape.at(0) || (!isTuple(known) && !known.startsWith('{'))) {
    return false
  }
  return before.every(([name, type], index) => {
    const [otherName, otherType] = now[index] ?? []
    return name === otherName && (type === otherType || type === 'null' || otherType === 'null')
  })
}

/** Name, empty in a tuple, and type of a part. */
function words(part: string): readonly [name: string, type: string] {
  const bare = part.replaceAll(/^[[{]|[\]}]$/g, '')
  const at = bare.lastIndexOf(': ')
  return at < 0 ? ['', bare] : [bare.slice(0, at), bare.slice(at + 2)]
}

function isTuple(shape: string): boolean {
  return shape.startsWith('[')
}
