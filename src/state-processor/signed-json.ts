/** What stands in an object with a `$` field, taken apart: JSON_FORM_INVALID says what is wrong with it. */
import { FlinkError } from '../core/errors/flink-error.js'
import { typedArrayNamed } from '../core/types/object-graph.js'

export type Entries = readonly (readonly [string, unknown])[]

export function bytesOf(given: unknown, className: unknown): unknown {
  if (typeof given !== 'string') throw wrong('$bytes wants base64 in quotes')
  const bytes = Buffer.from(given, 'base64')
  // What is none is passed over there.
  if (bytes.toString('base64') !== given) throw wrong('$bytes wants base64, with = at its end where it is short')
  const memory = new Uint8Array(bytes).buffer
  if (className === 'Buffer') return bytes
  if (className === 'ArrayBuffer') return memory
  if (className === 'DataView') return new DataView(memory)
  const typedArray = typedArrayNamed(className ?? 'Uint8Array')
  if (typedArray === undefined) throw wrong(`${String(className)} is no class of bytes`)
  if (bytes.length % typedArray.BYTES_PER_ELEMENT !== 0)
    throw wrong(`these are no whole elements of ${typedArray.name}`)
  return new typedArray(memory)
}

export function numberNamed(given: unknown): number {
  if (given !== 'NaN' && given !== 'Infinity' && given !== '-Infinity' && given !== '-0')
    throw wrong('$number wants "NaN", "Infinity", "-Infinity" or "-0"')
  return Number(given)
}

export function dateOf(given: unknown): Date {
  if (given === null) return new Date(Number.NaN)
  const date = new Date(typeof given === 'string' || typeof given === 'number' ? given : Number.NaN)
  if (Number.isNaN(date.getTime())) throw wrong(`${JSON.stringify(given)} is no time for a $date`)
  return date
}

export function regExpOf([source, flags]: readonly unknown[]): RegExp {
  try {
    if (typeof source === 'string' && typeof flags === 'string') return new RegExp(source, flags)
  } catch {
    // What the language refuses is told as what is no text.
  }
  throw wrong('$regexp wants a pattern and its flags')
}

export function numberUpTo(highest: number, sign: string, given: unknown, lowest = 0): number {
  if (typeof given === 'number' && Number.isInteger(given) && given >= lowest && given <= highest) return given
  throw wrong(`${sign} wants a whole number from ${String(lowest)} to ${String(highest)}`)
}

export function listIn(sign: string, given: unknown): readonly unknown[] {
  if (!Array.isArray(given)) throw wrong(`${sign} wants a list`)
  return given
}

export function pairsIn(sign: string, given: unknown): readonly (readonly [unknown, unknown])[] {
  return listIn(sign, given).map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw wrong(`${sign} wants a list of pairs`)
    return pair as unknown as readonly [unknown, unknown]
  })
}

export function entriesIn(sign: string, given: unknown): Entries {
  return pairsIn(sign, given).map(([name, value]) => [String(name), value])
}

/** But that of the length, which an array has already. */
export function namesOfArray(entries: Entries): Entries {
  if (entries.some(([name]) => name === 'length'))
    throw wrong('the fields of $array are its elements, and names but length')
  return entries
}

/** As a plain object, or as pairs where a name begins with `$`. */
export function fieldsIn(given: unknown): Entries {
  if (given === undefined) return []
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong('"fields" is an object')
  const pairs = (given as { readonly $object?: unknown }).$object
  return pairs === undefined ? Object.entries(given) : entriesIn('$object', pairs)
}

export function wrong(reason: string): FlinkError {
  return new FlinkError('JSON_FORM_INVALID', { reason })
}
