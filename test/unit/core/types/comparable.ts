import { Ledger, Money } from './sample-classes.js'

/** What deepStrictEqual can compare: instances with private parts show them; for Node 20 no invalid date equals another. */
export function comparable(value: unknown, seen = new Map<unknown, unknown>()): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  if (value instanceof Money) return { money: value.cents }
  if (value instanceof Ledger) return { ledger: value.entries.map((entry) => comparable(entry, seen)) }
  if (value instanceof Date && Number.isNaN(value.getTime()))
    return { invalidDate: Object.getPrototypeOf(value) as unknown }
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === Map.prototype) return comparableMap(value as ReadonlyMap<unknown, unknown>, seen)
  if (prototype === Set.prototype) return comparableSet(value as ReadonlySet<unknown>, seen)
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return value
  const copy = Array.isArray(value) ? new Array<unknown>(value.length) : (Object.create(prototype) as object)
  seen.set(value, copy)
  for (const [key, part] of Object.entries(value)) {
    // Not by assignment: `__proto__` is a name like others here.
    const descriptor = { value: comparable(part, seen), enumerable: true, writable: true, configurable: true }
    Object.defineProperty(copy, key, descriptor)
  }
  return copy
}

function comparableMap(map: ReadonlyMap<unknown, unknown>, seen: Map<unknown, unknown>): unknown {
  const copy = new Map<unknown, unknown>()
  seen.set(map, copy)
  for (const [key, value] of map) copy.set(comparable(key, seen), comparable(value, seen))
  return copy
}

function comparableSet(set: ReadonlySet<unknown>, seen: Map<unknown, unknown>): unknown {
  const copy = new Set<unknown>()
  seen.set(set, copy)
  for (const value of set) copy.add(comparable(value, seen))
  return copy
}
