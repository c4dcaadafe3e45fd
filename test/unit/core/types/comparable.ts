import { Ledger, Money } from './sample-classes.js'

/** What deepStrictEqual can compare: instances with private parts show them. */
export function comparable(value: unknown, seen = new Map<unknown, unknown>()): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  if (value instanceof Money) return { money: value.cents }
  if (value instanceof Ledger) return { ledger: value.entries.map((entry) => comparable(entry, seen)) }
  const prototype = Object.getPrototypeOf(value) as unknown
  if (prototype !== Object.prototype && prototype !== Array.prototype) return value
  const copy: object = Array.isArray(value) ? new Array<unknown>(value.length) : {}
  seen.set(value, copy)
  for (const [key, part] of Object.entries(value)) {
    // Not by assignment: `__proto__` is a name like others here.
    const descriptor = { value: comparable(part, seen), enumerable: true, writable: true, configurable: true }
    Object.defineProperty(copy, key, descriptor)
  }
  return copy
}
